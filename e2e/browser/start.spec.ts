import { expect, test } from './fixtures';

test('the dashboard opens, and its console stays clean', async ({ page }) => {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto('/');
  await expect(page).toHaveTitle(/Spicerack/);
  await expect(page.getByRole('heading').first()).toBeVisible();
  expect(complaints).toEqual([]);
});
