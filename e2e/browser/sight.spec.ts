import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from '@playwright/test';
import { makeRemote } from '@/demo/remote';
import { expectAccessible } from './pages/accessible';
import { press } from './pages/focus';
import { RepoPage } from './pages/repo-page';
import { addAndRegister, expect, test } from './pages/test';

/** For people who choose all colours themselves, or have the page twice as large. */

/** Whether something has a line around it that is seen: not of the colour of what is behind it. */
const isLined = (one: Locator) =>
  one.evaluate((element) => {
    const { outlineStyle, outlineWidth, outlineColor, borderTopStyle, borderTopWidth, borderTopColor } =
      getComputedStyle(element);
    const canvas = getComputedStyle(document.documentElement).backgroundColor;
    const isSeen = (style: string, width: string, colour: string) =>
      style !== 'none' && width !== '0px' && colour !== canvas && !/^rgba.*, 0\)$/.test(colour);
    return isSeen(outlineStyle, outlineWidth, outlineColor) || isSeen(borderTopStyle, borderTopWidth, borderTopColor);
  });

/** Whether nothing lies over an element's edge, so that a line within it is seen. */
const isOnTop = (row: Locator) => row.evaluate((element) => getComputedStyle(element).zIndex !== 'auto');

test.describe('in the reader’s own colours', () => {
  test.use({ contextOptions: { forcedColors: 'active' } });

  test('what is pressed, selected, in hand or in focus has a line, and so has each button', async ({
    shopPage,
    shop,
    page,
  }) => {
    await shopPage.syncAfterTeam(shop);
    await expect(shopPage.button('Restack \\d')).toBeVisible({ timeout: 30_000 });
    expect(await page.evaluate(() => matchMedia('(forced-colors: active)').matches)).toBe(true);
    for (const button of [shopPage.button('Sync'), shopPage.button('Restack \\d'), shopPage.filter('All')])
      expect(await isLined(button), await button.textContent().then(String)).toBe(true);
    // A filter that is not pressed has none: the line says something.
    expect(await isLined(shopPage.filter('Conflicts'))).toBe(false);

    await shopPage.tree.focus();
    await shopPage.goTo('checkout/cart-totals');
    await press(page, 'x', 'j');
    const { row } = shopPage.branch('checkout/cart-totals');
    const other = shopPage.branch('checkout/receipt-email').row;
    await expect(row).toHaveAttribute('aria-selected', 'true');
    expect(await isLined(row)).toBe(true);
    expect(await isOnTop(row)).toBe(true);
    expect(await isLined(other)).toBe(false);
    await press(page, 'Escape', 'p', 'k');
    const carried = shopPage.branch('checkout/discount-codes').row;
    await expect.poll(() => isLined(carried)).toBe(true);
    expect(await isOnTop(carried)).toBe(true);
    await press(page, 'Escape');

    // Shapes and words are not of the page's colours alone.
    for (const dot of await row.locator('svg g path, svg g circle').all()) await expect(dot).toBeVisible();
    await press(page, 'Enter');
    const diff = page.getByRole('region', { name: 'Branch' }).locator('.diff-code-insert').first();
    await expect(diff).toBeVisible({ timeout: 30_000 });
    const tint = (one: Locator) => one.evaluate((element) => getComputedStyle(element).backgroundColor);
    expect(await tint(diff)).not.toBe(await tint(page.locator('html')));
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await expect.poll(() => isLined(page.getByRole('option').first())).toBe(true);
  });
});

test.describe('twice as large', () => {
  test.use({ viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 });

  test('every page fits, and what the keys are at is in sight', async ({ shopPage, shop, page }) => {
    test.setTimeout(120_000);
    await shopPage.syncAfterTeam(shop);
    await expect(shopPage.branch('checkout/cart-totals').row).toContainText('will move', { timeout: 30_000 });
    await shopPage.tree.focus();
    await press(page, 'End');
    await fits(page);
    await press(page, 'Home');
    await shopPage.goTo('auth/password-reset');
    await press(page, 'p', 'k');
    await fits(page);
    await press(page, 'Escape', 'm');
    await fits(page);
    await page.keyboard.press('Escape');
    await press(page, 'Enter');
    await expect(page.getByRole('region', { name: 'Branch' }).locator('.diff-code-insert').first()).toBeVisible();
    await fits(page);
    await page.keyboard.press('Escape');

    // Help is read from its top, and all of it is reached by keys.
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keys' });
    await expect(help.getByText('find or do something')).toBeInViewport();
    await expect(help.getByRole('button', { name: 'Close' })).not.toBeInViewport();
    await page.keyboard.press('End');
    await expect(help.getByRole('button', { name: 'Close' })).toBeInViewport();
    await page.keyboard.press('Escape');

    const { id } = shopPage;
    for (const path of ['/', `/repos/${id}/needs`, `/repos/${id}/activity`, `/repos/${id}/settings`, '/status']) {
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1 }).first()).toBeAttached();
      await fits(page);
    }
    await page.goto(`/repos/${id}?part=jobs`);
    await page.getByRole('region', { name: 'Jobs' }).getByRole('link').first().click();
    await expect(page.getByRole('heading', { level: 1 })).toContainText('#');
    await fits(page);
  });
});

