import type { Page } from '@playwright/test';
import { expect, test } from './pages/test';

const NAME = 'fix/user\u202egnp.exe';
const SHOWN = 'fix/user<U+202E>gnp.exe';

/** Every text that the page shows or names its parts by, if it has a character that acts instead of being shown. */
function acting(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
    const found = [document.title, document.body.innerText];
    for (const element of document.body.querySelectorAll('[title], [aria-label]'))
      found.push(element.getAttribute('title') ?? '', element.getAttribute('aria-label') ?? '');
    return found.filter((text) => controls.test(text));
  });
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

  const { jobId } = await client.jobs.run.mutate({
    repoId: shopPage.id,
    kind: 'register_existing_branch',
    branch: NAME,
    parent: 'main',
  });
  await expect.poll(async () => (await client.jobs.get.query({ jobId })).job.status).toBe('completed');
  for (const path of [`/repos/${shopPage.id}`, `/repos/${shopPage.id}/activity`, `/jobs/${jobId}`]) {
    await page.goto(path);
    await expect(page.getByText(SHOWN).first()).toBeVisible();
    expect(await acting(page)).toEqual([]);
  }
});
