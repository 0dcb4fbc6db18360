import { expect, test } from '@playwright/test';
import { createSpicerack } from '@spicerack/client';
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
  await expect(page.getByRole('alert')).toContainText('This is not a token of this server');
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

test('a page whose session is over says so and where to sign in, and not that the server is away', async ({ page }) => {
  await page.goto(`${server.url}/status?token=${TOKEN}`);
  await expect(page.getByText('live', { exact: true })).toBeVisible();
  await page.context().clearCookies();
  // The stream ends by itself within a minute; here its line is cut.
  await server.restart();
  await expect(page.getByText('You are signed out.')).toBeVisible({ timeout: 20_000 });
  await expect(page.getByText('signed out', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Sign in again' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in to Spicerack' })).toBeVisible();
  await page.getByLabel('Token').fill(TOKEN);
  await page.keyboard.press('Enter');
  await expect(page.getByText('live', { exact: true })).toBeVisible();
});

test('a link with the token opens the page without it in the address', async ({ page }) => {
  await page.goto(`${server.url}/status?token=${TOKEN}`);
  await expect(page.getByRole('heading', { name: 'Status', exact: true })).toBeVisible();
  expect(page.url()).toBe(`${server.url}/status`);
});

test('an administrator makes a token, whose holder sees everything and no button that changes anything', async ({
  page,
  browser,
}) => {
  const admin = createSpicerack({ url: server.url, token: TOKEN });
  const { repo, jobId } = await admin.repos.addDemo();
  await admin.waitForJob(jobId);
  await page.goto(`${server.url}/access?token=${TOKEN}`);
  await page.getByLabel('Name').fill('Zoë Ångström');
  await page.getByLabel('May').selectOption('read');
  await page.getByRole('button', { name: 'Make a token' }).click();
  const secret = await page.getByRole('status').locator('code').textContent();
  await expect(page.getByRole('listitem').filter({ hasText: 'never used' })).toContainText('Zoë Ångström');
  await expectAccessibleEverywhere(page);

  const reader = await (await browser.newContext()).newPage();
  await reader.goto(`${server.url}/repos/${repo.id}`);
  await reader.getByLabel('Token').fill(secret ?? '');
  await reader.keyboard.press('Enter');
  await expect(reader.getByRole('treegrid').getByText('checkout/cart-totals')).toBeVisible();
  await expect(reader.getByText('live', { exact: true })).toBeVisible();
  const writes = /^(sync|restack|register|new task|retry|undo|archive|cancel)/i;
  await expect(reader.getByRole('button', { name: writes })).toHaveCount(0);
  for (const name of ['Settings', 'Access', 'Add a repository']) {
    await expect(reader.getByRole('link', { name })).toHaveCount(0);
  }
  await expect(reader.getByRole('checkbox')).toHaveCount(0);
  // Where others have a button, nothing lies over what it would cover.
  const age = reader.locator('[role=row][data-branch="checkout/cart-totals"] time');
  const isSeen = (time: Element) => {
    const { x, y, width, height } = time.getBoundingClientRect();
    return time.contains(document.elementFromPoint(x + width / 2, y + height / 2));
  };
  await expect.poll(() => age.evaluate(isSeen)).toBe(true);
  await reader.getByRole('button', { name: 'More for checkout/cart-totals' }).click();
  await expect(reader.getByRole('menuitem')).toHaveText([/^History/, /^Copy its name/]);
  await expectAccessibleEverywhere(reader);
  await reader.keyboard.press('Escape');
  // A key that does nothing for who only looks is not promised.
  await reader.keyboard.press('?');
  const keys = reader.getByRole('dialog', { name: 'Keys' });
  await expect(keys.getByRole('region', { name: 'In the stack' })).toBeVisible();
  await expect(keys.getByRole('region', { name: 'To act' })).toHaveCount(0);
  await reader.keyboard.press('Escape');
  await reader.getByRole('treegrid').focus();
  await expect(reader.locator('[data-keys]')).toContainText('open');
  await expect(reader.locator('[data-keys]')).not.toContainText(/restack|rebase|move|select|sync/);

  const asReader = createSpicerack({ url: server.url, token: secret ?? '', requestedBy: 'script 1.0' });
  await expect(asReader.jobs.run({ repoId: repo.id, kind: 'restack_repo' })).rejects.toMatchObject({
    code: 'FORBIDDEN',
    message: expect.stringContaining('Zoë Ångström may only read'),
  });
  const { secret: acting } = await admin.access.createToken({ name: 'Mara', role: 'act' });
  const asMara = createSpicerack({ url: server.url, token: acting, requestedBy: 'script 1.0' });
  const ran = await asMara.jobs.run({ repoId: repo.id, kind: 'sync_repo' });
  expect((await admin.jobs.get({ jobId: ran.jobId })).job.requestedBy).toBe('Mara via script 1.0');

  await page.reload();
  await expect(page.getByText('Mara ran a job: sync_repo')).toBeVisible();
  await expect(page.getByText('Zoë Ångström signed in')).toBeVisible();
  await page.getByRole('button', { name: 'Revoke Zoë Ångström…' }).click();
  await page.getByRole('button', { name: 'Revoke Zoë Ångström', exact: true }).click();
  await expect(page.locator('[data-token]')).toHaveCount(1);
  await reader.reload();
  await expect(reader.getByRole('heading', { name: 'Sign in to Spicerack' })).toBeVisible();
  await reader.context().close();
});