/** axe finds nothing, and nothing is to be scrolled sideways. */
const fits = expectAccessible;

test('the trunk’s line leads from its dot down, at every width', async ({ shopPage, page }) => {
  for (const width of [375, 641, 720, 899, 900, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    const lanes = shopPage.tree.locator('[role=row] svg:has(g[transform])');
    await expect(lanes.first()).toBeVisible();
    const at = await lanes.evaluateAll((all) => [...new Set(all.map((each) => each.getBoundingClientRect().left))]);
    expect(at, `${width} px wide`).toHaveLength(1);
  }
});

test('the last row is not under the line below the tree, however long its name is', async ({ page, client }) => {
  const dir = await mkdtemp(join(tmpdir(), 'spicerack-sight-'));
  const remote = await makeRemote(join(dir, 'long.git'));
  await remote.from('main').commit('Start', { 'a.txt': 'a\n' }).write();
  for (let at = 10; at < 50; at += 1)
    await remote
      .from('main')
      .branch(`search/${at}-cleanup-of-the-old-way-of-doing-things-that-nobody-does-any-more`)
      .commit('x', { [`${at}.txt`]: 'x\n' })
      .write();
  const shopPage = new RepoPage(page);
  const id = await addAndRegister(client, remote.dir);
  for (const width of [1440, 1280, 375]) {
    await page.setViewportSize({ width, height: 800 });
    await shopPage.goto(id);
    await expect(shopPage.tree).toBeFocused();
    await press(page, 'j');
    await page.keyboard.press('End');
    await expect.poll(() => shopPage.active()).toContain('search/49');
    const strip = page.getByRole('region', { name: 'Forecast' });
    await expect(strip).toContainText('nothing would move', { timeout: 30_000 });
    await page.keyboard.press('End');
    const row = shopPage.tree.locator('[data-branch^="search/49"]');
    const end = (one: Locator) => one.evaluate((element) => Math.round(element.getBoundingClientRect().bottom));
    const top = await strip.evaluate((element) => Math.round(element.getBoundingClientRect().top));
    expect(await end(row), `${width} px wide`).toBeLessThanOrEqual(top);
    // It is cut where there is no room, and nowhere else: in two places it would be no name any more.
    await expect(row.getByRole('gridcell').locator('[data-tip]').first()).toHaveText(
      /^search\/49-cleanup-of-\S+-any-more$/,
    );
  }
  await rm(dir, { recursive: true, force: true });
});

test('a job’s name is whole in the narrow list beside the stack', async ({ shopPage, page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  const link = page.getByRole('region', { name: 'Jobs' }).getByRole('link', { name: 'Register all suggested' });
  await expect(link).toBeVisible();
  expect(await shopPage.tree.isVisible()).toBe(true);
  const isWhole = () =>
    link.evaluate((each) => each.scrollHeight <= each.clientHeight && each.scrollWidth <= each.clientWidth);
  expect(await isWhole()).toBe(true);
});

/** Whether nothing in a row that is drawn after the line around it lies over that line. */
const hasItsWholeLine = (row: Locator) =>
  row.evaluate((element) => {
    const line = Number.parseFloat(getComputedStyle(element).outlineWidth);
    const { top, bottom } = element.getBoundingClientRect();
    return [...element.querySelectorAll('*')].every((each) => {
      const { position, backgroundColor } = getComputedStyle(each);
      if (position === 'static' || /^rgba.*, 0\)$/.test(backgroundColor)) return true;
      const at = each.getBoundingClientRect();
      return at.height <= 1 || (at.top >= top + line && at.bottom <= bottom - line);
    });
  });

test('the row that has the keys has its whole line, also under the pointer and beside an open branch', async ({
  shopPage,
  shop,
  page,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await shopPage.syncAfterTeam(shop);
  await shopPage.tree.focus();
  await shopPage.goTo('checkout/cart-totals');
  const { row } = shopPage.branch('checkout/cart-totals');
  await expect(row.getByRole('button', { name: /^Restack/ })).toBeVisible();
  expect(await row.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe('solid');
  expect(await hasItsWholeLine(row)).toBe(true);
  await row.hover();
  expect(await hasItsWholeLine(row)).toBe(true);
  await press(page, 'Enter');
  await expect(page.getByRole('region', { name: 'Branch', exact: true })).toBeVisible();
  expect(await hasItsWholeLine(row)).toBe(true);
});

test('a line around what has the focus is not cut by what scrolls, nor over what is read', async ({
  shopPage,
  page,
}) => {
  await page.getByLabel('Whose branches').selectOption('mine');
  const author = page.getByRole('dialog', { name: 'Which author are you?' }).getByRole('button').first();
  await expect(author).toBeVisible();
  const room = await author.evaluate((button) => {
    const at = button.getBoundingClientRect();
    const list = button.closest('ul')?.getBoundingClientRect();
    return list ? Math.min(at.top - list.top, at.left - list.left, list.right - at.right) : 0;
  });
  expect(room).toBeGreaterThanOrEqual(3);
  await page.keyboard.press('Escape');

  await page.setViewportSize({ width: 375, height: 780 });
  await page.goto(`/repos/${shopPage.id}/branches/checkout/cart-totals`);
  const heading = page.getByRole('region', { name: 'Branch' }).getByRole('heading', { level: 2 });
  await expect(heading).toBeFocused();
  const below = await heading.evaluate((element) => {
    const { bottom } = element.getBoundingClientRect();
    return (element.nextElementSibling?.getBoundingClientRect().top ?? 0) - bottom;
  });
  expect(below).toBeGreaterThanOrEqual(3);
});

test('Sync and Restack are at the right of the page’s header, however long its forecast is', async ({
  shopPage,
  shop,
  page,
}) => {
  await shopPage.syncAfterTeam(shop);
  const header = page.locator('main header').first();
  await expect(header).toContainText('Forecast: ', { timeout: 30_000 });
  for (const width of [641, 768, 1024, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    const rest = await header.evaluate((element) => {
      const last = [...element.querySelectorAll('button')].at(-1);
      return last ? element.getBoundingClientRect().right - last.getBoundingClientRect().right : null;
    });
    expect(rest, `${width} px wide`).toBe(16);
  }
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 375, height: 780 } });

  test('that nobody answers is said where it covers nothing and moves nothing', async ({ shopPage, page, context }) => {
    await shopPage.connected();
    await expect(shopPage.branch('checkout/cart-totals').row).toBeVisible();
    const banner = page.locator('[data-banner]');
    const tops = () =>
      page.evaluate(() =>
        [...document.querySelectorAll('main h1, main header button, main [role=row]')].map(
          (each) => each.getBoundingClientRect().top,
        ),
      );
    const before = await tops();
    await context.setOffline(true);
    await expect(banner).toBeVisible();
    expect(await tops()).toEqual(before);
    const covered = () =>
      banner.evaluate((line) => {
        const at = line.getBoundingClientRect();
        return [...document.querySelectorAll('body *')]
          .filter((each) => !line.contains(each) && !each.contains(line) && each.checkVisibility())
          .filter((each) => each.childElementCount === 0 && each.textContent?.trim())
          .filter((each) => {
            const { left, right, top, bottom, width } = each.getBoundingClientRect();
            return width > 1 && left < at.right && right > at.left && top < at.bottom && bottom > at.top;
          })
          .map((each) => each.textContent);
      });
    expect(await covered()).toEqual([]);
    // All of it can be read.
    expect(await banner.evaluate((line) => line.scrollHeight <= line.clientHeight)).toBe(true);
    await context.setOffline(false);
    await expect(banner).toBeHidden();
    await expect(page.getByRole('banner').first().getByRole('link', { name: 'Status' })).toBeVisible();
  });

  test('a row’s button lies over no name, a commit’s line is one, and what the palette does is whole', async ({
    shopPage,
    shop,
    page,
  }) => {
    test.slow();
    await shop.teamGoesOn();
    await shopPage.run('Sync');
    const { row } = shopPage.branch('checkout/gift-card-emails');
    await row.hover();
    const button = row.locator('[data-main] button').first();
    await expect(button).toBeVisible();
    const [name, over] = [
      await row.locator('[data-tip="checkout/gift-card-emails"]').boundingBox(),
      await button.boundingBox(),
    ];
    expect((name?.x ?? 0) + (name?.width ?? 0)).toBeLessThanOrEqual(over?.x ?? 0);

    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('dialog').getByRole('combobox').fill('move checkout');
    const option = page.getByRole('option').first();
    await expect(option).toContainText('Move checkout/');
    // Of a long one the middle is cut, and what it does and the name’s end are there.
    expect(
      await option
        .locator('span span')
        .first()
        .evaluate((start) => start.getBoundingClientRect().width),
    ).toBeGreaterThan(40);
    await page.keyboard.press('Escape');

    await page.goto(`/repos/${shopPage.id}/branches/checkout/gift-card-emails`);
    const line = page.locator('[data-commit] p').first();
    const [id, age] = [await line.locator('code').boundingBox(), await line.locator('time').boundingBox()];
    const middle = (box: typeof id) => (box?.y ?? 0) + (box?.height ?? 0) / 2;
    expect(Math.abs(middle(id) - middle(age))).toBeLessThan(3);
  });
});

test('on the widest screens the tasks and the jobs have the room that the tree has no use for', async ({
  shopPage,
  page,
}) => {
  await page.setViewportSize({ width: 2560, height: 1440 });
  await expect(shopPage.branch('checkout/cart-totals').row).toBeVisible();
  const [tree, jobs] = [
    await shopPage.tree.boundingBox(),
    await page.getByRole('region', { name: 'Jobs' }).boundingBox(),
  ];
  expect((jobs?.x ?? 0) - (tree?.x ?? 0) - (tree?.width ?? 0)).toBeLessThan(8);
  expect((jobs?.x ?? 0) + (jobs?.width ?? 0)).toBeGreaterThan(2540);
});
