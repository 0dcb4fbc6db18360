import { gzipSync } from 'node:zlib';
import type { APIRequestContext } from '@playwright/test';
import { expect, test } from './pages/test';

const KIB = 1024;

/** The bytes, gzipped, of the scripts that a page's document names: what is loaded before anything can be pressed. */
async function firstLoad(request: APIRequestContext, path: string): Promise<number> {
  const document = await (await request.get(path)).text();
  const sources = new Set(
    [...document.matchAll(/<script[^>]* src="([^"]+\.js[^"]*)"(?![^>]*noModule)/g)].map(([, src]) => src),
  );
  expect(sources.size).toBeGreaterThan(0);
  let bytes = 0;
  for (const source of sources) bytes += gzipSync(await (await request.get(source ?? '')).body()).length;
  return bytes;
}

test('the page’s data is asked for by the HTML, once, before its scripts have run', async ({ shopPage, page }) => {
  await shopPage.goto(shopPage.id);
  await expect(shopPage.branch('search/index').row).toBeVisible();
  const asked = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter(({ name }) => name.includes('repos.overview'))
      .map((entry) => (entry as PerformanceResourceTiming).initiatorType),
  );
  expect(asked).toEqual(['link']);
});

test('the JavaScript of a page’s first load weighs at most 200 KiB', async ({ shopPage, request }) => {
  for (const path of ['/', `/repos/${shopPage.id}`]) {
    expect(await firstLoad(request, path), path).toBeLessThanOrEqual(200 * KIB);
  }
});
