import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeRemote } from '@/demo/remote';
import { expectAccessible } from './pages/accessible';
import { holdPushes } from './pages/hold-pushes';
import { holdScripts } from './pages/hold-scripts';
import { RepoPage } from './pages/repo-page';
import { taskTimes } from './pages/task-times';
import { addAndRegister, ended, expect, test } from './pages/test';

/** The picture: what one sees of it, goes through by keys, and moves. */

test('a filter keeps what it names and, dimmed, what that stands on; the address leads back to it', async ({
  shopPage,
  shop,
  page,
}) => {
  await shop.teamGoesOn();
  await shopPage.restackAll();
  await shopPage.filter('Conflicts').click();
  await expect(shopPage.tree.getByRole('row')).toHaveCount(3);
  expect(await shopPage.branches()).toEqual(['main', 'catalog/price-model', 'catalog/price-rounding']);
  await expect(shopPage.branch('catalog/price-model').row).toHaveAttribute('data-dimmed', 'true');
  await expect(shopPage.filter('Conflicts')).toHaveAccessibleName('Conflicts 1');
  await expect(page).toHaveURL(/\?filter=conflicts$/);

  await page.reload();
  await expect(shopPage.filter('Conflicts')).toHaveAttribute('aria-pressed', 'true');
  await expect(shopPage.tree.getByRole('row')).toHaveCount(3);
  await shopPage.filter('All').click();
  await expect(page).toHaveURL(/\/repos\/[^?]+$/);
  await page.goBack();
  await expect(shopPage.tree.getByRole('row')).toHaveCount(3);
});

test('a search finds names and subjects, and says what it found', async ({ shopPage, page }) => {
  await shopPage.search.fill('GIFT cards: send');
  await expect.poll(() => shopPage.branches()).toContain('checkout/gift-card-emails');
  await expect(shopPage.tree.getByRole('row')).toHaveCount(5);
  await expect(page.getByRole('status').filter({ hasText: '1 of 14 branches' })).toHaveCount(1);
  await expect(page).toHaveURL(/q=GIFT\+cards/);

  await shopPage.search.fill('nothing like this');
  await expect(page.getByText('No branch is found by “nothing like this”')).toBeVisible();
  await page.getByRole('button', { name: 'Clear the search' }).click();
  await expect(shopPage.tree.locator('[data-branch]')).toHaveCount(15);
});

test('what is said of a row below the tree goes with the row when the view does not show it any more', async ({
  shopPage,
  shop,
  page,
}) => {
  await shop.teamGoesOn();
  await shopPage.run('Sync');
  const strip = page.getByRole('region', { name: 'Forecast' });
  await shopPage.branch('checkout/cart-totals').row.locator('[data-main]').hover();
  await expect(strip).toContainText('checkout/cart-totals');
  // The pointer stays where it is.
  await shopPage.search.focus();
  await page.keyboard.type('auth');
  await expect(shopPage.branch('checkout/cart-totals').row).toBeHidden();
  await expect(strip.getByText('checkout/cart-totals')).toHaveCount(0);
  await page.keyboard.press('Escape');
});

