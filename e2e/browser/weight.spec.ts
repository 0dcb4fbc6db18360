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

test('a page’s data is asked for by the HTML, once, before its scripts have run', async ({ shopPage, page }) => {
  const asked = (query: string) =>
    page.evaluate(
      (name) =>
        performance
          .getEntriesByType('resource')
          .filter((entry) => entry.name.includes(name))
          .map((entry) => (entry as PerformanceResourceTiming).initiatorType),
      query,
    );
  const repo = `/repos/${shopPage.id}`;
  for (const path of ['/', repo, `${repo}/needs`]) {
    await page.goto(path);
    await expect(
      page.getByRole('navigation', { name: 'Repositories' }).getByRole('link', { name: 'shop' }),
    ).toBeVisible();
    if (path !== '/') await expect(page.getByRole('heading', { level: 1, name: /^shop/ })).toBeVisible();
    expect([path, await asked('repos.list')]).toEqual([path, ['link']]);
    expect([path, await asked('repos.overview')]).toEqual([path, path === '/' ? [] : ['link']]);
  }
});

test('no page is asked for before somebody goes there, but for those of the same repo', async ({ shopPage, page }) => {
  const asked = new Set<string>();
  page.on('request', (request) => {
    const address = new URL(request.url());
    if (address.searchParams.has('_rsc')) asked.add(address.pathname);
  });
  const repo = `/repos/${shopPage.id}`;
  for (const path of ['/', repo, `${repo}/needs`, `${repo}/activity`]) {
    await page.goto(path);
    await shopPage.connected();
    await page.waitForLoadState('load');
  }
  const own = ['/', '', '/needs', '/activity', '/settings'].map((end) => (end === '/' ? end : `${repo}${end}`));
  expect([...asked].filter((path) => !own.includes(path))).toEqual([]);
});

test('the JavaScript of a page’s first load weighs at most 200 KiB', async ({ shopPage, request }) => {
  for (const path of ['/', `/repos/${shopPage.id}`]) {
    expect(await firstLoad(request, path), path).toBeLessThanOrEqual(200 * KIB);
  }
});
