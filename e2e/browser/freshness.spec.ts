import { RepoPage } from './pages/repo-page';
import { addAndRegister, ended, expect, test } from './pages/test';

test('opening a page that shows what is old asks for one sync in the background that moves nothing, however often', async ({
  page,
  shop,
  client,
}) => {
  const repoId = await addAndRegister(client, shop.url);
  await page.route('**/api/trpc/repos.overview*', async (route) => {
    const response = await route.fetch();
    const answer = await response.json();
    answer.result.data.json.repo.syncedAt = '2026-01-01T00:00:00.000Z';
    await route.fulfill({ response, json: answer });
  });
  const asked = async () => {
    const { jobs } = await client.jobs.list({ repoId, requestedBy: 'An opened page' });
    return jobs.map(({ job }) => job);
  };
  const repoPage = new RepoPage(page);
  await repoPage.goto(repoId);
  await expect.poll(asked).toMatchObject([{ kind: 'sync_repo', move: false }]);
  const [job] = await asked();
  await ended(client, job?.id ?? '');
  await expect(page.getByText(/synced (just now|\d+ s ago)/)).toBeVisible();

  await page.reload();
  await repoPage.connected();
  await expect(repoPage.branch('checkout/cart-totals').row).toBeVisible();
  expect(await asked()).toHaveLength(1);
});
