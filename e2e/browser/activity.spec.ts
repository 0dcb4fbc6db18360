import { createSpicerack } from '@spicerack/client';
import { expectAccessibleEverywhere } from './pages/accessible';
import { ActivityPage } from './pages/activity-page';
import { ended, expect, test } from './pages/test';

test('the history tells who did what, how it ended, and what was found', async ({ shopPage, shop, page }) => {
  test.setTimeout(120_000);
  await shopPage.createTask('Longer sessions', 'auth/sessions');
  const sync = await shopPage.syncAfterTeam(shop);
  const restack = await shopPage.restackAll();
  await page.getByRole('link', { name: 'Activity' }).click();
  const activity = new ActivityPage(page);

  await expect(activity.job(sync.seq)).toContainText('Someone on the dashboard synced');
  await expect(activity.job(sync.seq)).toContainText(/2 merged/);
  await expect(activity.job(sync.seq)).toContainText('auth/sessions was merged into main');
  await expect(activity.job(restack.seq)).toContainText('Someone on the dashboard restacked all');
  await expect(activity.job(restack.seq)).toContainText('catalog/price-rounding held back: conflicts in');
  await expect(activity.entries.filter({ hasText: 'Task Longer sessions was archived' })).toContainText(
    'auth/sessions was merged.',
  );
  await expectAccessibleEverywhere(page);

  await activity.job(restack.seq).getByRole('link', { name: /^#/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(`#${restack.seq} Restack all`);
});

test('filters go by kind, status, branch and person, and their address can be passed on', async ({
  shopPage,
  shop,
  server,
  client,
  page,
  context,
}) => {
  const mara = createSpicerack({ url: server.url, requestedBy: 'mara' });
  const repoId = shopPage.id;
  await shop.teamGoesOn();
  await ended(client, (await client.jobs.run({ repoId, kind: 'sync_repo' })).jobId);
  const rebase = { repoId, kind: 'rebase_branch' } as const;
  await ended(client, (await mara.jobs.run({ ...rebase, branch: 'checkout/cart-totals' })).jobId);
  const failing = await client.jobs.run({ ...rebase, branch: 'nobody/has-this' });
  await expect
    .poll(async () => (await client.jobs.get({ jobId: failing.jobId })).job.status, { timeout: 30_000 })
    .toBe('error');

  const activity = new ActivityPage(page);
  await activity.goto(repoId);
  await activity.choose('What', 'Rebase');
  await activity.isOnly(/tried to rebase nobody\/has-this/, /mara rebased checkout\/cart-totals/);
  await activity.choose('How it ended', 'Error');
  await activity.isOnly(/nobody\/has-this/);
  await activity.choose('How it ended', 'Any status');
  await activity.type('Asked by', 'mara');
  await activity.isOnly(/mara rebased checkout\/cart-totals/);
  await expect(page).toHaveURL(/\?kind=rebase_branch&person=mara$/);

  const other = new ActivityPage(await context.newPage());
  await other.page.goto(page.url());
  await other.isOnly(/mara rebased checkout\/cart-totals/);
  await expect(other.page.getByLabel('Asked by')).toHaveValue('mara');

  await page.goBack();
  await activity.isOnly(/nobody\/has-this/, /checkout\/cart-totals/);

  // A branch has what was asked for on it and what was done to it.
  await activity.goto(repoId);
  await activity.type('Branch', 'search/filters');
  await activity.isOnly(/test synced/, /test registered all suggested/);
  await activity.type('Branch', 'no/such');
  await expect(page.getByText('Nothing in the history is like this.')).toBeVisible();
  await page.getByRole('button', { name: 'Show everything' }).click();
  await expect(activity.entries).not.toHaveCount(0);
  await expect(page).toHaveURL(/\/activity$/);
});

test('the history is live: a job comes in and ends before one’s eyes, in the filters that it meets', async ({
  shopPage,
  client,
  page,
  context,
}) => {
  const repoId = shopPage.id;
  const all = new ActivityPage(page);
  await all.goto(repoId);
  const completed = new ActivityPage(await context.newPage());
  await completed.goto(repoId, '?kind=sync_repo&status=completed');
  await completed.isOnly(/test synced/);

  const { jobId } = await client.jobs.run({ repoId, kind: 'sync_repo' });
  const { job } = await client.jobs.get({ jobId });
  await all.is(job.seq, 'completed');
  await expect(all.job(job.seq)).toContainText('Synced');
  await completed.isOnly(/test synced/, /test synced/);
});

test('older jobs are shown when they are asked for', async ({ shopPage, client, page }) => {
  test.setTimeout(120_000);
  // Jobs that end at once: cancelled while they are queued behind each other.
  for (let i = 0; i < 55; i++) {
    const { jobId } = await client.jobs.run({ repoId: shopPage.id, kind: 'restack_repo' });
    await client.jobs.cancel({ jobId }).catch(() => {
      // It had ended already.
    });
  }
  const activity = new ActivityPage(page);
  await activity.goto(shopPage.id, '?kind=restack_repo');
  await expect(activity.entries).toHaveCount(50);
  await page.getByRole('button', { name: 'Show older' }).click();
  await expect(activity.entries).toHaveCount(55);
  await expect(page.getByRole('button', { name: 'Show older' })).toBeHidden();
});
