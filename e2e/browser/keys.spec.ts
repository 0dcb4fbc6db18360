import type { Page } from '@playwright/test';
import { expectFocusSeen, press } from './pages/focus';
import { RepoPage } from './pages/repo-page';
import { ended, expect, test } from './pages/test';

/** A first-time user without a mouse. Each key's effect on the focus is looked at: it is somewhere, and in sight. */

const LATER = { timeout: 30_000 };
const dock = (page: Page) => page.getByRole('region', { name: 'What runs' });

test('the main way by keys alone: a repository, a branch, a restack with its forecast, undo, what needs one', async ({
  shop,
  client,
  page,
}) => {
  test.setTimeout(180_000);
  const { repo, jobId } = await client.repos.add({ url: shop.url, name: 'by keys' });
  await ended(client, jobId);
  await ended(
    client,
    (await client.jobs.run({ repoId: repo.id, kind: 'register_existing_branch', suggested: true })).jobId,
  );
  await shop.teamGoesOn();
  const before = await shop.remote.tips();
  const shopPage = new RepoPage(page);
  const { tree } = shopPage;

  // Tab alone leads from the first page to the repository.
  await page.goto('/');
  await shopPage.connected();
  const link = page.getByRole('navigation', { name: 'Repositories' }).getByRole('link', { name: /^by keys/ });
  for (let stops = 0; !(await link.evaluate((each) => each === document.activeElement)); stops += 1) {
    expect(stops, 'as many stops of Tab at most').toBeLessThan(60);
    await press(page, 'Tab');
  }
  await page.keyboard.press('Enter');
  await expect(tree).toBeFocused(LATER);

  // A sync, and what it has found.
  await press(page, 's');
  await expect(shopPage.branch('checkout/cart-totals').row).toContainText('will move', LATER);
  await expect(tree).toBeFocused();

  // A branch: opened, read from its first line to its last by Tab, and closed.
  await shopPage.goTo('checkout/cart-totals');
  await expectFocusSeen(page);
  const panel = page.getByRole('region', { name: 'Branch', exact: true });
  await press(page, 'Enter');
  await expect(panel.locator('[data-file]').first().getByRole('table')).toBeVisible(LATER);
  const inPanel = () => panel.evaluate((each) => each.contains(document.activeElement));
  const stopsAt: string[] = [];
  // Behind the last of them is the end of the page.
  for (let stops = 0; stops < 40 && (stopsAt.length === 0 || (await inPanel())); stops += 1) {
    await page.keyboard.press('Tab');
    if (!(await inPanel())) continue;
    await expectFocusSeen(page);
    stopsAt.push(await page.evaluate(() => document.activeElement?.textContent ?? ''));
  }
  expect(stopsAt.join('\n')).toMatch(/Restack.*Move onto….*New task.*Unified.*Side by side/s);
  await panel.getByRole('button', { name: 'Move onto…' }).focus();
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
  await expect(tree).toBeFocused();
  await expectFocusSeen(page);

  // Its stack is restacked, after the forecast has said what that moves.
  await expect(page.getByRole('region', { name: 'Forecast' })).toContainText(/5 would move/, LATER);
  await press(page, 'r');
  await expect(dock(page)).toContainText('5 moved', LATER);
  expect(await shop.remote.contains('checkout/gift-card-emails', 'main')).toBe(true);
  await expect(tree).toBeFocused();

  // Undone: the button that has gone leaves the focus where it was, at what it has become.
  await press(page, 'z');
  await expect(page.locator('[data-job] button:focus')).toHaveAccessibleName('Undo: 5 branches back');
  await press(page, 'Enter');
  await expect.poll(() => shop.remote.tips(), LATER).toEqual(before);
  await expect(page.locator('[data-job] a:focus')).toHaveText(/^#\d+$/, LATER);
  await expectFocusSeen(page);

  // What runs is dismissed, and the keys are the tree's again.
  await dock(page).getByRole('button', { name: 'Dismiss' }).focus();
  await page.keyboard.press('Enter');
  await expect(dock(page)).toBeHidden();
  await expect(tree).toBeFocused();

  // What needs one, by its keys, and back.
  await page.keyboard.press('g');
  await page.keyboard.press('n');
  await expect(page.getByRole('region', { name: 'Ready to restack' })).toBeVisible(LATER);
  await press(page, 'j', 'j');
  const needs = page.locator('main [data-need]');
  const count = await needs.count();
  await press(page, 'Tab', 'Enter');
  await expect(needs).toHaveCount(count - 1);
  await expectFocusSeen(page);
  await expect(needs.locator('[data-main]:focus')).toHaveCount(1);
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await expect(tree).toBeFocused(LATER);

  // Found by name, and by the palette; all keys are a key away.
  await press(page, 'j', '/');
  await page.keyboard.type('result');
  await expect(tree.locator('[data-branch]:not([data-dimmed])')).toHaveCount(2);
  await press(page, 'Enter');
  await expect(tree).toBeFocused();
  await expect.poll(() => shopPage.active()).toBe('search/result-page');
  await press(page, '/', 'Escape', 'Escape');
  await expect(tree).toBeFocused();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog').getByRole('combobox')).toBeFocused();
  await page.keyboard.type('gift-card-em');
  await press(page, 'Enter');
  await expect(tree).toBeFocused(LATER);
  await expect.poll(() => shopPage.active()).toBe('checkout/gift-card-emails');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(tree).toBeFocused();
  await expectFocusSeen(page);
});

test('why a key does nothing is read below the tree, until the next key', async ({ shopPage, page }) => {
  const below = page.getByRole('region', { name: 'Forecast', exact: true });
  await shopPage.tree.focus();
  await shopPage.goTo('auth/sessions');
  await press(page, 'r');
  await expect(below).toContainText('it is in place.');
  await press(page, 'j');
  await expect(below).not.toContainText('it is in place.');
  await press(page, 'Home', 'p');
  await expect(below).toContainText('main cannot be moved. It is the trunk.');
  await press(page, 'r');
  await expect(below).toContainText('main cannot be restacked.');
  // A key that does something has nothing to explain.
  await shopPage.goTo('auth/sessions');
  await press(page, 'p');
  await expect(page.getByRole('region', { name: 'Move', exact: true })).toContainText('auth/sessions + 2 above');
  await expect(page.getByText('cannot be')).toBeHidden();
});

test('who presses with a mouse is not taken to another place when a button goes', async ({ shopPage, shop, page }) => {
  await shopPage.syncAfterTeam(shop);
  const restack = await shopPage.restackAll();
  await restack.card.getByRole('button', { name: /^Undo: / }).click();
  await restack.says(/Undone by #\d+/);
  // Longer than the page waits before it leads keys on.
  await page.waitForTimeout(300);
  await expect(page.locator('[data-job] a:focus')).toHaveCount(0);
});

test('the browser’s own tree for screen readers names whatever can be reached, and the rows in the order of the picture', async ({
  shopPage,
  shop,
  page,
}) => {
  await shopPage.syncAfterTeam(shop);
  const { row } = shopPage.branch('catalog/price-rounding');
  await expect(row).toContainText('conflict', { timeout: 30_000 });
  const tree = await page.context().newCDPSession(page);
  const told = async () => {
    const { nodes } = await tree.send('Accessibility.getFullAXTree');
    return nodes.flatMap(({ ignored, role, name }) =>
      ignored ? [] : [{ role: String(role?.value), name: String(name?.value ?? '').trim() }],
    );
  };
  const all = await told();
  const nameless = all.filter(({ role, name }) => name === '' && REACHED.has(role));
  expect(nameless).toEqual([]);
  const rows = all.filter(({ role }) => role === 'row').map(({ name }) => name);
  const branches = await shopPage.branches();
  const inTree = branches.map((branch) => rows.findIndex((name) => name.startsWith(branch)));
  expect(inTree).not.toContain(-1);
  expect(inTree).toEqual([...inTree].sort((a, b) => a - b));
  expect(rows.find((name) => name.startsWith('catalog/price-rounding'))).toContain('conflict');

  // The same of what is opened: its parts come in the order in which they are read.
  await row.getByText('catalog/price-rounding', { exact: true }).click();
  const branch = page.getByRole('region', { name: 'Branch', exact: true });
  await expect(branch.locator('.diff-code-insert').first()).toBeVisible({ timeout: 30_000 });
  await expect(branch.getByRole('heading', { name: 'History' })).toBeVisible();
  // That is a forecast of its own.
  await expect(branch.getByRole('heading', { name: 'Conflict' })).toBeVisible({ timeout: 30_000 });
  const opened = await told();
  expect(opened.filter(({ role, name }) => name === '' && REACHED.has(role))).toEqual([]);
  const headings = opened.filter(({ role }) => role === 'heading').map(({ name }) => name);
  const parts = ['Conflict', 'Commits', 'Changes', 'History'].map((part) => headings.indexOf(part));
  expect(parts).not.toContain(-1);
  expect(parts).toEqual([...parts].sort((a, b) => a - b));
});

/** Roles of what somebody goes to; rows of a tree are looked at one by one, and those of a table are read by their cells. */
const REACHED = new Set(
  'button link checkbox textbox searchbox combobox menuitem option treegrid region navigation'.split(' '),
);
