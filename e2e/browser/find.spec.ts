import { expect, test } from './pages/test';

test('Mine asks once who one is; then one’s branches are a word of the search, and one’s jobs carry one’s name', async ({
  shopPage,
  client,
  page,
}) => {
  const whose = page.getByLabel('Whose branches');
  await whose.selectOption('mine');
  const dialog = page.getByRole('dialog', { name: 'Which author are you?' });
  await dialog.getByRole('button', { name: /^Mara Okafor/ }).click();
  await expect(shopPage.search).toHaveValue('author:me');
  await expect(page).toHaveURL(/q=author%3Ame/);
  await expect(shopPage.branch('checkout/cart-totals').row).toBeVisible();
  await expect(shopPage.branch('auth/sessions').row).toBeHidden();

  await shopPage.run('Sync');
  const { jobs } = await client.jobs.list({ repoId: shopPage.id });
  expect(jobs[0]?.job.requestedBy).toBe('Mara Okafor');

  // It is asked no more, and what is pinned leads back here.
  await page.getByRole('button', { name: 'Pin this view' }).click();
  await page.reload();
  await expect(whose).toHaveValue('mine');
  await whose.selectOption('agents');
  await expect(shopPage.search).toHaveValue('author:agents');
  await expect(shopPage.branch('checkout/gift-cards').row).toBeHidden();
  await page.getByRole('navigation', { name: 'Repositories' }).getByRole('link', { name: /^Mine/ }).click();
  await expect(shopPage.search).toHaveValue('author:me');

  await shopPage.search.fill('is:zzz');
  await expect(page.getByText(/^is: takes conflict/)).toBeVisible();
});

test('what moves with a branch below it says so where one looks, and R restacks its whole stack, in a search too', async ({
  shopPage,
  shop,
  page,
}) => {
  await shopPage.syncAfterTeam(shop);
  await shopPage.search.fill('gift-card-emails');
  await expect(shopPage.tree.locator('[data-head]')).toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect.poll(() => shopPage.active()).toBe('checkout/gift-card-emails');
  const strip = page.getByRole('region', { name: 'Forecast' });
  await expect(strip).toContainText('checkout/gift-card-emails moves with checkout/cart-totals · R restacks the 5', {
    timeout: 30_000,
  });

  await page.keyboard.press('x');
  const selection = page.getByRole('region', { name: 'Selection' });
  await expect(selection).toContainText('1 selected · checkout/gift-card-emails moves with checkout/cart-totals');
  await expect(selection.getByRole('button', { name: /^Restack/ })).toHaveAccessibleName(
    'Restack (not now: checkout/gift-card-emails moves with checkout/cart-totals.)',
    { timeout: 30_000 },
  );
  await page.keyboard.press('x');

  // What a key cannot do, it says where one looks.
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+R');
  await expect(strip).toContainText('main cannot be restacked.');
  await page.keyboard.press('End');
  await expect(strip).not.toContainText('cannot be restacked');

  await expect.poll(() => shopPage.active()).toBe('checkout/gift-card-emails');
  const job = await shopPage.jobOf(async () => {
    await page.keyboard.press('Shift+R');
    const yes = page.getByRole('button', { name: /^Yes, restack 5/ });
    const asked = shopPage.branch('checkout/cart-totals').button('Restack');
    if ((await asked.getAttribute('aria-expanded')) === 'true') await yes.click();
  });
  await job.is('completed');
  expect(await shop.remote.contains('checkout/gift-card-emails', 'main')).toBe(true);
});

test('by owner, each has a heading over their stacks, which folds all of them', async ({ shopPage, page }) => {
  await page.getByLabel('Order of the stacks').selectOption('owner');
  await expect(page).toHaveURL(/sort=owner/);
  const heads = shopPage.tree.locator('[data-head]');
  await expect(heads).toHaveText([
    /^Jonas/,
    /^auth/,
    /^Li Na/,
    /^catalog/,
    /^Mara/,
    /^checkout/,
    /^rook-agent/,
    /^search/,
  ]);
  const mara = heads.filter({ hasText: 'Mara Okafor' });
  await expect(mara).toContainText('5 branches');
  await expect(mara).toHaveAttribute('aria-level', '1');
  await expect(heads.filter({ hasText: /^checkout/ })).toHaveAttribute('aria-level', '2');
  await expect(shopPage.branch('checkout/cart-totals').row).toHaveAttribute('aria-level', '3');

  await shopPage.tree.focus();
  await shopPage.goTo('checkout/gift-cards');
  // From the branch to its stack, and on to whose that is.
  for (const key of ['[', '[', 'ArrowLeft']) await page.keyboard.press(key);
  await expect(mara).toHaveAttribute('aria-expanded', 'false');
  await expect(heads.filter({ hasText: /^checkout/ })).toHaveCount(0);
  // A branch that an address opens is found in it.
  await page.goto(`/repos/${shopPage.id}/branches/checkout/cart-totals?sort=owner`);
  await expect(shopPage.branch('checkout/cart-totals').row).toBeVisible();
});
