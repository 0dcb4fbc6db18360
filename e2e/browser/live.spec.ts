import type { Locator, Route } from '@playwright/test';
import { holdPushes } from './pages/hold-pushes';
import { RepoPage } from './pages/repo-page';
import { ended, expect, test, testOwnServer } from './pages/test';

test('a button is its job: pressed, at its step, behind another, cancelled, done', async ({ shopPage, shop }) => {
  await shop.teamGoesOn();
  const release = await holdPushes(shop.remote);
  const first = await shopPage.startRestackAll();
  await expect(shopPage.button('Restack')).toHaveText(/^.*Pushing \d+\/\d+ · \d+ s/, { timeout: 20_000 });
  await expect(shopPage.button('Cancel: Restack')).toHaveAttribute('aria-disabled', 'true');

  // What it is about to move cannot be pressed meanwhile; anything else waits behind it.
  await expect(shopPage.branch('search/filters').button('Restack')).toHaveAccessibleName(
    `Restack (not now: #${first.seq} is about to move it.)`,
  );
  const docs = shopPage.branch('docs/returns-policy');
  const second = await shopPage.jobOf(() => docs.button('Register').click());
  await expect(docs.button('Register')).toHaveAccessibleName(`Register: Queued behind #${first.seq}`);
  await docs.row.getByRole('button', { name: 'Cancel: Register' }).click();
  await second.is('cancelled');

  await release();
  await first.is('completed');
  await expect(shopPage.button('Restack')).toHaveText(/\d+ moved, .*held back/);
});

test('what a waiting job is to move cannot be pressed, at no row and no head; one place says how far a job is', async ({
  shopPage,
  shop,
  client,
}) => {
  test.slow();
  await shopPage.syncAfterTeam(shop);
  await expect(shopPage.button('Restack \\d')).toBeVisible({ timeout: 30_000 });
  const release = await holdPushes(shop.remote);
  const first = await shopPage.jobOf(async () => {
    await client.jobs.run({ repoId: shopPage.id, kind: 'restack_subtree', branch: 'search/filters' });
  });
  await first.is('running');
  const second = await shopPage.jobOf(async () => {
    await client.jobs.run({ repoId: shopPage.id, kind: 'restack_subtree', branch: 'checkout/cart-totals' });
  });
  await second.is('queued');
  const head = (title: string) => shopPage.tree.locator('[data-head]').filter({ hasText: new RegExp(`^${title}`) });
  const restack = (row: Locator) => row.getByRole('button', { name: /^Restack/ });
  const waits = new RegExp(`\\(not now: #${second.seq} waits to move it\\.\\)$`);
  await expect(restack(head('checkout'))).toHaveAccessibleName(waits);
  await expect(shopPage.branch('checkout/gift-cards').button('Restack')).toHaveAccessibleName(waits);
  // What it leaves alone can be.
  await expect(restack(head('auth'))).toHaveAccessibleName('Restack 2');

  const cancel = (row: Locator) => row.getByRole('button', { name: 'Cancel: Restack', exact: false });
  await expect(cancel(shopPage.branch('checkout/cart-totals').row)).toHaveCount(1);
  await expect(cancel(head('checkout'))).toHaveCount(0);
  // Where the row is folded away, its head says it.
  await head('checkout').click();
  await expect(cancel(head('checkout'))).toHaveCount(1);
  await release();
  await second.is('completed');
});

test('pressing shows at once that it is being sent, and that it is queued once the server has it', async ({
  shopPage,
  page,
}) => {
  let answer = () => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/api/trpc/jobs.run*', async (route) => {
    await held;
    await route.continue();
  });
  await shopPage.button('Sync').click();
  await expect(shopPage.button('Sync')).toHaveText('Sync: Sending…');
  answer();
  await expect(shopPage.button('Sync')).toHaveText('Sync: Synced', { timeout: 30_000 });
});

test('a request that was not answered is asked for again as the same job', async ({ shopPage, page }) => {
  const keys: unknown[] = [];
  await page.route('**/api/trpc/jobs.run*', async (route) => {
    keys.push(route.request().postDataJSON().json.idempotencyKey);
    // The first one reaches the server; its answer is lost.
    if (keys.length === 1) {
      await route.fetch();
      await route.abort();
    } else await route.continue();
  });
  const job = await shopPage.jobOf(() => shopPage.button('Sync').click());
  await expect(page.getByRole('alert').filter({ hasText: 'does not answer' })).toBeVisible();
  await job.is('completed');
  await expect(shopPage.button('Sync')).toHaveText('Sync', { timeout: 15_000 });
  await shopPage.button('Sync').click();
  await expect.poll(() => keys.length).toBe(2);
  expect(keys[1]).toBe(keys[0]);
});

