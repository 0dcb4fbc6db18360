import { expectAccessible } from './pages/accessible';
import { expect, test } from './pages/test';

test('a task on a tracked branch is attached at once, and shows where the branch stands', async ({ shopPage }) => {
  const task = await shopPage.createTask('Explain the totals', 'checkout/discount-codes');
  await task.is('completed');
  await task.says('attached');
  await task.says('in place');
  expect(await task.place()).toEqual(['main', 'checkout/cart-totals', 'checkout/discount-codes']);
  await expect(shopPage.taskForm).toBeHidden();
});

test('a branch is found in the list by a part of its name', async ({ shopPage }) => {
  const { page } = shopPage;
  const form = await shopPage.newTask('Rounding');
  await form.getByLabel('Description').fill('Half a cent goes up.');
  await form.getByRole('combobox', { name: 'Branch' }).pressSequentially('rounding');
  await page.getByRole('option', { name: 'catalog/price-rounding' }).click();
  await expect(form.getByRole('combobox', { name: 'Branch' })).toHaveValue('catalog/price-rounding');
  await form.getByRole('button', { name: 'Create task' }).click();
  const task = shopPage.task('Rounding');
  await task.is('completed');
  await task.says('Half a cent goes up.');
});

test('a task on a branch that nobody has seen is pending, then attached by itself', async ({ shopPage, shop }) => {
  await shop.remote.from('main').branch('agent/new-footer').commit('Footer', { 'footer.js': '1\n' }).write();
  const task = await shopPage.createTask('New footer', 'agent/new-footer');
  await task.says(/fetching agent\/new-footer…|attached/);
  await task.is('completed');
  await shopPage.branch('agent/new-footer').says('in place');
});

test('a task on a new branch makes the branch on top of the chosen parent', async ({ shopPage, shop }) => {
  const form = await shopPage.newTask('Wrap the gift cards!');
  await form.getByText('New branch', { exact: true }).click();
  const parent = form.getByRole('combobox', { name: 'On top of' });
  await parent.fill('gift-cards');
  await shopPage.page.getByRole('option', { name: 'checkout/gift-cards', exact: true }).click();
  await expect(form.getByLabel('Name of the new branch')).toHaveAttribute('placeholder', 'task/wrap-the-gift-cards');
  await form.getByRole('button', { name: 'Create task' }).click();
  const task = shopPage.task('Wrap the gift cards!');
  await task.is('completed');
  expect((await task.place()).slice(-2)).toEqual(['checkout/gift-cards', 'task/wrap-the-gift-cards']);
  expect(await shop.remote.tip('task/wrap-the-gift-cards')).toBe(await shop.remote.tip('checkout/gift-cards'));
});

test('a task on a branch that is not there waits for its push, and the sync that sees it attaches it', async ({
  shopPage,
  shop,
}) => {
  const task = await shopPage.createTask('Late one', 'agent/late');
  await task.says('Waits for a push of agent/late');
  await expect(task.card.getByRole('button', { name: 'Look for it now' })).toBeVisible();
  await shop.remote.from('main').branch('agent/late').commit('Late', { 'late.js': '1\n' }).write();
  await shopPage.run('Sync');
  await task.is('completed');
  await task.says('attached');
});

test('a task whose branch is not there takes another one', async ({ shopPage }) => {
  const task = await shopPage.createTask('Mistyped', 'search/indx');
  await task.is('waiting');
  await task.card.getByRole('button', { name: 'Another branch…' }).click();
  const field = task.card.getByRole('combobox', { name: 'Another branch' });
  // What was mistyped is mended where it stands.
  await expect(field).toHaveValue('search/indx');
  await field.fill('main');
  await field.press('Tab');
  await task.card.getByRole('button', { name: 'Attach this one' }).click();
  await expect(task.card.getByText('main is the trunk.')).toBeVisible();
  await field.fill('search/index');
  await field.press('Tab');
  await task.card.getByRole('button', { name: 'Attach this one' }).click();
  await task.is('completed');
  expect(await task.place()).toEqual(['main', 'search/index']);
});

test('what is wrong with a task stands beside its field, and what was typed stays', async ({ shopPage }) => {
  await shopPage.createTask('On the trunk', 'main');
  const form = shopPage.taskForm;
  await expect(form.getByRole('combobox', { name: 'Branch' })).toHaveAttribute('aria-invalid', 'true');
  await expect(form.getByText('main is the trunk.')).toBeVisible();
  await expect(form.getByLabel('Title')).toHaveValue('On the trunk');
  await expect(shopPage.task('On the trunk').card).toHaveCount(0);
});

test('tasks, their form and its faults are accessible', async ({ shopPage }) => {
  test.slow();
  await (await shopPage.createTask('Explain the totals', 'search/index')).is('completed');
  await (await shopPage.createTask('Late one', 'agent/late')).is('waiting');
  await shopPage.createTask('On the trunk', 'main');
  await expect(shopPage.taskForm.getByText('main is the trunk.')).toBeVisible();
  await expectAccessible(shopPage.page);
});

test('a draft survives a lost connection and a reload', async ({ shopPage, context }) => {
  const { page } = shopPage;
  const form = await shopPage.newTask('Not to be lost');
  await form.getByLabel('Description').fill('Three lines\nof\nthought');
  const field = form.getByRole('combobox', { name: 'Branch' });
  await field.fill('search/index');
  await field.press('Tab');
  await context.setOffline(true);
  await form.getByRole('button', { name: 'Create task' }).click();
  await expect(form.getByText('The server does not answer. Nothing is lost: try again when connected.')).toBeVisible();
  await context.setOffline(false);
  await page.reload();
  await expect(form.getByLabel('Title')).toHaveValue('Not to be lost');
  await expect(form.getByLabel('Description')).toHaveValue('Three lines\nof\nthought');
  await form.getByRole('button', { name: 'Create task' }).click();
  await shopPage.task('Not to be lost').is('completed');
  await page.reload();
  await expect(page.getByRole('button', { name: 'New task' })).toBeVisible();
});

test('a task goes to the archive by hand, and by itself when its branch is merged', async ({ shopPage, shop }) => {
  const { page } = shopPage;
  const done = await shopPage.createTask('Done with', 'search/index');
  await done.is('completed');
  await done.card.getByRole('button', { name: 'Archive Done with' }).click();
  await expect(done.card).toHaveCount(0);
  await expect(page.locator('[data-archived="Done with"]')).toContainText('Archived by hand.');

  const merged = await shopPage.createTask('Totals', 'checkout/cart-totals');
  await merged.is('completed');
  await shop.remote.merge('checkout/cart-totals', 'squash');
  await shopPage.run('Sync');
  await expect(merged.card).toHaveCount(0);
  await expect(page.locator('[data-archived="Totals"]')).toContainText('checkout/cart-totals was merged.');
});

test('a card offers Restack when its branch needs one', async ({ shopPage, shop }) => {
  const task = await shopPage.createTask('Totals', 'checkout/cart-totals');
  await task.is('completed');
  await expect(task.card.getByRole('button', { name: /^Restack/ })).toHaveCount(0);
  await shopPage.syncAfterTeam(shop);
  await task.says('will move');
  const job = await shopPage.jobOf(() => task.card.getByRole('button', { name: /^Restack/ }).click());
  await job.is('completed');
  await task.says('in place');
});
