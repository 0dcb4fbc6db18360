import { RepoPage } from './pages/repo-page';
import { expect, test } from './pages/test';

test('a repository is added by one field, and its branches appear when they are read', async ({ page, shop }) => {
  await page.goto('/');
  await page.getByLabel('Address of a repository').fill(shop.url);
  await page.getByRole('button', { name: 'Add', exact: true }).click();

  await expect(page.getByRole('heading', { name: 'shop', level: 1 })).toBeVisible();
  const repo = new RepoPage(page);
  await repo.branch('checkout/cart-totals').says('untracked');
  await expect(repo.branch('auth/remember-me').row).toHaveAccessibleName(/untracked, stands on auth\/password-reset$/);
  await expect(page.getByRole('link', { name: /^shop \d+ 14 untracked$/ })).toBeVisible();
  await expect(page.getByRole('main').getByText('14 branches · 14 untracked')).toBeVisible();
  await expect(page.getByText(/^synced (just now|\d+ s ago)/)).toBeVisible();

  await page.goto('/');
  await expect(page.getByRole('main').getByRole('link', { name: shop.url })).toBeVisible();
});

test('what is wrong with an address stands beside its field, and what was typed stays', async ({ page }) => {
  await page.goto('/');
  const field = page.getByLabel('Address of a repository');
  await field.fill('https://ada:secret@example.com/shop.git');
  await page.getByRole('button', { name: 'Add', exact: true }).click();

  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByRole('alert').filter({ hasText: /password/i })).toBeVisible();
  await expect(field).toHaveValue('https://ada:secret@example.com/shop.git');
});

test('a remote that is not there ends in an error in people’s words, with what to do, and Retry; its code is on its page', async ({
  page,
  shop,
}) => {
  await page.goto('/');
  await page.getByLabel('Address of a repository').fill(`${shop.url}-is-not-here`);
  await page.getByRole('button', { name: 'Add', exact: true }).click();

  await expect(page.getByRole('heading', { name: 'The first sync failed' })).toBeVisible({ timeout: 30_000 });
  const job = page.locator('[data-job]').first();
  await expect(job).toHaveAttribute('data-status', 'error');
  await expect(job.getByText('remote away', { exact: true }).first()).toBeVisible();
  await expect(job.getByRole('button', { name: 'Retry' })).toBeEnabled();

  await job.getByRole('link').first().click();
  await expect(page.getByText('REMOTE_UNREACHABLE', { exact: true })).toBeVisible();
  const log = page.getByRole('region', { name: 'Log', exact: true });
  await expect(log.getByText(/git ls-remote failed/)).toHaveCount(1);
});

test('an unknown repository says so and leads back', async ({ page }) => {
  await page.goto('/repos/0190a000-0000-7000-8000-000000000000');
  await expect(page.getByRole('heading', { name: 'This repository cannot be shown' })).toBeVisible();
  await page.getByRole('link', { name: 'All repositories' }).click();
  await expect(page).toHaveURL('/');
});