test('two browsers and two tabs of one see the same job', async ({ shopPage, shop, browser, context, server }) => {
  await shop.teamGoesOn();
  const elsewhere = await browser.newContext({ baseURL: server.url });
  const others = [new RepoPage(await context.newPage()), new RepoPage(await elsewhere.newPage())];
  for (const other of others) await other.goto(shopPage.id);
  const release = await holdPushes(shop.remote);
  const job = await shopPage.startRestackAll();
  for (const other of others) {
    await expect(other.button('Restack')).toHaveText(/^.*Pushing \d+\/\d+ · \d+ s/, { timeout: 20_000 });
  }
  await release();
  for (const other of others) {
    await other.job(job.seq).is('completed');
    await other.branch('checkout/cart-totals').says('in place');
  }
  await elsewhere.close();
});

test('eight tabs hold one stream between them, and the next tab takes over when its holder closes', async ({
  shopPage,
  context,
}) => {
  let streams = 0;
  context.on('request', (request) => {
    if (request.url().includes('/feed.subscribe')) streams += 1;
  });
  const tabs: RepoPage[] = [];
  for (let i = 0; i < 7; i++) tabs.push(new RepoPage(await context.newPage()));
  for (const tab of tabs) await tab.goto(shopPage.id);
  expect(streams).toBe(0);

  const { id } = shopPage;
  await shopPage.page.close();
  await expect.poll(() => streams).toBe(1);
  const [first, ...rest] = tabs;
  if (!first) throw new Error('There are seven tabs.');
  const job = await first.run('Sync');
  for (const tab of rest) await tab.job(job.seq).is('completed');
  expect(streams).toBe(1);
  expect(first.id).toBe(id);
});

testOwnServer(
  'a page that is open while the server is killed and started again catches up by itself',
  async ({ page, shop, shopPage, client, ownServer }) => {
    test.setTimeout(120_000);
    let loads = 0;
    page.on('request', (request) => {
      if (/repos\.(overview|list)/.test(request.url())) loads += 1;
    });

    await shop.teamGoesOn();
    const release = await holdPushes(shop.remote);
    const job = await shopPage.startRestackAll();
    await expect(shopPage.button('Restack')).toHaveText(/^.*Pushing \d+\/\d+ · \d+ s/, { timeout: 20_000 });
    await ownServer.kill9();
    await expect(page.getByText('The server does not answer. What you see is as of')).toBeVisible({ timeout: 20_000 });
    await expect(shopPage.branch('checkout/cart-totals').row).toBeVisible();
    // No link leaves for the browser's own page about a server that is away.
    await page.locator('main header').getByRole('link', { name: 'Activity' }).click();
    await expect(page.getByText('The page opens when connected.')).toBeVisible();
    await expect(shopPage.tree).toBeVisible();
    await page.getByRole('button', { name: 'Stay here' }).click();
    // Where there is no room for it, all of it is told to who asks.
    await page.setViewportSize({ width: 768, height: 900 });
    await page.getByText('The server does not answer. What you see is as of').hover();
    await expect(page.getByRole('tooltip')).toContainText('It catches up by itself');
    await page.setViewportSize({ width: 1280, height: 720 });

    await release();
    await shop.remote.hook('pre-receive', 'exit 0');
    await ownServer.restart();
    await job.is('completed');
    await shopPage.branch('checkout/cart-totals').says('in place');
    await shopPage.connected();
    await expect(page.getByText('The server does not answer. What you see is as of')).toBeHidden();
    expect(await shop.remote.contains('checkout/gift-card-emails', 'main')).toBe(true);
    expect(loads).toBe(0);

    // And it goes on by the same stream.
    await ended(client, (await client.jobs.run({ repoId: shopPage.id, kind: 'sync_repo' })).jobId);
    await shopPage.job(job.seq + 1).is('completed');
  },
);

testOwnServer(
  'a page whose server falls silent says when that was last heard, which is before it is noticed',
  async ({ page, shopPage, ownServer }) => {
    test.setTimeout(120_000);
    process.kill(ownServer.pid, 'SIGSTOP');
    // It is noticed after two pings that did not come.
    const banner = page.getByText(/What you see is as of (\d|[1-5]\d) s ago/);
    await expect(banner).toBeVisible({ timeout: 30_000 });
    // What is silent is not live.
    await expect(page.getByRole('banner').getByText('not connected', { exact: true })).toBeVisible();
    await expect(page.getByRole('banner').getByText('live', { exact: true })).toHaveCount(0);
    process.kill(ownServer.pid, 'SIGCONT');
    await shopPage.connected();
    await expect(banner).toBeHidden();
  },
);

