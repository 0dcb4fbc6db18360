import type { Page } from '@playwright/test';
import type { Spicerack } from '@spicerack/client';
import { ActivityPage } from './pages/activity-page';
import { holdPushes } from './pages/hold-pushes';
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

/** A sync that somebody else asks for, from its acceptance to its end. Returns its number. */
async function syncElsewhere(client: Spicerack, repoId: string): Promise<number> {
  const { jobId } = await client.jobs.run({ repoId, kind: 'sync_repo' });
  await ended(client, jobId);
  return (await client.jobs.get({ jobId })).job.seq;
}

/** Somewhere that no list is. */
const leave = (page: Page) => page.mouse.move(5, 5);

test('a row of the history stays under a pointer that rests on it, and what is new comes when it leaves', async ({
  shopPage,
  client,
  page,
}) => {
  const activity = new ActivityPage(page);
  const repoId = shopPage.id;
  await activity.goto(repoId);
  const seq = Number(await activity.entries.first().getAttribute('data-entry'));
  const link = activity.job(seq).getByRole('link', { name: `#${seq}` });
  await link.hover();
  const at = await link.boundingBox();
  const news: number[] = [];
  for (let i = 0; i < 3; i++) news.push(await syncElsewhere(client, repoId));
  const pill = page.getByRole('button', { name: '3 new events, show' });
  await expect(pill).toBeVisible();
  expect(await link.boundingBox()).toEqual(at);

  await leave(page);
  await expect(pill).toBeHidden();
  for (const each of news) await activity.is(each, 'completed');
  expect((await link.boundingBox())?.y).toBeGreaterThan(at?.y ?? Number.POSITIVE_INFINITY);

  // Who asks for them need not leave.
  await link.hover();
  const last = await syncElsewhere(client, repoId);
  await page.getByRole('button', { name: '1 new event, show' }).click();
  await expect(activity.entries.first()).toHaveAttribute('data-entry', String(last));

  // A press opens what the pointer rests on.
  await link.hover();
  await syncElsewhere(client, repoId);
  await expect(page.getByRole('button', { name: '1 new event, show' })).toBeVisible();
  await page.mouse.down();
  await page.mouse.up();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(`#${seq} `);
});

test('what is new in the history comes at once where nobody is at it', async ({ shopPage, client, page }) => {
  const activity = new ActivityPage(page);
  const repoId = shopPage.id;
  await activity.goto(repoId);
  await leave(page);
  for (let i = 0; i < 2; i++) {
    const seq = await syncElsewhere(client, repoId);
    await expect(activity.entries.first()).toHaveAttribute('data-entry', String(seq));
  }
  await expect(page.getByRole('button', { name: /new events?, show/ })).toBeHidden();
});

test('a job that a filter no longer keeps stays under the pointer, and goes with it', async ({
  shopPage,
  shop,
  client,
  page,
}) => {
  await shop.teamGoesOn();
  const release = await holdPushes(shop.remote);
  const repoId = shopPage.id;
  const { jobId } = await client.jobs.run({ repoId, kind: 'restack_repo' });
  const { seq } = (await client.jobs.get({ jobId })).job;
  const activity = new ActivityPage(page);
  await activity.goto(repoId, '?status=running');
  await activity.is(seq, 'running');
  await activity
    .job(seq)
    .getByRole('link', { name: `#${seq}` })
    .hover();
  await release();
  await activity.is(seq, 'completed');
  await leave(page);
  await expect(activity.job(seq)).toBeHidden();
});

test('a job of the queue stays under the pointer while the one before it ends', async ({
  shopPage,
  shop,
  client,
  page,
}) => {
  await shop.teamGoesOn();
  const release = await holdPushes(shop.remote);
  const repoId = shopPage.id;
  const first = await client.jobs.run({ repoId, kind: 'restack_repo' });
  const second = await client.jobs.run({ repoId, kind: 'sync_repo' });
  const { seq } = (await client.jobs.get({ jobId: second.jobId })).job;
  await page.goto('/status');
  const row = page.locator(`[data-open="${seq}"]`);
  const link = row.getByRole('link', { name: `#${seq}` });
  await link.hover();
  const at = await link.boundingBox();
  await release();
  for (const { jobId } of [first, second]) await ended(client, jobId);
  await expect(row).toContainText('completed');
  // What it says takes another width.
  expect((await link.boundingBox())?.y).toBe(at?.y);
  await leave(page);
  await expect(row).toBeHidden();
});

test('a task stays under the pointer while somebody creates another one', async ({ shopPage, client, page }) => {
  const task = { repoId: shopPage.id, title: 'Totals', branch: 'checkout/cart-totals' };
  await client.tasks.create(task);
  const card = page.locator('[data-task="Totals"]');
  await expect(card).toHaveAttribute('data-status', 'completed');
  const archive = card.getByRole('button', { name: 'Archive Totals' });
  await archive.hover();
  const at = await archive.boundingBox();
  await client.tasks.create({ ...task, title: 'Filters', branch: 'search/filters' });
  await expect(page.getByRole('button', { name: '1 new task, show' })).toBeVisible({ timeout: 30_000 });
  expect(await archive.boundingBox()).toEqual(at);
  await leave(page);
  await expect(page.locator('[data-task="Filters"]')).toBeVisible();
});
