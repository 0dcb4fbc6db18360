import { expect, test } from './pages/test';

test('a task on a tracked branch is attached at once', async ({ shopPage }) => {
  const task = await shopPage.createTask('Explain the totals', 'checkout/cart-totals');
  await task.is('completed');
  await task.says('attached');
});

test('a task on a branch that nobody has seen is pending, then attached by itself', async ({ shopPage, shop }) => {
  await shop.remote.from('main').branch('agent/new-footer').commit('Footer', { 'footer.js': '1\n' }).write();
  const task = await shopPage.createTask('New footer', 'agent/new-footer');
  await task.says(/pending|attached/);
  await task.is('completed');
  await shopPage.branch('agent/new-footer').says('in place');
});

test('a task on a branch that is not there says why, and Retry attaches it once it is', async ({ shopPage, shop }) => {
  const task = await shopPage.createTask('Late one', 'agent/late');
  await task.is('error');
  await task.says('agent/late');
  const retry = task.card.getByRole('button', { name: /^Attach: Retry · BRANCH_NOT_FOUND/ });
  await expect(retry).toBeVisible();
  await shop.remote.from('main').branch('agent/late').commit('Late', { 'late.js': '1\n' }).write();
  await retry.click();
  await task.is('completed');
  await task.says('attached');
});

test('what is wrong with a task stands beside its field, and what was typed stays', async ({ shopPage }) => {
  const { page } = shopPage;
  await shopPage.createTask('On the trunk', 'main');
  await expect(page.getByLabel('Branch', { exact: true })).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByText('main is the trunk.')).toBeVisible();
  await expect(page.getByLabel('Title')).toHaveValue('On the trunk');
  await expect(shopPage.task('On the trunk').card).toHaveCount(0);
});
