import { expectAccessible } from './pages/accessible';
import { expect, test } from './pages/test';

/** A branch, opened: what it is made of, and the ways there and back. */

test('a row opens its branch beside the stack: commits, files and what they change', async ({ shopPage, page }) => {
  await shopPage.branch('checkout/gift-cards').row.getByText('checkout/gift-cards', { exact: true }).click();
  const branch = page.getByRole('region', { name: 'Branch' });
  await expect(page).toHaveURL(/\/repos\/[^/]+\/branches\/checkout\/gift-cards$/);
  await expect(branch.getByRole('heading', { level: 2 })).toContainText('checkout/gift-cards');
  const commits = branch.getByRole('region', { name: 'Commits' });
  await expect(commits.locator('[data-commit]')).not.toHaveCount(0);
  const file = branch.locator('[data-file]').first();
  await expect(file.getByRole('table')).toBeVisible();
  await expect(file.locator('.diff-code-insert').first()).toBeVisible();
  await expect(shopPage.tree).toBeFocused();
  await expectAccessible(page);

  await commits.getByRole('button', { name: 'Checkout: pay with gift cards' }).click();
  await expect(branch.getByRole('button', { name: /^of commit .* show all$/ })).toBeVisible();
  await branch.getByRole('button', { name: 'Side by side' }).click();
  await expect(branch.locator('table.diff-split').first()).toBeVisible();

  await page.reload();
  await expect(branch.getByRole('heading', { level: 2 })).toContainText('checkout/gift-cards');
  await branch.getByRole('button', { name: 'Close' }).click();
  await expect(page).toHaveURL(/\/repos\/[^/]+$/);
  await expect(branch).toHaveCount(0);
  await expect(shopPage.tree).toBeFocused();
});

test('keys alone: Enter opens, j and k walk on, in the panel too, Escape closes, Back opens again', async ({
  shopPage,
  page,
}) => {
  const { keyboard } = page;
  const title = page.getByRole('region', { name: 'Branch' }).getByRole('heading', { level: 2 });
  await shopPage.tree.focus();
  await shopPage.goTo('checkout/gift-cards');
  await keyboard.press('Enter');
  await expect(title).toContainText('checkout/gift-cards');
  await keyboard.press('j');
  await expect(title).not.toContainText('checkout/gift-cards ');
  const next = await title.textContent();
  await title.focus();
  await keyboard.press('k');
  await expect(title).toContainText('checkout/gift-cards');
  await keyboard.press('j');
  await expect(title).toHaveText(next ?? '');
  await keyboard.press('Escape');
  await expect(page).toHaveURL(/\/repos\/[^/]+$/);
  await expect(shopPage.tree).toBeFocused();
  await page.goBack();
  await expect(title).toHaveText(next ?? '');
});

test('on a small page the branch takes the place of the stack, and leads back to where one was', async ({
  shopPage,
  page,
}) => {
  await page.setViewportSize({ width: 375, height: 700 });
  await shopPage.branch('checkout/gift-card-emails').row.click({ position: { x: 120, y: 12 } });
  const branch = page.getByRole('region', { name: 'Branch' });
  await expect(branch.getByRole('heading', { level: 2 })).toBeFocused();
  await expect(branch.locator('[data-file]').first().getByRole('table')).toBeVisible();
  await expect(shopPage.tree).toBeHidden();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  await expectAccessible(page);
  await branch.getByRole('button', { name: 'Back to the stack' }).click();
  await expect(shopPage.tree).toBeFocused();
});
