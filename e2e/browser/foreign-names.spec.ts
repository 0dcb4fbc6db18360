import type { Page } from '@playwright/test';
import { hasControls } from '@/text/visible';
import { expect, test } from './pages/test';

const NAME = 'fix/user\u202egnp.exe';
const SHOWN = 'fix/user<U+202E>gnp.exe';

/** Every text that the page shows or names its parts by, if it has a character that acts instead of being shown. */
async function acting(page: Page): Promise<string[]> {
  const names = await page
    .locator('body [data-tip], body [aria-label]')
    .evaluateAll((elements) =>
      elements.map((element) => `${element.getAttribute('data-tip')} ${element.getAttribute('aria-label')}`),
    );
  const texts = [await page.title(), ...(await page.locator('body').allInnerTexts()), ...names];
  return texts.filter((text) => hasControls(text.replace(/[\n\t]/g, '')));
}

test('a branch whose name turns the writing round is shown as what it is, and can be worked on', async ({
  shopPage,
  shop,
  client,
}) => {
  const { page } = shopPage;
  await shop.remote.from('main').branch(NAME).commit('Subject \u001b[31mred \u2066x', { 'b.txt': '1\n' }).write();
  await shopPage.run('Sync');
  await expect(page.getByText(SHOWN, { exact: true }).first()).toBeVisible();
  expect(await acting(page)).toEqual([]);

  const { jobId } = await client.jobs.run({
    repoId: shopPage.id,
    kind: 'register_existing_branch',
    branch: NAME,
    parent: 'main',
  });
  await expect.poll(async () => (await client.jobs.get({ jobId })).job.status).toBe('completed');
  for (const path of [`/repos/${shopPage.id}`, `/repos/${shopPage.id}/activity`, `/jobs/${jobId}`]) {
    await page.goto(path);
    await expect(page.getByText(SHOWN).first()).toBeVisible();
    expect(await acting(page)).toEqual([]);
  }
});
