import { expectAccessibleEverywhere } from './pages/accessible';
import { loseScripts } from './pages/lose-scripts';
import { expect, test, testOwnServer } from './pages/test';

test('the parts of a page whose code does not come say so in their places, and come when tried again', async ({
  shopPage,
  page,
}) => {
  const letCome = await loseScripts(page);
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const stack = page.getByRole('region', { name: 'Stack' });
  await expect(stack.getByRole('alert')).toContainText('The stack could not be loaded.');
  await expect(page.getByRole('region', { name: 'Jobs' }).getByRole('alert')).toContainText('could not be loaded');
  // What is no part of these lives: the header's buttons still act.
  await expect(shopPage.button('Sync')).toBeEnabled();
  await expectAccessibleEverywhere(page);

  await stack.getByRole('button', { name: 'Try again' }).click();
  await expect(stack.getByRole('button', { name: 'Try again' })).toBeEnabled();
  await expect(stack.getByRole('alert')).toBeVisible();

  await letCome();
  await stack.getByRole('button', { name: 'Try again' }).click();
  await expect(shopPage.branch('checkout/cart-totals').row).toBeVisible();
});

test('a menu that was asked for and cannot come says so, and is left by Escape or tried again', async ({
  shopPage,
  page,
}) => {
  const { row } = shopPage.branch('checkout/cart-totals');
  await expect(row).toBeVisible();
  const letCome = await loseScripts(page, 'newer build');
  await row.getByRole('button', { name: /^More for/ }).click();
  const told = page.getByRole('dialog', { name: 'The menu could not be loaded' });
  await expect(told).toContainText('The menu could not be loaded.');
  await expect(told.getByRole('button', { name: 'Reload the page' })).toBeVisible();
  await expect(told.getByRole('button', { name: 'Try again' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(told).toBeHidden();
  await expect(row.getByRole('button', { name: /^More for/ })).toBeFocused();

  // Asked for anew it is tried anew.
  await letCome();
  await row.getByRole('button', { name: /^More for/ }).click();
  await expect(page.getByRole('menuitem', { name: 'Copy its name' })).toBeVisible();
});

test('a question that cannot come does not do what it would have asked, nor nothing', async ({
  shopPage,
  shop,
  page,
}) => {
  await shop.remote.delete('checkout/gift-cards');
  await shopPage.run('Sync');
  const { row } = shopPage.branch('checkout/gift-cards');
  let asked = 0;
  page.on('request', (request) => {
    if (request.url().includes('branches.restore')) asked += 1;
  });
  const letCome = await loseScripts(page);
  await row.hover();
  await row.getByRole('button', { name: 'Restore' }).click();
  const told = page.getByRole('dialog', { name: 'The question could not be loaded' });
  await expect(told).toBeVisible();
  await letCome();
  await told.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('button', { name: 'Yes, restore' })).toBeFocused();
  expect(asked).toBe(0);
});

test('a palette that cannot come gives the keys back', async ({ shopPage, page }) => {
  await expect(shopPage.branch('checkout/cart-totals').row).toBeVisible();
  const letCome = await loseScripts(page);
  await page.keyboard.press('Control+k');
  const told = page.getByRole('dialog', { name: 'The palette could not be loaded' });
  await expect(told.getByRole('button', { name: 'Try again' })).toBeFocused();
  await letCome();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog').getByRole('combobox')).toBeFocused();
});

test('what is said of an element beside it has come with the page: no code comes when most is told so', async ({
  shopPage,
  page,
}) => {
  await expect(shopPage.branch('checkout/cart-totals').row).toBeVisible();
  await expect(page.getByRole('button', { name: /^Theme/ })).toBeVisible();
  const letCome = await loseScripts(page);
  await page.getByRole('region', { name: 'Jobs' }).locator('[data-tip]').first().hover();
  await expect(page.getByRole('tooltip')).toBeVisible();
  await letCome();
});

testOwnServer(
  'what could not come while the server was away comes by itself when it is back',
  async ({ page, shopPage, ownServer }) => {
    test.setTimeout(120_000);
    await expect(shopPage.branch('checkout/cart-totals').row).toBeVisible();
    await ownServer.kill9();
    await expect(page.getByText('The server does not answer. What you see is as of')).toBeVisible({ timeout: 20_000 });
    await shopPage
      .branch('checkout/cart-totals')
      .row.getByRole('button', { name: /^More for/ })
      .click();
    const told = page.getByRole('dialog', { name: 'The menu could not be loaded' });
    await expect(told).toContainText('the server does not answer');
    // A page that is reloaded now would be the browser's own.
    await expect(told.getByRole('button', { name: 'Reload the page' })).toBeHidden();
    await expect(shopPage.tree).toBeVisible();
    await ownServer.restart();
    await expect(page.getByRole('menuitem', { name: 'Copy its name' })).toBeVisible({ timeout: 60_000 });
  },
);
