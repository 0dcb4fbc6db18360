import { expectAccessibleEverywhere } from './pages/accessible';
import { RepoPage } from './pages/repo-page';
import { expect, test, testOwnServer } from './pages/test';

testOwnServer('an empty dashboard leads to the demo in one click', async ({ page }) => {
  test.setTimeout(120_000);
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Add your first repository' })).toBeVisible();
  await expect(page.getByLabel('Address of a repository')).toBeVisible();
  await expectAccessibleEverywhere(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('button', { name: 'Try the demo' }).click();
  await expect(page.getByRole('heading', { name: 'demo/shop', level: 1 })).toBeVisible();
  const shop = new RepoPage(page);
  await shop.branch('checkout/cart-totals').says('in place');
  // It says itself what comes next, until that has come.
  const hint = page.getByText('The demo’s team goes on when you press Sync');
  await expect(hint).toBeVisible({ timeout: 30_000 });
  await shop.run('Sync');
  await expect(hint).toBeHidden();
  await expect(shop.button('Restack \\d')).toBeVisible({ timeout: 30_000 });

  await page.goto('/');
  await expect(page.getByRole('main').getByRole('link', { name: /demo\/shop/ })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Try the demo' })).toBeHidden();
});
