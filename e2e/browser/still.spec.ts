import type { Page } from '@playwright/test';
import { ended, expect, test } from './pages/test';

/** Counts from the page's first moment on how far what is shown is pushed about by what comes later. */
async function watchShifts(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const shifts = { sum: 0 };
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if ('value' in entry) shifts.sum += Number(entry.value);
    }).observe({ type: 'layout-shift', buffered: true });
    Object.assign(window, { shifts });
  });
  return () => page.evaluate(() => ('shifts' in window ? Object(window.shifts).sum : Number.NaN));
}

test('nothing that is shown moves while a page loads on a slow line', async ({ shopPage, shop, client, page }) => {
  test.setTimeout(120_000);
  const repoId = shopPage.id;
  await client.tasks.create({ repoId, title: 'Totals', branch: 'checkout/cart-totals' });
  await client.tasks.create({ repoId, title: 'Filters', branch: 'search/filters' });
  await shop.teamGoesOn();
  await ended(client, (await client.jobs.run({ repoId, kind: 'sync_repo', move: false })).jobId);
  // What there is to show is known before: how it comes is what is looked at.
  await expect(shopPage.branch('checkout/cart-totals').row).toContainText('will move', { timeout: 30_000 });
  await expect(shopPage.tree).toHaveAttribute('aria-busy', 'false', { timeout: 30_000 });

  const shifted = await watchShifts(page);
  const line = await page.context().newCDPSession(page);
  await line.send('Network.emulateNetworkConditions', {
    ...{ offline: false, latency: 150, downloadThroughput: -1, uploadThroughput: -1 },
  });
  const main = page.getByRole('main');
  const repo = `/repos/${repoId}`;
  const pages = [
    ['/', main.getByRole('region', { name: 'Ready to restack' })],
    [repo, main.getByRole('region', { name: 'Jobs' }).getByRole('table')],
    ['/access', main.getByRole('region', { name: 'Audit log' }).getByRole('listitem').first()],
  ] as const;
  for (const [path, last] of pages) {
    await page.goto(path);
    await expect(last).toBeVisible({ timeout: 30_000 });
    if (path === repo) {
      await expect(main.getByRole('region', { name: 'On merged branches' })).toBeVisible();
      await expect(shopPage.branch('checkout/cart-totals').row).toBeVisible();
    }
    // Fonts and icons of the header are worth less than that.
    expect(await shifted(), path).toBeLessThan(0.01);
  }
});
