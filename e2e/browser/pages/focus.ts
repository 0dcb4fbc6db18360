import { expect, type Page } from '@playwright/test';

/**
 * Fails where who uses keys alone cannot see where they are: what the keys are at (of a tree, the row) must be on the
 * page, uncovered, and have a line around it; a field may have its caret alone.
 */
export async function expectFocusSeen(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(whatHidesFocus)).toBe(null);
}

/** Presses keys as somebody does who looks at the page after each. */
export async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) {
    await page.keyboard.press(key);
    await expectFocusSeen(page);
  }
}

function whatHidesFocus(): string | null {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return 'nothing has the focus';
  const id = focused.getAttribute('aria-activedescendant');
  const at = (id === null ? null : document.getElementById(id)) ?? focused;
  const field = focused.matches('input:not([type=checkbox]), textarea, select');
  const { outlineStyle, outlineWidth } = getComputedStyle(field ? focused : at);
  const name = `${at.tagName} ${at.getAttribute('aria-label') ?? at.textContent}`.slice(0, 80);
  if (!field && (outlineStyle === 'none' || outlineWidth === '0px')) return `no line is around ${name}`;
  const { left, top, width, height } = (field ? focused : at).getBoundingClientRect();
  const [x, y] = [left + Math.min(width / 2, 60), top + height / 2];
  const seen = document.elementFromPoint(x, y);
  if (!seen) return `${name} is outside of the window`;
  const shown = field ? focused : at;
  return shown.contains(seen) || seen.contains(shown) ? null : `${seen.tagName} covers ${name}`;
}
