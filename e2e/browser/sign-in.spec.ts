import { expect, test } from '@playwright/test';
import { startServer, type TestServer } from '../support/server';
import { expectAccessibleEverywhere } from './pages/accessible';

const TOKEN = 'a-token-for-this-test-alone';

let server: TestServer;
test.beforeAll(async () => {
  test.setTimeout(300_000);
  server = await startServer({ executor: 'inline', env: { SPICERACK_TOKEN: TOKEN } });
});
test.afterAll(() => server.dispose());

test('a page asks for the token, goes on to where one wanted to go, and stays open until one signs out', async ({
  page,
}) => {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${server.url}/status?from=a%20link`);
  await expect(page.getByRole('heading', { name: 'Sign in to Spicerack' })).toBeVisible();
  await expectAccessibleEverywhere(page);

  await page.getByLabel('Token').fill('not-the-token');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toHaveText('This is not the token.');
  await expectAccessibleEverywhere(page);

  await page.getByLabel('Token').fill(TOKEN);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Status', exact: true })).toBeVisible();
  expect(page.url()).toBe(`${server.url}/status?from=a%20link`);
  await expect(page.getByText('live', { exact: true })).toBeVisible();
  expect(await page.evaluate(() => document.cookie)).toBe('');
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Status', exact: true })).toBeVisible();

  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in to Spicerack' })).toBeVisible();
  await page.goto(`${server.url}/status`);
  await expect(page.getByRole('heading', { name: 'Sign in to Spicerack' })).toBeVisible();
  expect(complaints).toEqual([]);
});

test('a link with the token opens the page without it in the address', async ({ page }) => {
  await page.goto(`${server.url}/status?token=${TOKEN}`);
  await expect(page.getByRole('heading', { name: 'Status', exact: true })).toBeVisible();
  expect(page.url()).toBe(`${server.url}/status`);
});
