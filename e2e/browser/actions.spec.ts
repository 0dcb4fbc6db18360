import { expectAccessible } from './pages/accessible';
import { RepoPage } from './pages/repo-page';
import { ended, expect, test } from './pages/test';

test('Register all suggested tracks every stack, the picture with the trunk on top', async ({ page, shop, client }) => {
  const { repo, jobId } = await client.repos.add({ url: shop.url });
  await ended(client, jobId);
  const repoPage = new RepoPage(page);
  await repoPage.goto(repo.id);

  await repoPage.registerAll();
  await repoPage.branch('checkout/cart-totals').says('in place');
  await expect(repoPage.suggested).toBeHidden();
  const names = await repoPage.branches();
  expect(names[0]).toBe('main');
  expect(names.indexOf('auth/sessions')).toBeLessThan(names.indexOf('auth/remember-me'));
});

test('Sync finds what was merged and moves nothing; a press of its own moves what stood on it, as foreseen', async ({
  shopPage,
  shop,
  page,
}) => {
  await shop.teamGoesOn();
  const before = await shop.remote.tips();
  const look = await shopPage.run('Sync');
  await look.says('auth/sessions');
  expect(await shop.remote.tips()).toEqual(before);

  const bar = page.getByRole('region', { name: 'On merged branches' });
  await expect(bar).toContainText('auth/sessions');
  const move = bar.getByRole('button', { name: /^Move \d+/ });
  const foreseen = Number((await move.textContent())?.match(/\d+/)?.[0]);
  await expectAccessible(page);
  const job = await shopPage.jobOf(() => move.click());
  await job.is('completed');
  await job.says(`Moved ${foreseen} branches`);
  await expect(bar).toBeHidden();
  // What is over and done with is one line, until somebody wants to see it.
  await shopPage.unfold('Merged and gone');
  await shopPage.branch('auth/sessions').says('merged');
  await shopPage.branch('docs/returns-policy').says('untracked');
  expect(await shop.remote.contains('search/filters', 'main')).toBe(true);
  expect(await shop.remote.contains('auth/password-reset', 'main')).toBe(true);
  expect(await shop.remote.contains('checkout/cart-totals', 'main')).toBe(false);
});

test('Restack all moves what it can, and names what it held back with the file', async ({ shopPage, shop }) => {
  await shop.teamGoesOn();
  const before = await shop.remote.tip('catalog/price-rounding');
  const job = await shopPage.restackAll();
  await job.says('held back');
  expect(await shop.remote.contains('checkout/gift-card-emails', 'main')).toBe(true);
  expect(await shop.remote.tip('catalog/price-rounding')).toBe(before);

  await shopPage.branch('checkout/cart-totals').says('in place');
  await shopPage.branch('catalog/price-rounding').says('conflict · src/catalog/price.js');
  await shopPage.branch('catalog/price-labels').says('blocked by catalog/price-rounding');

  await job.open();
  await expect(shopPage.page.getByRole('heading', { level: 1 })).toContainText(`#${job.seq} Restack all`);
  const conflict = shopPage.page.getByRole('region', { name: 'Conflict in src/catalog/price.js' });
  await expect(conflict).toContainText(/catalog\/price-model [0-9a-f]{7}/);
  await expect(shopPage.page.getByRole('region', { name: 'Steps' })).toContainText('resync');
  await expect(shopPage.page.getByRole('region', { name: 'Moves' })).toContainText('checkout/gift-card-emails');
});

test('Restack of one branch takes along what stands on it, and nothing else', async ({ shopPage, shop }) => {
  await shopPage.syncAfterTeam(shop);
  const row = shopPage.branch('checkout/cart-totals');
  await row.says('will move');
  const job = await shopPage.jobOf(() => row.button('Restack').click());
  await job.is('completed');
  await row.says('in place');
  expect(await shop.remote.contains('checkout/gift-card-emails', 'main')).toBe(true);
  expect(await shop.remote.contains('catalog/price-model', 'main')).toBe(false);
});

test('Rebase moves the branch alone; what stands on it then needs a restack', async ({ shopPage, shop }) => {
  await shopPage.syncAfterTeam(shop);
  const job = await shopPage.jobOf(() => shopPage.branch('checkout/cart-totals').choose('Rebase'));
  await job.is('completed');
  expect(await shop.remote.contains('checkout/cart-totals', 'main')).toBe(true);
  expect(await shop.remote.contains('checkout/discount-codes', 'main')).toBe(false);
  await shopPage.branch('checkout/discount-codes').says('will move');
});

test('Rebase of a branch that conflicts moves nothing and says what to do', async ({ shopPage, shop }) => {
  await shop.teamGoesOn();
  await shopPage.restackAll();
  const before = await shop.remote.tips();
  const row = shopPage.branch('catalog/price-rounding');
  const job = await shopPage.jobOf(() => row.choose('Rebase'));
  await job.is('error');
  await job.says('conflict');
  await expect(row.button('Restack')).toHaveText(/Retry · conflict/);
  expect(await shop.remote.tips()).toEqual(before);
});

