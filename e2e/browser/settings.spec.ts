import { expectAccessibleEverywhere } from './pages/accessible';
import { expect, test } from './pages/test';

test('settings are saved, say so, and show in every other browser', async ({
  shopPage,
  client,
  page,
  browser,
  server,
}) => {
  test.setTimeout(120_000);
  const repoId = shopPage.id;
  const elsewhere = await browser.newContext({ baseURL: server.url });
  const other = await elsewhere.newPage();
  await other.goto(`/repos/${repoId}/settings`);
  await expect(other.getByLabel('Name', { exact: true })).toHaveValue('shop');

  await page.getByRole('link', { name: 'Settings' }).click();
  await page.waitForURL('**/settings');
  const status = page.getByRole('main').getByRole('status');
  await expect(status).toHaveText('All is saved.');
  await expect(page.getByLabel('Automatic sync')).toHaveValue('');
  await expect(page.getByLabel('Restack automatically after a merge')).not.toBeChecked();
  await expectAccessibleEverywhere(page);

  await page.getByLabel('Name', { exact: true }).fill('corner shop');
  await page.getByLabel('Engine').selectOption('git');
  await page.getByLabel('Automatic sync').fill('30');
  await page.getByLabel('Restack automatically after a merge').check();
  await expect(status).toHaveText('Not saved yet.');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(status).toHaveText(/^Saved\./);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('corner shop Settings');
  expect(await client.repos.get({ repoId })).toMatchObject({
    name: 'corner shop',
    trunk: 'main',
    engine: 'git',
    autoSyncMinutes: 30,
    autoRestack: true,
    allowNonAtomicPush: false,
  });

  await expect(other.getByLabel('Name', { exact: true })).toHaveValue('corner shop');
  await expect(other.getByLabel('Automatic sync')).toHaveValue('30');
  await elsewhere.close();
});

test('what is wrong stands beside its field, and what was typed stays', async ({ shopPage, client, page }) => {
  const repoId = shopPage.id;
  await page.goto(`/repos/${repoId}/settings`);
  const trunk = page.getByLabel('Trunk');
  const minutes = page.getByLabel('Automatic sync');
  await trunk.fill('no..such');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(trunk).toHaveAttribute('aria-invalid', 'true');
  await expect(trunk).toHaveAccessibleDescription(/"\.\."/);
  await expect(trunk).toHaveValue('no..such');

  await trunk.fill('main');
  await minutes.fill('soon');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(minutes).toHaveAccessibleDescription(/whole minutes/);
  await minutes.fill('100000');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(minutes).toHaveAccessibleDescription('Use at most a week.');
  await expect(minutes).toHaveValue('100000');
  expect(await client.repos.get({ repoId })).toMatchObject({ trunk: 'main', autoSyncMinutes: null });

  await page.getByRole('button', { name: 'Discard' }).click();
  await expect(minutes).toHaveValue('');
  await expect(page.getByRole('main').getByRole('status')).toHaveText('All is saved.');
});

test('what somebody else saves shows at once, but never over what was typed', async ({ shopPage, client, page }) => {
  const repoId = shopPage.id;
  await page.goto(`/repos/${repoId}/settings`);
  await page.getByLabel('Name', { exact: true }).fill('mine');
  await client.repos.update({ repoId, name: 'theirs', autoSyncMinutes: 5 });
  await expect(page.getByLabel('Automatic sync')).toHaveValue('5');
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('mine');
});

test('a save that the server does not answer loses nothing and can be sent again', async ({ shopPage, page }) => {
  await page.goto(`/repos/${shopPage.id}/settings`);
  const name = page.getByLabel('Name', { exact: true });
  await name.fill('corner shop');
  await page.route('**/api/trpc/repos.update*', (route) => route.abort());
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'does not answer' })).toBeVisible();
  await expect(name).toHaveValue('corner shop');
  await page.unroute('**/api/trpc/repos.update*');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('corner shop Settings');
});

test('a repository is removed only once its name was typed', async ({ shopPage, client, page, shop }) => {
  const repoId = shopPage.id;
  const before = await shop.remote.tips();
  await page.goto(`/repos/${repoId}/settings`);
  const remove = page.getByRole('button', { name: 'Remove' });
  await expect(remove).toBeDisabled();
  await page.getByLabel('Type shop to confirm').fill('sho');
  await expect(remove).toBeDisabled();
  await page.getByLabel('Type shop to confirm').fill('shop');
  await remove.click();
  await expect(page).toHaveURL('/');
  await expect(page.getByRole('link', { name: shop.url })).toHaveCount(0);
  const { repos } = await client.repos.list();
  expect(repos.map(({ id }) => id)).not.toContain(repoId);
  expect(await shop.remote.tips()).toEqual(before);
});
