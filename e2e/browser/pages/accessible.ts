import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** The menus' library puts them at a menu's ends: they hand the focus on at once, so nobody is ever at one. */
const FOCUS_GUARDS = '[data-base-ui-focus-guard]';

/** Fails where axe finds anything wrong, naming the rule and the place, or where the page is wider than the window. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).exclude(FOCUS_GUARDS).analyze();
  expect(violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`))).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
}

/** The page as it is now, in light and dark, on a desk and on a phone. */
export async function expectAccessibleEverywhere(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1440, 375]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await expectAccessible(page);
    }
  }
}
