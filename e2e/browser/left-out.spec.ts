import { git } from '@/git/process/run';
import { expectAccessible } from './pages/accessible';
import { expect, test } from './pages/test';

test('refs of the remote that are no branches are a line on the repo’s page, and gone from it when they are gone', async ({
  shopPage,
  shop,
  client,
  page,
}) => {
  const line = page.getByText('1 ref of the remote is left alone');
  await expect(line).toHaveCount(0);
  await git(['symbolic-ref', 'refs/heads/release', 'refs/heads/main'], { gitDir: shop.url });
  await client.jobs.run({ repoId: shopPage.id, kind: 'sync_repo' });
  await line.click({ timeout: 30_000 });
  await expect(page.getByText('release is another name of main (a symbolic ref)')).toBeVisible();
  await expectAccessible(page);

  await git(['symbolic-ref', '-d', 'refs/heads/release'], { gitDir: shop.url });
  await client.jobs.run({ repoId: shopPage.id, kind: 'sync_repo' });
  await expect(line).toHaveCount(0, { timeout: 30_000 });
});