test('what is told of a button changes with it, also while the mouse rests there', async ({ shopPage, shop, page }) => {
  await shopPage.syncAfterTeam(shop);
  const release = await holdPushes(shop.remote);
  const job = await shopPage.startRestackAll();
  const tip = page.getByRole('tooltip');
  await shopPage.search.hover();
  await shopPage.button('Restack').hover();
  await expect(tip).toContainText(/^Pushing \d+ branches/);
  // The list beside says why nobody cancels it, within its own width.
  const why = page.getByRole('region', { name: 'Jobs' }).getByText('Its push has begun');
  const list = await page.getByRole('region', { name: 'Jobs' }).getByRole('table').boundingBox();
  const cell = await why.boundingBox();
  expect((cell?.x ?? 0) + (cell?.width ?? 0)).toBeLessThanOrEqual((list?.x ?? 0) + (list?.width ?? 0));
  await release();
  await expect(tip).toContainText(/^Moved \d+ branches/);
  await job.is('completed');
});

test('a move goes by what was seen: where that is no longer so nothing moves, and the next press goes by what is shown then', async ({
  shopPage,
  shop,
  client,
  page,
}) => {
  await expect(shopPage.tree).toHaveAttribute('aria-busy', 'false', { timeout: 20_000 });
  const branch = shopPage.branch('checkout/gift-cards');
  // While the press is on its way, a sync sees that trunk has gone on.
  const meanwhile = async (route: Route) => {
    await shop.remote.from('main').commit('Meanwhile', { 'docs/meanwhile.md': 'x' }).write();
    await ended(client, (await client.jobs.run({ repoId: shopPage.id, kind: 'sync_repo', move: false })).jobId);
    await route.continue();
  };
  await page.route('**/api/trpc/jobs.run*', meanwhile, { times: 1 });
  await branch.choose('Move onto…');
  await branch.pick('search/index', /^Move it and 1 above it onto search\/index/);
  const told = page.getByRole('alert').filter({ hasText: 'The branches are not as they were at that forecast.' });
  await expect(told).toContainText('press again to go by what it shows now', { timeout: 30_000 });
  // What would come of that move now stands in the same place: a Restack of the row would move nothing.
  await expect(told).toContainText(/Now: 2 would move/, { timeout: 20_000 });
  expect(await shop.remote.contains('checkout/gift-cards', 'search/index')).toBe(false);
  await told.getByRole('button', { name: 'Close' }).click();
  await expect(shopPage.tree).toHaveAttribute('aria-busy', 'false', { timeout: 20_000 });
  await branch.choose('Move onto…');
  const job = await shopPage.jobOf(() => branch.pick('search/index', /^Move it and 1 above it onto search\/index/));
  await job.is('completed');
  expect(await shop.remote.contains('checkout/gift-cards', 'search/index')).toBe(true);
});

test('a Restack takes up what nobody had fetched when it was pressed', async ({ shopPage, shop }) => {
  await shopPage.syncAfterTeam(shop);
  await expect(shopPage.tree).toHaveAttribute('aria-busy', 'false', { timeout: 20_000 });
  const { row } = shopPage.branch('checkout/cart-totals');
  await shop.remote.from('main').commit('Meanwhile', { 'docs/meanwhile.md': 'x' }).write();
  await row.hover();
  const job = await shopPage.jobOf(() => row.getByRole('button', { name: /^Restack \d/ }).click());
  await job.is('completed');
  expect(await shop.remote.contains('checkout/cart-totals', 'main')).toBe(true);
});

test('a browser without a network says at once that it is not connected, and is connected as soon as it has one', async ({
  shopPage,
  page,
  context,
}) => {
  await shopPage.connected();
  const header = page.getByRole('banner').first();
  const banner = page.getByText('The server does not answer. What you see is as of');
  await context.setOffline(true);
  // No ping that does not come is waited for, which takes longer.
  await expect(header.getByText('not connected', { exact: true })).toBeVisible({ timeout: 2000 });
  await expect(banner).toBeVisible({ timeout: 3000 });
  await context.setOffline(false);
  await expect(header.getByText('live', { exact: true })).toBeVisible({ timeout: 5000 });
  await expect(banner).toBeHidden();
  const job = await shopPage.run('Sync');
  await job.is('completed');
});