test('Restack of what nothing would move says why, the same in its row, in its menu, at its key and where it is opened', async ({
  shopPage,
  shop,
  page,
}) => {
  await shop.teamGoesOn();
  await shopPage.restackAll();
  const tree = shopPage.tree;
  const branch = page.getByRole('region', { name: 'Branch' });
  for (const [name, why] of [
    ['catalog/price-rounding', 'It conflicts: nothing moves until that is mended.'],
    ['catalog/price-labels', 'catalog/price-rounding below it is held back.'],
    ['catalog/price-model', 'Nothing to move: it is in place.'],
  ] as const) {
    const row = shopPage.branch(name);
    await expect(row.button('Restack')).toHaveAccessibleName(`Restack (not now: ${why})`);
    await row.row.getByRole('button', { name: /^More for/ }).click();
    await expect(page.getByRole('menuitem', { name: 'Restack' })).toContainText(why);
    await page.keyboard.press('Escape');
    await tree.focus();
    await shopPage.goTo(name);
    await page.keyboard.press('r');
    await expect(page.getByRole('status').filter({ hasText: why })).toBeAttached();
    await page.keyboard.press('Enter');
    await expect(branch.getByRole('heading', { level: 2 })).toContainText(name);
    await expect(branch.getByRole('button', { name: /^Restack/ })).toHaveAccessibleName(`Restack (not now: ${why})`);
    if (name === 'catalog/price-rounding') {
      // What to do is here without a job.
      const conflict = branch.getByRole('region', { name: 'Conflict', exact: true });
      await expect(conflict.getByRole('region', { name: /^Commands/ }).first()).toContainText('git rebase --onto');
      await expect(conflict).toContainText(`Waiting for your push to ${name}`);
    }
    await page.keyboard.press('Escape');
  }
});

test('what only goes along with a branch below it says so, and the number of each Restack is what it moves', async ({
  shopPage,
  shop,
}) => {
  await shopPage.syncAfterTeam(shop);
  const above = shopPage.branch('checkout/discount-codes');
  await above.says('moves with checkout/cart-totals');
  await expect(above.button('Restack')).toHaveAccessibleName(/not now: It moves with checkout\/cart-totals below it/);
  const below = shopPage.branch('checkout/cart-totals');
  const label = (await below.button('Restack').textContent()) ?? '';
  const job = await shopPage.jobOf(() => below.button('Restack').click());
  await job.is('completed');
  await job.says(new RegExp(`Moved ${label.match(/\d+/)?.[0]} branches`));
});

test('Move onto… takes a branch and what stands on it to another branch', async ({ shopPage, shop }) => {
  const row = shopPage.branch('checkout/gift-cards');
  await row.choose('Move onto…');
  const job = await shopPage.jobOf(() => row.pick('search/index', /^Move it and 1 above it onto search\/index/));
  await job.is('completed');
  expect(await shop.remote.contains('checkout/gift-card-emails', 'search/index')).toBe(true);
  expect(await shop.remote.contains('checkout/gift-cards', 'checkout/discount-codes')).toBe(false);
  await expect
    .poll(async () => {
      const names = await shopPage.branches();
      return names.indexOf('checkout/gift-cards') > names.indexOf('search/index');
    })
    .toBe(true);
});

test('Move onto… offers neither the branch itself nor one that stands on it', async ({ shopPage }) => {
  await shopPage.branch('checkout/gift-cards').choose('Move onto…');
  const options = shopPage.page.getByRole('dialog').getByRole('option');
  await expect(options.filter({ hasText: 'search/index' })).toBeVisible();
  await expect(options.filter({ hasText: /^main$/ })).toBeVisible();
  await expect(options.filter({ hasText: 'checkout/gift-card' })).toHaveCount(0);
  await shopPage.page.keyboard.press('Escape');
  await expect(shopPage.page.getByRole('dialog')).toBeHidden();
});

test('Register tracks one branch on its suggested parent', async ({ shopPage, shop }) => {
  await shopPage.syncAfterTeam(shop);
  const row = shopPage.branch('docs/returns-policy');
  const job = await shopPage.jobOf(() => row.button('Register').click());
  await job.is('completed');
  await row.says('in place');
});

test('Register on… takes another parent, by keyboard alone', async ({ shopPage, shop }) => {
  await shopPage.syncAfterTeam(shop);
  const { keyboard } = shopPage.page;
  const row = shopPage.branch('docs/returns-policy');
  await row.row.getByRole('button', { name: /^More for/ }).focus();
  await keyboard.press('Enter');
  await expect(shopPage.page.getByRole('menuitem', { name: 'Register on…' })).toBeFocused();
  await keyboard.press('Enter');
  const field = shopPage.page.getByRole('dialog').getByLabel('Branch');
  await expect(field).toBeFocused();
  await expect(field).toHaveValue('main');
  await field.fill('h/result');
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await expect(field).toHaveValue('search/result-page');
  const job = await shopPage.jobOf(() => keyboard.press('Enter'));
  await job.says('Register docs/returns-policy on search/result-page');
  await job.is('completed');
  await expect(row.row.getByRole('button', { name: /^More for/ })).toBeFocused();
});
