import { gitText } from '@/git/process/run';
import { expectAccessible } from './pages/accessible';
import { RepoPage } from './pages/repo-page';
import { ended, expect, test } from './pages/test';

test('long-lived branches are left out of Register all suggested, with why, and a branch is marked from its menu', async ({
  page,
  shop,
  client,
}) => {
  test.slow();
  await shop.remote.from('main').branch('production').write();
  await shop.remote.from('main').branch('release/1.0').commit('Fix of 1.0', { 'fix.txt': 'x\n' }).write();
  const { repo, jobId } = await client.repos.add({ url: shop.url });
  await ended(client, jobId);
  const repoPage = new RepoPage(page);
  await repoPage.goto(repo.id);
  await repoPage.reviewSuggested.click();
  const dialog = page.getByRole('dialog', { name: 'Register these stacks?' });
  await expect(dialog.locator('[data-left-out="production"]')).toContainText('has the name of a long-lived branch');
  await expect(dialog.locator('[data-suggestion="release/1.0"]')).toBeHidden();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await repoPage.registerAll();

  await repoPage.branch('release/1.0').says('long-lived');
  const head = (title: RegExp) => repoPage.tree.locator('[data-head]').filter({ hasText: title });
  await expect(head(/^Long-lived/)).toBeVisible();
  await expect(head(/^Untracked/)).toHaveCount(0);
  await repoPage.branch('checkout/cart-totals').says('in place');
  await repoPage.branch('checkout/cart-totals').choose('Keep where it is');
  await repoPage.branch('checkout/cart-totals').says('long-lived');
  await expect(repoPage.branch('checkout/cart-totals').button('Restack')).toBeHidden();
  await repoPage.branch('checkout/cart-totals').choose('Let it move');
  await expect(repoPage.branch('checkout/cart-totals').row).not.toContainText('long-lived');
  await expectAccessible(page);
});

test('a branch is untracked from its menu, and that is undone', async ({ shopPage, shop }) => {
  const before = await shop.remote.tips();
  const job = await shopPage.jobOf(() => shopPage.branch('checkout/cart-totals').choose('Untrack'));
  await job.is('completed');
  await shopPage.branch('checkout/cart-totals').says('untracked');
  const undo = await shopPage.jobOf(() => job.card.getByRole('button', { name: /^Undo: \d+ branch/ }).click());
  await undo.is('completed');
  await shopPage.branch('checkout/cart-totals').says('in place');
  expect(await shop.remote.tips()).toEqual(before);
});

test('a branch that was renamed on the remote takes the old one’s place by one click', async ({ shopPage, shop }) => {
  await shop.remote.from('checkout/cart-totals').branch('cart/totals').write();
  await shop.remote.delete('checkout/cart-totals');
  await shopPage.run('Sync');
  const row = shopPage.branch('cart/totals');
  await row.says('checkout/cart-totals seems to be this branch now');
  await expectAccessible(shopPage.page);
  await row.button('Accept').click();
  await row.says('in place');
  await expect(shopPage.branch('checkout/cart-totals').row).toBeHidden();
  await shopPage.branch('checkout/discount-codes').says('in place');
});

test('a repo’s page asks about a HEAD that has moved, and either answer settles it', async ({ shopPage, shop }) => {
  await shop.remote.move('trunk', 'main');
  await gitText(['symbolic-ref', 'HEAD', 'refs/heads/trunk'], { gitDir: shop.remote.dir });
  await shopPage.run('Sync');
  const note = shopPage.page.getByRole('region', { name: 'Trunk' });
  await expect(note).toContainText('HEAD is trunk now; the trunk here is main');
  await expectAccessible(shopPage.page);
  const sync = await shopPage.jobOf(() => note.getByRole('button', { name: 'Use trunk' }).click());
  await sync.is('completed');
  await expect(note).toBeHidden();
  await shopPage.branch('checkout/cart-totals').says('in place');
  await shopPage.branch('main').says('long-lived');
});
