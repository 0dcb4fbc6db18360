import { expectAccessibleEverywhere } from './pages/accessible';
import { expect, test } from './pages/test';

test('what needs you is said in sections, done by keys, and hidden until it changes', async ({
  shopPage,
  shop,
  page,
}) => {
  await shop.teamGoesOn();
  await shopPage.run('Sync');
  await expect(shopPage.tree).toHaveAttribute('aria-busy', 'false', { timeout: 20_000 });
  const { id } = shopPage;
  await page
    .getByRole('navigation', { name: 'Pages of the repository' })
    .getByRole('link', { name: /^Needs you/ })
    .click();
  const conflicts = page.getByRole('region', { name: 'Conflicts' });
  await expect(conflicts).toContainText(
    'catalog/price-rounding conflicts with catalog/price-model in src/catalog/price.js; blocks 1',
  );
  const ready = page.getByRole('region', { name: 'Ready to restack' });
  await expect(ready).toContainText(/checkout · \d+ branches · clean/);

  // One number: of the rows, the title and the rail.
  const rows = page.locator('main [data-need]');
  const count = await rows.count();
  await expect(page).toHaveTitle(new RegExp(`^\\(${count}\\) Needs you`));
  await expect(page.getByRole('navigation', { name: 'Repositories' })).toContainText(String(count));
  await expectAccessibleEverywhere(page);
  await page.setViewportSize({ width: 1280, height: 800 });

  await page.keyboard.press('j');
  await expect(conflicts.getByRole('link', { name: 'Open' })).toBeFocused();
  // What an element says of itself reaches the keys.
  await page.keyboard.press('Tab');
  await expect(page.getByRole('tooltip')).toHaveText('Hide until it changes (e)');
  await page.keyboard.press('e');
  await expect(conflicts).toBeHidden();
  await expect(page).toHaveTitle(new RegExp(`^\\(${count - 1}\\)`));
  await page.reload();
  await expect(rows).toHaveCount(count - 1);
  await expect(conflicts).toBeHidden();
  await expect(page).toHaveTitle(new RegExp(`^\\(${count - 1}\\) Needs you`));

  // Over all repositories it is the same, with the name of each.
  await page.goto('/');
  const all = page.getByRole('region', { name: 'Needs you' });
  const stack = all.locator(`[data-need^="${id}"]`).filter({ hasText: /^checkout · \d+ branches/ });
  await expect(stack).toBeVisible();
  await expect(page).toHaveTitle(/^\(\d+\) Repositories · Spicerack$/);
  await stack.getByRole('button', { name: /^Restack \d/ }).focus();
  await page.keyboard.press('Enter');
  await expect(stack).toBeHidden({ timeout: 30_000 });
  await expect.poll(() => shop.remote.contains('checkout/gift-card-emails', 'main')).toBe(true);
  // What came of it stays in sight, though nothing wants it any more.
  const done = page.getByRole('region', { name: 'What runs' });
  await expect(done).toContainText(/\d moved/);
  await expect(done.getByRole('button', { name: /^Undo: \d+ branches back/ })).toBeVisible();
});
