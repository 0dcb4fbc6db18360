/** Whether a key pressed there is typed, or belongs to what is open above the page. */
export function isTyped(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('input:not([type=checkbox]), textarea, select, [role="menu"], [role="dialog"]') !== null
  );
}

const PAGES: ReadonlyMap<string, string> = new Map([
  ['n', '/needs'],
  ['s', ''],
  ['a', '/activity'],
]);

/** How long `g` waits for the letter of a page. Milliseconds. */
const PATIENCE_MS = 1200;

/**
 * Whether a key that is pressed now is the letter that `g` waits for.
 * @param g when that was pressed; null where it was not. Milliseconds, as `now`.
 */
export function followsG(g: number | null, now: number): boolean {
  return g !== null && now - g < PATIENCE_MS;
}

/** The page that `g` and this key lead to from a page; null where they lead nowhere. */
export function pageAfterG(key: string, path: string): string | null {
  const end = PAGES.get(key);
  if (end === undefined) return null;
  const repo = /^\/repos\/[^/]+/.exec(path)?.[0];
  if (repo) return repo + end;
  return key === 'n' ? '/' : null;
}
