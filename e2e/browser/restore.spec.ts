import { expect, test } from './pages/test';

test('a branch that is gone from the remote is put back from its row, once that is confirmed', async ({
  shopPage,
  shop,
  page,
}) => {
  const before = await shop.remote.tips();
  await shop.remote.delete('checkout/gift-cards');
  await shopPage.run('Sync');
  await shopPage.branch('checkout/gift-card-emails').says('parent gone');
  const gone = shopPage.branch('checkout/gift-cards');
  await gone.says('gone');
  await gone.row.hover();
  await gone.row.getByRole('button', { name: 'Restore' }).click();
  const job = await shopPage.jobOf(() => page.getByRole('button', { name: 'Yes, restore' }).click());
  await job.is('completed');
  await gone.says('in place');
  await shopPage.branch('checkout/gift-card-emails').says('in place');
  expect(await shop.remote.tips()).toEqual(before);
});