test('Shift and a click choose rows and no text; the pointer alone chooses text as before', async ({
  shopPage,
  page,
}) => {
  const chosenText = () => page.evaluate(() => getSelection()?.toString() ?? '');
  const names = await shopPage.branches();
  const [first = '', second = '', third = ''] = names.slice(names.indexOf('catalog/price-model'));
  await shopPage.branch(first).row.getByRole('checkbox').click();
  await shopPage.branch(third).row.click({ modifiers: ['Shift'] });
  for (const name of [first, second, third])
    await expect(shopPage.branch(name).row).toHaveAttribute('aria-selected', 'true');
  expect(await chosenText()).toBe('');
  await expect(shopPage.tree).toBeFocused();
  await page.keyboard.press('Escape');

  const trunk = shopPage.branch('main').row.getByText('main', { exact: true });
  const box = await trunk.boundingBox();
  if (!box) throw new Error('the trunk has no name');
  await page.mouse.move(box.x, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  expect(await chosenText()).toContain('main');
});

test('a branch whose tip has no message stands in its row like its neighbours', async ({
  shopPage,
  shop,
  page,
  client,
}) => {
  for (const name of ['zz/silent', 'zz/speaks']) {
    await shop.remote
      .from('main')
      .branch(name)
      .commit(name === 'zz/silent' ? '' : 'Speak', { [name]: '1\n' })
      .write();
  }
  await shopPage.run('Sync');
  // In place, nothing is said beside the name but the subject.
  for (const branch of ['zz/silent', 'zz/speaks']) {
    const ask = { repoId: shopPage.id, kind: 'register_existing_branch', branch, parent: 'main' } as const;
    await ended(client, (await client.jobs.run(ask)).jobId);
  }
  // On a phone's screen the last of all rows would not be drawn.
  await shopPage.search.fill('zz/');
  /** How far below the top of its row a name is. */
  const depthOf = (branch: string) =>
    shopPage.branch(branch).row.evaluate((row, name) => {
      const cell = [...row.querySelectorAll('[data-tip]')].find((each) => each.getAttribute('data-tip') === name);
      return (cell?.getBoundingClientRect().top ?? Number.NaN) - row.getBoundingClientRect().top;
    }, branch);
  for (const branch of ['zz/silent', 'zz/speaks']) {
    await expect(shopPage.branch(branch).row.getByText('in place', { exact: true })).toBeAttached();
  }
  for (const viewport of [page.viewportSize(), { width: 390, height: 800 }]) {
    if (viewport) await page.setViewportSize(viewport);
    expect(await depthOf('zz/silent')).toBe(await depthOf('zz/speaks'));
  }
});

test('a filter that keeps nothing says how fresh that is, and offers a sync', async ({ shopPage, page }) => {
  await shopPage.filter('Will move').click();
  const empty = page.getByRole('region', { name: 'Stack' });
  await expect(empty.getByText(/^Nothing will move · synced/)).toBeVisible();
  const job = await shopPage.jobOf(() => empty.getByRole('button', { name: 'Sync' }).click());
  await job.is('completed');
});

test('a branch is moved by keys alone: picked up, aimed, dropped, confirmed', async ({ shopPage, shop, page }) => {
  const { keyboard } = page;
  await shopPage.search.focus();
  await keyboard.type('gift');
  await keyboard.press('Enter');
  await expect(shopPage.tree).toBeFocused();
  await keyboard.press('/');
  await keyboard.press('Escape');
  await keyboard.press('Escape');
  await expect(shopPage.tree).toBeFocused();
  // The tree follows what is sought when there is time.
  await expect(shopPage.branch('search/index').row).toBeVisible();

  await keyboard.press('Home');
  await shopPage.goTo('checkout/gift-cards');
  await keyboard.press('p');
  const strip = page.getByRole('region', { name: 'Move' });
  await expect(strip).toContainText('checkout/gift-cards + 1 above');
  await keyboard.press('j');
  await shopPage.goTo('checkout/discount-codes');
  await expect(strip).toContainText('Already on checkout/discount-codes');
  await keyboard.press('Home');
  await shopPage.goTo('search/index');
  await expect(strip).toContainText('checkout/gift-cards + 1 above → search/index · 2 clean', { timeout: 20_000 });
  await keyboard.press('Enter');
  await expect(strip).toContainText('Moves checkout/gift-cards, checkout/gift-card-emails');
  await expect(strip.getByRole('button', { name: 'Move 2 branches' })).toBeFocused();
  const job = await shopPage.jobOf(() => keyboard.press('Enter'));
  await expect(shopPage.tree).toBeFocused();
  await job.is('completed');
  expect(await shop.remote.contains('checkout/gift-card-emails', 'search/index')).toBe(true);
  expect(await shop.remote.contains('checkout/gift-cards', 'checkout/discount-codes')).toBe(false);
  // It was asked for here, so its row need not wait.
  await expect.poll(() => shopPage.isBelow('checkout/gift-cards', 'search/index')).toBe(true);
});

test('a branch that is asked onto another one stands there at once, with a ghost at its old place', async ({
  shopPage,
  shop,
  page,
}) => {
  const release = await holdPushes(shop.remote);
  await shopPage.tree.focus();
  await shopPage.goTo('checkout/gift-cards');
  await page.keyboard.press('p');
  await shopPage.goTo('auth/sessions');
  await page.keyboard.press('Enter');
  // Not before what comes of it can be read.
  await expect(page.getByRole('region', { name: 'Move' }).getByRole('button', { name: /^Move/ })).toBeEnabled();
  const ghost = page.locator('[data-ghost="checkout/gift-cards"]');
  const job = await shopPage.jobOf(async () => {
    await page.keyboard.press('Enter');
    await expect(ghost).toContainText('moves onto auth/sessions');
  });
  await expect(shopPage.button('Restack')).toBeVisible();
  expect(await shopPage.isBelow('checkout/gift-cards', 'auth/sessions')).toBe(true);
  await expect(shopPage.branch('checkout/gift-cards').row).toContainText('Pushing', { timeout: 20_000 });
  await expect(ghost).toBeVisible();
  await release();
  await job.is('completed');
  await expect(ghost).toBeHidden();
  expect(await shopPage.isBelow('checkout/gift-cards', 'auth/sessions')).toBe(true);
  expect(await shop.remote.contains('checkout/gift-cards', 'auth/sessions')).toBe(true);
});

test('Escape puts a branch back, and nothing is asked for', async ({ shopPage, shop, page }) => {
  const before = await shop.remote.tips();
  await shopPage.tree.focus();
  await shopPage.goTo('search/filters');
  for (const stage of ['aiming', 'dropped']) {
    await page.keyboard.press('p');
    await page.keyboard.press('Home');
    const strip = page.getByRole('region', { name: 'Move' });
    await expect(strip).toContainText('→ main');
    if (stage === 'dropped') {
      await page.keyboard.press('Enter');
      await expect(strip.getByRole('button', { name: /^Move/ })).toBeFocused();
    }
    await page.keyboard.press('Escape');
    await expect(strip).toBeHidden();
    await expect(shopPage.tree).toBeFocused();
    await shopPage.goTo('search/filters');
  }
  // What it shall stand on is also found by its name. Who types before the dialog is loaded presses no keys of the tree.
  const { letThrough } = await holdScripts(page);
  await page.keyboard.press('p');
  await page.keyboard.press('/');
  await page.keyboard.type('rpricx');
  for (const key of ['Backspace', 'Enter', 'e', '-', 'm', 'o', 'd']) await page.keyboard.press(key);
  await page.keyboard.press('Home');
  letThrough();
  const dialog = page.getByRole('dialog', { name: 'Move search/filters onto…' });
  await expect(dialog.getByRole('combobox')).toHaveValue('rprice-mod');
  await dialog.getByRole('combobox').fill('price-mod');
  await expect(dialog.getByRole('option')).toHaveText(['catalog/price-model']);
  await page.keyboard.press('Escape');
  await expect(shopPage.tree).toBeFocused();
  expect(await shop.remote.tips()).toEqual(before);
  await expect(page.locator('[data-job]')).toHaveCount(2);
});

test('a branch is moved by dragging: the forecast stands there before it is dropped', async ({
  shopPage,
  shop,
  page,
}) => {
  // Tall enough that no row is at an edge, where a drag scrolls.
  await page.setViewportSize({ width: 1280, height: 1100 });
  const source = shopPage.branch('checkout/gift-cards');
  await expect(source.row.locator('[draggable="true"]')).toHaveCount(1);
  await source.dragOver('checkout/discount-codes');
  const strip = page.getByRole('region', { name: 'Move' });
  await expect(strip).toContainText('Already on checkout/discount-codes');
  await source.goOver('auth/sessions');
  await expect(strip).toContainText('checkout/gift-cards + 1 above → auth/sessions · 2 clean', { timeout: 20_000 });
  await page.mouse.up();
  const button = strip.getByRole('button', { name: 'Move 2 branches' });
  await expect(button).toBeFocused();
  const job = await shopPage.jobOf(() => button.click());
  await job.is('completed');
  expect(await shop.remote.contains('checkout/gift-card-emails', 'auth/sessions')).toBe(true);
  expect(await shop.remote.contains('checkout/gift-cards', 'checkout/discount-codes')).toBe(false);
});

test('a move that would conflict says in which file before it is dropped', async ({ shopPage, shop, page }) => {
  await shopPage.syncAfterTeam(shop);
  await shopPage.tree.focus();
  await shopPage.goTo('catalog/price-rounding');
  await page.keyboard.press('p');
  await page.keyboard.press('Home');
  await expect(page.getByRole('region', { name: 'Move' })).toContainText('would conflict: src/catalog/price.js', {
    timeout: 20_000,
  });
});

test('keys restack, rebase, sync and open the menu of the row that they are at', async ({ shopPage, shop, page }) => {
  const { keyboard } = page;
  await shop.teamGoesOn();
  await (await shopPage.jobOf(() => shopPage.tree.press('s'))).is('completed');
  await shopPage.goTo('checkout/cart-totals');
  const line = page.getByRole('region', { name: 'Forecast' });
  await expect(line).toContainText('Restack checkout/cart-totals + 4 above · 5 would move', { timeout: 20_000 });
  const rebase = await shopPage.jobOf(() => keyboard.press('b'));
  await rebase.says('Rebase checkout/cart-totals');
  await rebase.is('completed');
  await shopPage.goTo('checkout/discount-codes');
  const restack = await shopPage.jobOf(() => keyboard.press('r'));
  await restack.says('Restack checkout/discount-codes');
  await restack.is('completed');
  expect(await shop.remote.contains('checkout/gift-card-emails', 'main')).toBe(true);

  await keyboard.press('m');
  await expect(page.getByRole('menuitem', { name: /^Restack/ })).toBeFocused();
  await keyboard.press('Escape');
  await expect(shopPage.tree).toBeFocused();
});

test('a branch’s menu copies its name and leads to its history', async ({ shopPage, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const branch = shopPage.branch('search/filters');
  await branch.choose('Copy its name');
  await expect(page.getByRole('menuitem', { name: 'Copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('search/filters');
  await page.getByRole('menuitem', { name: /^History/ }).click();
  await expect(page).toHaveURL(/\/activity\?branch=search%2Ffilters$/);
});

test('stacks fold, and stay folded; keys go from one to the next, show them all, and lead to other pages', async ({
  shopPage,
  page,
}) => {
  const { keyboard } = page;
  const heads = shopPage.tree.locator('[data-head]');
  await expect(heads).toHaveText([/^auth/, /^catalog/, /^checkout/, /^search/]);
  await shopPage.tree.focus();
  await shopPage.goTo('checkout/gift-cards');
  await keyboard.press('ArrowLeft');
  await expect(shopPage.branch('checkout/gift-cards').row).toHaveCount(0);
  await expect(heads.nth(2)).toHaveAttribute('aria-expanded', 'false');
  await keyboard.press(']');
  await expect(heads.nth(3)).toHaveAttribute('id', (await shopPage.tree.getAttribute('aria-activedescendant')) ?? '');
  await page.getByRole('banner').getByRole('button', { name: 'Theme: as the system' }).click();
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await expect(heads).toHaveCount(4);
  await expect(shopPage.branch('checkout/gift-cards').row).toHaveCount(0);
  await heads.nth(2).click();
  await expect(shopPage.branch('checkout/gift-cards').row).toBeVisible();

  await keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toContainText('Undo of the last job');
  await expectAccessible(page);
  await keyboard.press('Escape');
  await keyboard.press('g');
  await keyboard.press('n');
  await expect(page).toHaveURL(/\/needs$/);
});

test('where the focus is lost, the next key is the tree’s', async ({ shopPage, page }) => {
  const focus = () => page.evaluate(() => document.activeElement?.getAttribute('role') ?? 'nothing');
  await shopPage.tree.focus();
  await shopPage.goTo('checkout/gift-cards');
  await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
  expect(await focus()).toBe('nothing');
  // What is no key of the tree is left to the page.
  await page.keyboard.press('q');
  expect(await focus()).toBe('nothing');
  await page.keyboard.press('k');
  expect(await focus()).toBe('treegrid');
  expect(await shopPage.active()).toBe('checkout/receipt-email');
  // What is typed elsewhere stays there.
  await shopPage.search.fill('');
  await page.keyboard.type('jk');
  await expect(shopPage.search).toHaveValue('jk');
});

test('all that is selected is one job with one forecast and one undo', async ({ shopPage, shop, client, page }) => {
  await shopPage.syncAfterTeam(shop);
  const before = await shop.remote.tips();
  await shopPage.tree.focus();
  await shopPage.goTo('checkout/cart-totals');
  await page.keyboard.press('x');
  await shopPage.branch('catalog/price-model').row.getByRole('checkbox').check();
  await shopPage.branch('docs/returns-policy').row.getByRole('checkbox').check();
  const strip = page.getByRole('region', { name: 'Selection' });
  await expect(strip).toContainText('3 selected · 6 would move, 1 would conflict', { timeout: 20_000 });
  await expect(strip.getByRole('button', { name: 'Register 1' })).toBeVisible();
  const job = await shopPage.jobOf(() => strip.getByRole('button', { name: 'Restack 6' }).click());
  await job.is('completed');
  await expect(strip).toBeHidden();
  await job.says('Restack catalog/price-model and 1 more branch');
  expect(await shop.remote.contains('checkout/gift-card-emails', 'main')).toBe(true);
  const { jobs } = await client.jobs.list({ repoId: shopPage.id });
  expect(jobs.filter(({ job: { kind } }) => kind === 'restack_subtree')).toHaveLength(1);
  const undo = await shopPage.jobOf(() => job.card.getByRole('button', { name: /^Undo/ }).click());
  await undo.is('completed');
  expect(await shop.remote.tips()).toEqual(before);
});

test('rows stand still under the pointer until one asks for the changes', async ({ shopPage, shop, client, page }) => {
  await shopPage.branch('search/index').row.hover();
  await shop.remote.from('main').branch('aaa/first').commit('First', { 'first.txt': '1\n' }).write();
  await client.jobs.run({ repoId: shopPage.id, kind: 'sync_repo' });
  const pill = page.getByRole('button', { name: '1 change, show' });
  await expect(pill).toBeVisible({ timeout: 30_000 });
  // On its way to the pill, and over it, the pointer lets nothing in.
  await pill.hover();
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  expect(await shopPage.branches()).not.toContain('aaa/first');
  await pill.click();
  await expect(shopPage.branch('aaa/first').row).toBeVisible();
  await expect(pill).toBeHidden();
  await expect(shopPage.tree).toBeFocused();
});

test('Restack says how many it moves before it is pressed, and then moves as many', async ({
  shopPage,
  shop,
  page,
}) => {
  await shopPage.syncAfterTeam(shop);
  const header = page.locator('main header');
  await expect(header).toContainText(/Forecast: \d+ will move, 1 conflict/, { timeout: 20_000 });
  await expect(shopPage.tree).toHaveAttribute('aria-busy', 'false', { timeout: 20_000 });
  const count = /(\d+) will move/.exec((await header.textContent()) ?? '')?.[1];
  await expect(shopPage.filter('Will move')).toHaveText(`Will move ${count}`);
  await expect(shopPage.button(`Restack ${count}`)).toBeVisible();
  const job = await shopPage.restackAll();
  await job.says(`Moved ${count} branches`);

  // What it held back stays in sight, and red, until somebody has looked.
  await shopPage.goto(shopPage.id);
  await shopPage.branch('catalog/price-rounding').says('conflict · src/catalog/price.js');
  await expect(shopPage.button('Restack')).toHaveAccessibleName(/not now: Nothing can move/);
  const dock = page.getByRole('region', { name: 'What runs' });
  await expect(dock).toContainText(`${count} moved, `);
  await dock.getByRole('link', { name: /^See \d/ }).click();
  await expect(page.getByRole('region', { name: /^Conflict in/ })).toBeVisible();
  await page.goBack();
  await expect(shopPage.branch('catalog/price-rounding').row).toBeVisible();
  await expect(dock).toBeHidden();
});

test('a thousand branches: few rows are drawn, and scrolling, keys and filters answer', async ({
  client,
  page,
  browser,
}) => {
  test.setTimeout(240_000);
  const dir = await mkdtemp(join(tmpdir(), 'spicerack-many-'));
  try {
    const remote = await makeRemote(join(dir, 'many.git'));
    await remote.from('main').commit('Start', { 'app.txt': 'one\n' }).write();
    for (let stack = 0; stack < 200; stack++) {
      let chain = remote.from('main');
      for (let level = 0; level < 5; level++) {
        const name = `stack-${String(stack).padStart(3, '0')}/${level}`;
        chain = chain.branch(name).commit(name, { [name]: `${name}\n` });
      }
      await chain.write();
    }
    const many = new RepoPage(page);
    await many.goto(await addAndRegister(client, remote.dir));
    await expect(many.branch('stack-000/0').row).toBeVisible();
    await expect(many.tree).toHaveAttribute('aria-rowcount', '1201');
    const drawn = () => many.tree.getByRole('row').count();
    expect(await drawn()).toBeLessThan(80);

    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    await expect(many.branch('stack-199/4').row).toBeInViewport();
    expect(await drawn()).toBeLessThan(80);

    await many.tree.focus();
    await page.keyboard.press('Home');
    await expect(many.branch('main').row).toBeInViewport();
    await page.keyboard.press('End');
    await expect(many.branch('stack-199/4').row).toBeInViewport();
    expect(await many.active()).toBe('stack-199/4');

    await many.search.fill('stack-123/4');
    await expect(many.tree).toHaveAttribute('aria-rowcount', '6');
    expect(await many.branches()).toEqual(['main', ...[0, 1, 2, 3, 4].map((level) => `stack-123/${level}`)]);

    // All of them move, and the page answers meanwhile: what blocks it is a small part of the time that it takes.
    await many.search.fill('');
    await remote.from('main').commit('Main goes on', { 'other.txt': 'two\n' }).write();
    await many.run('Sync');
    await expect(many.button('Restack 1000')).toBeVisible({ timeout: 60_000 });
    const from = performance.now();
    const { longest, long, done } = await taskTimes(browser, page, async () => {
      const job = await many.startRestackAll();
      await expect(job.card).toHaveAttribute('data-status', 'completed', { timeout: 120_000 });
      await expect(many.button('Restack')).toHaveAccessibleName(/Nothing to move/, { timeout: 60_000 });
      return job;
    });
    expect(longest).toBeLessThanOrEqual(100);
    expect(long / (performance.now() - from)).toBeLessThan(0.25);

    // The job's own page draws as many of its moves as one asks for.
    await done.open();
    const moves = page.getByRole('region', { name: 'Moves' }).locator('[data-move]');
    await expect(moves).toHaveCount(200);
    await page.getByRole('button', { name: 'Show 200 more' }).click();
    await page.getByRole('button', { name: 'Show 400 more' }).click();
    await page.getByRole('button', { name: 'Show 200 more' }).click();
    await expect(moves).toHaveCount(1000);
    await expect(page.getByRole('button', { name: /^Show/ })).toHaveCount(0);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the strip, the selection and a narrow tree can be used by everybody, ${colorScheme}`, async ({
    shopPage,
    shop,
    page,
  }) => {
    await page.emulateMedia({ colorScheme });
    await shop.teamGoesOn();
    await shopPage.restackAll();
    await shopPage.filter('Conflicts').click();
    await shopPage.tree.focus();
    await shopPage.goTo('catalog/price-rounding');
    await page.keyboard.press('x');
    await expect(page.getByRole('region', { name: 'Selection' })).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press('p');
    await page.keyboard.press('Home');
    await expect(page.getByRole('region', { name: 'Move' })).toContainText('would conflict', { timeout: 20_000 });
    await page.keyboard.press('Enter');
    await page.setViewportSize({ width: 375, height: 720 });
    await expect(page.getByRole('button', { name: /^Move 2/ })).toBeInViewport();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await shopPage.goTo('catalog/price-rounding');
    await page.keyboard.press('m');
    await expect(page.getByRole('menu')).toBeVisible();
    await expectAccessible(page);
  });
}

test('on a phone the rows begin in the first third, under the bar of suggestions too, and every page is one press away', async ({
  page,
  shop,
  client,
}) => {
  await page.setViewportSize({ width: 375, height: 780 });
  const { repo, jobId } = await client.repos.add({ url: shop.url });
  await ended(client, jobId);
  const shopPage = new RepoPage(page);
  await shopPage.goto(repo.id);
  const top = () => shopPage.tree.evaluate((tree) => tree.getBoundingClientRect().top);
  await expect(shopPage.suggested).toBeVisible();
  expect(await top()).toBeLessThanOrEqual(260);
  await client.jobs.run({ repoId: repo.id, kind: 'register_existing_branch', suggested: true });
  await expect(shopPage.suggested).toBeHidden({ timeout: 30_000 });
  expect(await top()).toBeLessThanOrEqual(260);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  const parts = page.getByRole('navigation', { name: 'Part of the page' });
  await expect(parts.getByRole('link')).toHaveText([/^Needs you/, 'Activity', 'Settings']);
  await expect(parts.getByRole('button')).toHaveText([/^stack/i, /^tasks/i, /^jobs/i]);
  await parts.getByRole('link', { name: 'Activity' }).click();
  await expect(page).toHaveURL(/\/activity$/);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
});
