import { expectAccessibleEverywhere } from './pages/accessible';
import { holdPushes } from './pages/hold-pushes';
import { ended, expect, test } from './pages/test';

test('what needs you is said in sections, done by keys, and hidden until it changes', async ({
  shopPage,
  shop,
  page,
}) => {
  await shopPage.syncAfterTeam(shop);
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

test('what runs in a repo is told on each of its pages, whoever has asked for it, and in their titles', async ({
  shopPage,
  shop,
  client,
  page,
}) => {
  const repoId = shopPage.id;
  const dock = page.getByRole('region', { name: 'What runs' });
  await shop.teamGoesOn();
  for (const path of ['needs', 'activity', 'settings']) {
    await page.goto(`/repos/${repoId}/${path}`);
    await expect(page.getByRole('navigation', { name: 'Pages of the repository' })).toBeVisible();
    const release = await holdPushes(shop.remote);
    const { jobId } = await client.jobs.run({ repoId, kind: 'restack_repo' });
    await expect(dock).toContainText(/Pushing \d+\/\d+/, { timeout: 20_000 });
    await expect(page).toHaveTitle(/^⟳ Pushing/);
    await release();
    await ended(client, jobId);
    await expect(dock).toContainText(/\d+ moved/);
    await expect(page).toHaveTitle(/^[✓!] \d+ moved/);
    await dock.getByRole('button', { name: 'Dismiss' }).click();
    await expect(dock).toBeHidden();
    await ended(client, (await client.jobs.undo({ jobId })).jobId);
  }
});

test('what stood on a deleted branch is moved once its forecast is read, which names the commit that nobody has then', async ({
  shopPage,
  shop,
  page,
}) => {
  const { remote } = shop;
  await remote.delete('catalog/price-model');
  await shopPage.run('Sync');
  const before = await remote.tips();
  const repoId = shopPage.id;
  await page.goto(`/repos/${repoId}/needs`);
  const gone = page.getByRole('region', { name: 'Parent gone' });
  const move = gone.getByRole('button', { name: 'Move onto main', exact: true });
  await move.click();
  await expect(gone).toContainText('1 commit would be on no branch any more');
  await expect(gone).toContainText('Catalog: prices know their currency leaves catalog/price-rounding');
  await gone.getByRole('button', { name: 'Cancel' }).click();
  await expect(gone.getByText('Forecast:')).toBeHidden();
  expect(await remote.tips()).toEqual(before);

  // Another parent is one press away, and how old all this is is said.
  await expect(page.getByRole('main')).toContainText(/synced (just now|\d+ s ago)/);
  await gone.getByRole('link', { name: 'Choose…' }).click();
  await expect(page.getByRole('dialog', { name: /^Move catalog\/price-rounding onto/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.goBack();

  await move.click();
  await gone.getByRole('button', { name: 'Yes, move onto main' }).click();
  await expect(gone).toBeHidden({ timeout: 30_000 });
  await expect
    .poll(() => remote.subjects('catalog/price-labels', 'main'))
    .toEqual(['Catalog: round in favour of the customer', 'Catalog: price labels']);

  // It is no green tick, and stays until somebody has looked, also for who opens the page later.
  await page.goto(`/repos/${repoId}`);
  const dock = page.getByRole('region', { name: 'What runs' });
  await expect(dock).toContainText('1 commit on no branch any more');
  await page.reload();
  await expect(dock).toContainText('1 commit on no branch any more');
  await expect(page).toHaveTitle(/^! /);
  // On a phone too, what can be done is within the screen, and what is said is whole.
  const size = page.viewportSize();
  await page.setViewportSize({ width: 375, height: 780 });
  for (const what of [
    dock.getByRole('link', { name: 'See which' }),
    dock.getByRole('button', { name: /^Undo: 2 branches back/ }),
    dock.getByRole('button', { name: 'Dismiss' }),
  ])
    await expect(what).toBeInViewport({ ratio: 1 });
  const said = dock.getByRole('status');
  expect(await said.evaluate((words) => words.scrollHeight <= words.clientHeight)).toBe(true);
  if (size) await page.setViewportSize(size);
  await dock.getByRole('link', { name: 'See which' }).click();
  await expect(page.locator('main header').getByText('commits on no branch', { exact: true })).toBeVisible();
  await page.goBack();
  await expect(shopPage.tree).toBeVisible();
  await expect(dock).toBeHidden();
});

test('nothing is said to be in place before it is known, or where it is only hidden', async ({
  shopPage,
  shop,
  page,
}) => {
  await shopPage.syncAfterTeam(shop);
  const { id } = shopPage;
  let answer = () => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route(/repos\.list/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`/repos/${id}/needs`);
  const main = page.getByRole('main');
  await expect(main.getByRole('status', { name: 'Loading what needs you' })).toBeVisible();
  await expect(main).not.toContainText('All in place');
  answer();
  const rows = page.locator('main [data-need]');
  await expect(rows.first()).toBeVisible();
  for (let left = await rows.count(); left > 0; left--) {
    await rows
      .first()
      .getByRole('button', { name: /^Hide until/ })
      .click();
    await expect(rows).toHaveCount(left - 1);
  }
  await expect(main).toContainText('hidden until they change');
  await expect(main).not.toContainText('All in place');
  await main.getByRole('button', { name: 'Show' }).click();
  await expect(rows).not.toHaveCount(0);
});

test('where nothing is to be done, all is in place', async ({ shopPage, page }) => {
  await page.goto(`/repos/${shopPage.id}/needs`);
  await expect(page.getByRole('main')).toContainText(/All in place · synced/);
});

test('what a job is about to move is not offered meanwhile, and says why; what it does not move is', async ({
  shopPage,
  shop,
  client,
  page,
}) => {
  await shopPage.syncAfterTeam(shop);
  const repoId = shopPage.id;
  await page.goto(`/repos/${repoId}/needs`);
  const ready = page.getByRole('region', { name: 'Ready to restack' }).getByRole('listitem');
  const checkout = ready.filter({ hasText: 'checkout' });
  const search = ready.filter({ hasText: 'search' });
  await expect(checkout).toBeVisible();
  const release = await holdPushes(shop.remote);
  const { jobId } = await client.jobs.run({
    repoId,
    kind: 'restack_subtree',
    branch: 'checkout/cart-totals',
  });
  await expect(checkout).toContainText(/#\d+ (is about|waits) to move it\./);
  const button = checkout.getByRole('button', { name: /^Restack \d+ \(not now: / });
  await expect(button).toHaveAttribute('aria-disabled', 'true');
  await expect(search.getByRole('button', { name: /^Restack \d+$/ })).toBeEnabled();
  await release();
  await ended(client, jobId);
  await expect(checkout).toBeHidden();
});

test('that there is no forecast is said where one looks for what needs one, and never that all is in place', async ({
  shopPage,
  page,
}) => {
  const needs = `/repos/${shopPage.id}/needs`;
  await page.goto(needs);
  await expect(page.getByText('All in place')).toBeVisible();
  // As the server tells a forecast that it has given up.
  await page.route('**/api/trpc/forecast.get*', async (route) => {
    const answer = await route.fetch();
    const { result } = await answer.json();
    Object.assign(result.data.json, {
      status: 'error',
      outline: null,
      stale: false,
      message: 'It took longer than 60 s.',
    });
    await route.fulfill({ response: answer, json: { result } });
  });
  await page.goto(needs);
  await expect(page.getByText('No forecast: It took longer than 60 s.')).toBeVisible();
  await expect(page.getByText('What a Restack would move is not known.')).toBeVisible();
  await expect(page.getByText('All in place')).toBeHidden();
  await page.goto(`/repos/${needs.split('/')[2]}`);
  await expect(page.locator('main header').getByText('No forecast: It took longer than 60 s.')).toBeVisible();
});
