import type { Locator } from '@playwright/test';
import { expectAccessible } from './pages/accessible';
import { ended, expect, test } from './pages/test';

/**
 * Marks what React has drawn of these elements. Each drawing gives an element new properties, be they the same.
 * @returns how many of the elements were drawn anew since
 */
async function countDrawings(elements: Locator): Promise<() => Promise<number>> {
  const look = (parts: Element[], isMark: boolean) => {
    const marks: WeakMap<Element, unknown> = Reflect.get(window, 'marks') ?? new WeakMap();
    Reflect.set(window, 'marks', marks);
    let anew = 0;
    for (const part of parts) {
      const name = Object.keys(part).find((key) => key.startsWith('__reactProps$'));
      if (!name) throw new Error('React does not tell what it has drawn.');
      const drawn = Reflect.get(part, name);
      if (isMark) marks.set(part, drawn);
      else if (marks.get(part) !== drawn) anew += 1;
    }
    return anew;
  };
  await elements.evaluateAll(look, true);
  return () => elements.evaluateAll(look, false);
}

test('a job’s page tells a conflict by its two sides, with commands to copy that solve it', async ({
  shopPage,
  shop,
  context,
}) => {
  test.slow();
  const { page } = shopPage;
  await shop.teamGoesOn();
  const job = await shopPage.restackAll();
  await job.open();

  const conflict = page.getByRole('region', { name: 'Conflict in src/catalog/price.js' });
  await expect(conflict.getByText(/^catalog\/price-model [0-9a-f]{7}$/).first()).toBeVisible();
  await expect(conflict.getByText(/^catalog\/price-rounding [0-9a-f]{7}$/).first()).toBeVisible();
  await expect(conflict).not.toContainText('<<<<<<<');

  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const commands = page.getByRole('region', { name: 'Commands to solve catalog/price-rounding by hand' });
  await commands.getByRole('button', { name: 'Copy the commands' }).click();
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  expect(await copied()).toMatch(
    /^git fetch origin\ngit branch solve-([0-9a-f]{10}) \1[0-9a-f]{30}\ngit rebase --onto origin\/catalog\/price-model [0-9a-f]{40} solve-\1$/,
  );
  await commands.getByRole('button', { name: 'Copy the push' }).click();
  expect(await copied()).toMatch(
    /^git push --force-with-lease=catalog\/price-rounding:([0-9a-f]{10})[0-9a-f]{30} origin solve-\1:refs\/heads\/catalog\/price-rounding$/,
  );
  await expectAccessible(page);

  // What they end with is waited for, and becomes the Restack of what stands on it.
  await expect(page.getByText('Waiting for your push to catalog/price-rounding…')).toBeVisible();
  await shop.remote
    .from('catalog/price-model')
    .branch('catalog/price-rounding')
    .commit('Catalog: round', { 'src/catalog/round.js': '1\n' })
    .write();
  await page.getByRole('button', { name: 'Look now' }).click();
  await expect(page.getByText('catalog/price-rounding was pushed.')).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Restack 1' }).click({ timeout: 30_000 });
  await expect(page.getByText('it is in place')).toBeVisible({ timeout: 30_000 });
});

test('a job’s page has its moves to copy, its steps with exact times in UTC, and who asked', async ({
  shopPage,
  shop,
  context,
}) => {
  const { page } = shopPage;
  await shop.teamGoesOn();
  const before = await shop.remote.tip('checkout/cart-totals');
  const job = await shopPage.restackAll();
  await job.open();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy all moves' }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain(`checkout/cart-totals ${before} ${await shop.remote.tip('checkout/cart-totals')}`);

  const steps = page.getByRole('region', { name: 'Steps' });
  await expect(steps.getByText('accepted', { exact: true })).toBeVisible();
  await expect(steps.getByText('push', { exact: true })).toBeVisible();
  await expect(steps.locator('time').first()).toHaveAttribute(
    'data-tip',
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC$/,
  );
  await expect(page.getByText('Asked by')).toBeVisible();
  await expect(page.getByText('Executor')).toBeVisible();
  await expect(page.getByText('Engine')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Log', exact: true })).toBeVisible();
});

test('what happens beside a job draws none of its moves, steps and log lines anew', async ({
  shopPage,
  shop,
  client,
}) => {
  const { page, id: repoId } = shopPage;
  await shop.teamGoesOn();
  const job = await shopPage.restackAll();
  await job.open();
  const rows = page.locator('[data-move], [aria-label="Steps"] li, [aria-label="Lines of the log"] li');
  await expect(page.locator('[data-move]')).not.toHaveCount(0);
  await expect(page.locator('[aria-label="Lines of the log"] li')).not.toHaveCount(0);
  await shopPage.connected();
  const accepted = page.getByRole('main').getByText('Accepted', { exact: true }).locator('..');
  const age = (await accepted.textContent()) ?? '';
  const drawn = await countDrawings(rows);

  // A branch that it has moved is pushed: its head says so. And its clock goes on.
  await shop.remote.from('checkout/cart-totals').branch('checkout/cart-totals').commit('On', { 'on.txt': '1' }).write();
  await ended(client, (await client.jobs.run({ repoId, kind: 'sync_repo' })).jobId);
  await expect(page.getByRole('main').getByText('Can’t undo: checkout/cart-totals has moved').first()).toBeVisible();
  await expect(accepted).not.toHaveText(age);
  expect(await drawn()).toBe(0);

  // What is drawn anew is seen.
  await page.getByRole('button', { name: 'What changed in checkout/cart-totals?' }).click();
  expect(await drawn()).toBe(1);
});

test('a commit that left the last branch that had it can be put on a new one from the job’s page', async ({
  shopPage,
  shop,
}) => {
  const { page } = shopPage;
  const left = await shop.remote.tip('checkout/cart-totals');
  await shop.remote
    .from('main')
    .branch('checkout/cart-totals')
    .commit('Count from the start', { 'instead.txt': 'i\n' })
    .write();
  const job = await shopPage.restackAll();
  await job.open();
  await page
    .getByRole('button', { name: /^Keep .* on a branch$/ })
    .first()
    .click();
  const name = page.getByLabel('Name of the new branch');
  await expect(name).toBeFocused();
  await name.fill('checkout/gift-cards');
  await page.getByRole('button', { name: 'Keep', exact: true }).click();
  await expect(page.getByText('There is a branch checkout/gift-cards already')).toBeVisible();
  await name.fill('kept/cart-totals');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Keep', exact: true }).click();
  await expect(page.getByRole('link', { name: 'A job puts it on kept/cart-totals' })).toBeVisible();
  await expect.poll(() => shop.remote.tip('kept/cart-totals').catch(() => null), { timeout: 30_000 }).not.toBeNull();
  expect(await shop.remote.contains(left, 'kept/cart-totals')).toBe(true);
});

test('a job that is not there says so, with a way on', async ({ shopPage }) => {
  const { page } = shopPage;
  await page.goto('/jobs/no-such-job');
  await expect(page.getByRole('heading', { name: 'This job cannot be shown' })).toBeVisible();
  await expect(page.getByText('This is not the id of a job.')).toBeVisible();
  await page.getByRole('link', { name: 'All repositories' }).click();
  await expect(page.getByRole('main').getByRole('heading', { name: 'Repositories' })).toBeVisible();
});
