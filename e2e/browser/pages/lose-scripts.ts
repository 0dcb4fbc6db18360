import type { Page } from '@playwright/test';

const SCRIPTS = '**/_next/static/chunks/**';

/**
 * From now on no script comes that the page has not loaded by now: the server is away, or gives others since a newer
 * build (404). Those that the page's own document names do, so that it can be opened anew.
 * @returns what lets them come again
 */
export async function loseScripts(page: Page, how: 'away' | 'newer build' = 'away'): Promise<() => Promise<void>> {
  const document = await (await page.request.get(page.url())).text();
  await page.route(SCRIPTS, async (route) => {
    if (document.includes(new URL(route.request().url()).pathname)) await route.continue();
    else if (how === 'away') await route.abort();
    else await route.fulfill({ status: 404, body: 'Not Found' });
  });
  return () => page.unroute(SCRIPTS);
}
