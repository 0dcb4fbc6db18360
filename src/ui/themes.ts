/** What somebody may choose; `system` is what the browser says. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** The cookie that keeps the choice: so the server's first answer has it, and no page flashes. */
export const THEME_COOKIE = 'spicerack-theme';

const YEAR_S = 365 * 24 * 3600;

/** What a cookie's value chooses; undefined where that is nothing of ours, or the system's. */
export function chosenTheme(value: string | undefined): 'light' | 'dark' | undefined {
  return value === 'light' || value === 'dark' ? value : undefined;
}

/** The theme that this page has now. */
export function themeNow(): Theme {
  return chosenTheme(document.documentElement.dataset.theme) ?? 'system';
}

/** Chooses a theme for this browser. */
export function setTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  const age = theme === 'system' ? 0 : YEAR_S;
  // biome-ignore lint/suspicious/noDocumentCookie: the cookie store has no answer over plain HTTP
  document.cookie = `${THEME_COOKIE}=${theme}; path=/; max-age=${age}; samesite=lax`;
}
