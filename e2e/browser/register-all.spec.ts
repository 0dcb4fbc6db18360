import { expectAccessible } from './pages/accessible';
import { RepoPage } from './pages/repo-page';
import { ended, expect, test } from './pages/test';

test('Register all suggested first shows which branch would stand on which, and Cancel asks for nothing', async ({
  page,
  shop,
  client,
}) => {
  test.slow();
  const { repo, jobId } = await client.repos.add({ url: shop.url });
  await ended(client, jobId);
  const repoPage = new RepoPage(page);
  await repoPage.goto(repo.id);
  await repoPage.reviewSuggested.click();
  const dialog = page.getByRole('dialog', { name: 'Register these stacks?' });
  await expect(dialog.locator('[data-suggestion="checkout/discount-codes"]')).toContainText(
    'checkout/discount-codes on checkout/cart-totals',
  );
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toBeHidden();
  const { jobs } = await client.jobs.list({ repoId: repo.id });
  expect(jobs).toHaveLength(1);
  await repoPage.registerAll();
  await repoPage.branch('checkout/discount-codes').says('in place');
});
