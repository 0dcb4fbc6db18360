import { once } from 'node:events';
import { createServer } from 'node:http';
import { test as withViolations } from './fixtures';
import { expect, test } from './pages/test';

test('every page keeps to its Content-Security-Policy, and all of its scripts carry the answer’s nonce', async ({
  shopPage,
  shop,
  page,
  request,
}) => {
  await shop.teamGoesOn();
  await shopPage.restackAll();
  const jobs = page.getByRole('link', { name: /restack/i });
  const { id } = shopPage;
  const paths = ['/', `/repos/${id}`, `/repos/${id}/activity`, `/repos/${id}/settings`, '/status', '/no/such/page'];
  const job = await jobs.first().getAttribute('href');
  if (job) paths.push(job);
  for (const path of paths) {
    await page.goto(path);
    await expect(page.getByRole('heading').first()).toBeAttached();
    const answer = await request.get(path);
    const nonce = answer.headers()['content-security-policy']?.match(/'nonce-([^']+)'/)?.[1];
    const scripts = (await answer.text()).match(/<script\b[^>]*>/g) ?? [];
    expect(scripts.length, path).toBeGreaterThan(0);
    expect(scripts.filter((script) => !script.includes(`nonce="${nonce}"`))).toEqual([]);
  }
  // Links inside the page bring their scripts along.
  await page.goto('/');
  await page.getByRole('main').getByRole('link', { name: shop.url }).click();
  await expect(page).toHaveURL(new RegExp(`/repos/${id}`));
});

withViolations('a script that is put into a page does not run', async ({ page }) => {
  await page.goto('/');
  const ran = await page.evaluate(async () => {
    const violation = new Promise((resolve) => document.addEventListener('securitypolicyviolation', resolve));
    document.body.insertAdjacentHTML('beforeend', '<img src="x" onerror="window.ran = true">');
    const script = document.body.appendChild(document.createElement('div'));
    script.innerHTML = '<a href="javascript:window.ran = true">press</a>';
    script.querySelector('a')?.click();
    await violation;
    return 'ran' in window;
  });
  expect(ran).toBe(false);
});

test('answers of the API are not kept, and only the build’s own files are', async ({ request }) => {
  for (const path of ['/api/trpc/repos.list', '/api/health', '/api/inngest', '/', '/icon.svg']) {
    expect((await request.get(path)).headers()['cache-control'], path).toMatch(/\bno-store\b/);
  }
  const [, script] = (await (await request.get('/')).text()).match(/ src="(\/_next\/static\/[^"]+\.js)/) ?? [];
  const headers = (await request.get(script ?? '')).headers();
  expect(headers['cache-control']).toContain('immutable');
  expect(headers['x-content-type-options']).toBe('nosniff');
});

withViolations(
  'another site can neither frame the dashboard nor ask it for anything, but link to it',
  async ({ page, server }) => {
    // The same machine, so for a browser the same site, but another origin.
    const html = `<iframe src="${server.url}"></iframe><a href="${server.url}">dashboard</a>`;
    const other = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(html));
    await once(other.listen(0, '127.0.0.1'), 'listening');
    try {
      const framed = page.waitForResponse((response) => response.url() === `${server.url}/`);
      const address = other.address();
      await page.goto(`http://127.0.0.1:${address && typeof address === 'object' ? address.port : 0}`);
      expect((await framed).status()).toBe(403);
      const asked = (url: string) =>
        fetch(`${url}/api/health`, { mode: 'no-cors' }).then(
          () => 'answered',
          () => 'refused',
        );
      expect(await page.evaluate(asked, server.url)).toBe('refused');
      await page.getByRole('link', { name: 'dashboard' }).click();
      await expect(page).toHaveTitle(/Spicerack/);
    } finally {
      other.close();
    }
  },
);

test('there is nothing to scale pictures with', async ({ request }) => {
  expect((await request.get('/_next/image?url=%2Ficon.svg&w=3840&q=75')).status()).toBe(404);
});
