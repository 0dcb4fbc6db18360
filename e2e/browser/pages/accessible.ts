import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** The menus' library puts them at a menu's ends: they hand the focus on at once, so nobody is ever at one. */
const FOCUS_GUARDS = '[data-base-ui-focus-guard]';

/**
 * Fails where axe finds anything wrong, naming the rule and the place, or where the page is wider than the window.
 * @param rules those alone
 */
export async function expectAccessible(page: Page, rules?: string[]): Promise<void> {
  const axe = new AxeBuilder({ page }).exclude(FOCUS_GUARDS);
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
  expect(violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`))).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
}

/** The page as it is now, in light and dark, on a desk and on a phone. */
export async function expectAccessibleEverywhere(page: Page): Promise<void> {
  for (const width of [1440, 375]) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: 'light' });
    await expectAccessible(page);
    // In the dark nothing but colours is different.
    await page.emulateMedia({ colorScheme: 'dark' });
    await expectAccessible(page, ['color-contrast']);
  }
}
