import { expectAccessible } from './pages/accessible';
import { RepoPage } from './pages/repo-page';
import { ended, expect, test } from './pages/test';

test('Undo on a job’s row puts every branch back, and every page says so', async ({ shopPage, shop, context }) => {
  test.setTimeout(120_000);
  await shopPage.syncAfterTeam(shop);
  const before = await shop.remote.tips();
  const restack = await shopPage.restackAll();
  expect(await shop.remote.tips()).not.toEqual(before);

  const other = new RepoPage(await context.newPage());
  await other.goto(shopPage.id);
  const undo = restack.card.getByRole('button', { name: /^Undo: \d+ branches back/ });
  const job = await shopPage.jobOf(() => undo.click());
  await job.is('completed');
  expect(await shop.remote.tips()).toEqual(before);
  await restack.says(`Undone by #${job.seq}`);
  await other.job(restack.seq).says(`Undone by #${job.seq}`);
  await shopPage.branch('checkout/cart-totals').says('will move');
  await expectAccessible(shopPage.page);
});

test('an undo can be undone, and then the first one is possible again', async ({ shopPage, shop }) => {
  await shopPage.syncAfterTeam(shop);
  const restack = await shopPage.restackAll();
  const after = await shop.remote.tips();
  const button = /^Undo: \d+ branches back/;
  const undo = await shopPage.jobOf(async () => {
    await shopPage.tree.focus();
    await shopPage.page.keyboard.press('z');
    await expect(restack.card.getByRole('button', { name: button })).toBeFocused();
    await shopPage.page.keyboard.press('Enter');
  });
  await undo.is('completed');
  const redo = await shopPage.jobOf(() => undo.card.getByRole('button', { name: /^Redo: \d+ branches/ }).click());
  await redo.is('completed');
  expect(await shop.remote.tips()).toEqual(after);
  await expect(restack.card.getByRole('button', { name: button })).toBeEnabled();
});

test('what has moved since cannot be undone: the row and the page name the branch and the job', async ({
  shopPage,
  shop,
  client,
  page,
}) => {
  await shopPage.syncAfterTeam(shop);
  const rebase = await shopPage.jobOf(() => shopPage.branch('checkout/cart-totals').choose('Rebase'));
  await rebase.is('completed');
  await expect(rebase.card.getByRole('button', { name: /^Undo: 1 branch back/ })).toBeVisible();
  const { jobId } = await client.jobs.run({
    repoId: shopPage.id,
    kind: 'reparent_branch',
    branch: 'checkout/cart-totals',
    parent: 'catalog/price-model',
  });
  await ended(client, jobId);
  const { job } = await client.jobs.get({ jobId });
  await rebase.says(`Can’t undo: checkout/cart-totals moved in #${job.seq}.`);
  await rebase.open();
  await expect(page.getByText(`Can’t undo: checkout/cart-totals moved in #${job.seq}.`)).toBeVisible();
});

test('a job’s page has its Undo too; a sync that moved nothing has none', async ({ shopPage, shop, page }) => {
  test.setTimeout(120_000);
  const nothing = await shopPage.run('Sync');
  await expect(nothing.card.getByRole('button')).toHaveCount(0);
  await shopPage.syncAfterTeam(shop);
  const restack = await shopPage.restackAll();
  await restack.open();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(`#${restack.seq} Restack all`);
  const undo = page.getByRole('main').getByRole('button', { name: /^Undo: / });
  await undo.click();
  await expect(page.getByRole('main').getByText(/Undone by #\d+/)).toBeVisible({ timeout: 30_000 });
  await expectAccessible(page);
});

test('the list of jobs cuts nothing, is a line a job where it is wide, and holds still under the pointer and the focus', async ({
  shopPage,
  shop,
  client,
  page,
}) => {
  await page.setViewportSize({ width: 2000, height: 900 });
  await shopPage.syncAfterTeam(shop);
  const restack = await shopPage.restackAll();
  await restack.says(/\d+ moved, 1 conflict, 1 held back/);
  const table = page.getByRole('region', { name: 'Jobs' }).getByRole('table');
  const cut = () =>
    table
      .locator('td *:not(.sr-only):not(svg *)')
      .evaluateAll((parts) =>
        parts.flatMap((part) =>
          part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).display !== 'inline'
            ? [part.textContent]
            : [],
        ),
      );
  await expect(table.getByRole('columnheader')).toHaveText(['Number', 'What', 'Action']);
  expect(await cut()).toEqual([]);
  // Nobody has to point at it to read why.
  await expect(table.getByText(`Can’t undo: 10 branches moved in #${restack.seq}.`)).toBeVisible();

  await page.setViewportSize({ width: 1000, height: 900 });
  await page.getByRole('navigation', { name: 'Part of the page' }).getByRole('button', { name: /^jobs/i }).click();
  await expect(table.getByRole('columnheader')).toHaveText([
    'Number',
    'What',
    'Who',
    'When',
    'Outcome',
    'Took',
    'Action',
  ]);
  const heights = await table
    .getByRole('row')
    .filter({ has: page.getByRole('cell'), hasNotText: 'Can’t undo' })
    .evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().height));
  expect(Math.max(...heights)).toBeLessThanOrEqual(36);
  await page.setViewportSize({ width: 2000, height: 900 });

  const undo = restack.card.getByRole('button', { name: /^Undo: \d+ branches back/ });
  await undo.hover();
  const at = await undo.boundingBox();
  await client.jobs.run({ repoId: shopPage.id, kind: 'sync_repo' });
  const pill = page.getByRole('button', { name: '1 new job, show' });
  await expect(pill).toBeVisible({ timeout: 30_000 });
  expect(await undo.boundingBox()).toEqual(at);
  // The keys come to it, and the mouse goes: it holds still for them.
  await page.keyboard.press('Tab');
  await restack.card.getByRole('link').first().focus();
  await page.keyboard.press('Tab');
  await expect(undo).toBeFocused();
  await page.mouse.move(400, 400);
  expect(await undo.boundingBox()).toEqual(at);
  await expect(pill).toBeVisible();
  await pill.click();
  await expect(pill).toBeHidden();
  expect((await undo.boundingBox())?.y).toBeGreaterThan(at?.y ?? Number.POSITIVE_INFINITY);
});

test('what came of a job is told until it is dismissed, over other pages and reloads, in the tab that has seen it', async ({
  shopPage,
  shop,
  page,
  context,
}) => {
  test.setTimeout(120_000);
  await shopPage.syncAfterTeam(shop);
  const { id } = shopPage;
  await shopPage.tree.focus();
  await shopPage.goTo('auth/password-reset');
  const job = await shopPage.jobOf(() => page.keyboard.press('r'));
  await job.is('completed');
  const dock = page.getByRole('region', { name: 'What runs' });
  await expect(dock).toContainText(`2 moved#${job.seq} Restack auth/password-reset and above`);
  await job.open();
  await expect(page.locator('main header').getByText('completed', { exact: true })).toBeVisible();
  await page.goBack();
  await expect(dock).toContainText('2 moved');
  await page.reload();
  await expect(dock).toContainText('2 moved', { timeout: 15_000 });
  await expect(dock.getByRole('button', { name: /^Undo: 2 branches back/ })).toBeVisible();

  // To who comes later it is the past.
  const later = new RepoPage(await context.newPage());
  await later.goto(id);
  await expect(later.job(job.seq).card).toBeVisible();
  await expect(later.page.getByRole('region', { name: 'What runs' })).toBeHidden();
  await later.page.close();

  await dock.getByRole('button', { name: 'Dismiss' }).click();
  await expect(dock).toBeHidden();
  await page.reload();
  await shopPage.connected();
  await expect(shopPage.job(job.seq).card).toBeVisible();
  await expect(dock).toBeHidden();
});

test('what went as it should gives way to a result that wants a look, which names it and leads to it by key', async ({
  shopPage,
  shop,
  page,
}) => {
  test.setTimeout(120_000);
  await shop.teamGoesOn();
  await shopPage.run('Sync');
  await shopPage.tree.focus();
  await shopPage.goTo('auth/password-reset');
  const went = await shopPage.jobOf(() => page.keyboard.press('r'));
  await went.is('completed');
  const left = await shopPage.startRestackAll();
  await left.is('completed');
  const dock = page.getByRole('region', { name: 'What runs' });
  await expect(dock.getByRole('status')).toContainText('held back');
  const earlier = dock.getByRole('link', { name: `1 earlier not looked at: see #${went.seq}` });
  const size = page.viewportSize();
  await page.setViewportSize({ width: 375, height: 780 });
  for (const what of [earlier, dock.getByRole('link', { name: /^See \d+$/ }), dock.getByRole('button').last()])
    await expect(what).toBeInViewport({ ratio: 1 });
  if (size) await page.setViewportSize(size);
  await earlier.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toContainText(`#${went.seq}`);
  await page.goBack();
  await expect(dock.getByRole('status')).toContainText('held back');
  await expect(earlier).toBeHidden();
});
