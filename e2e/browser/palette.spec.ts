import type { Page } from '@playwright/test';
import { expectAccessible } from './pages/accessible';
import { holdScripts } from './pages/hold-scripts';
import { ended, expect, test } from './pages/test';

const open = async (page: Page) => {
  await page.keyboard.press('ControlOrMeta+k');
  const field = page.getByRole('dialog').getByRole('combobox');
  await expect(field).toBeFocused();
  return field;
};

test('the palette runs an action on a branch by keyboard alone', async ({ shopPage, shop }) => {
  const { page } = shopPage;
  await shopPage.syncAfterTeam(shop);
  const job = await shopPage.jobOf(async () => {
    const field = await open(page);
    await field.pressSequentially('restack cart-tot');
    await expect(page.getByRole('option').first()).toContainText('Restack checkout/cart-totals');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toBeHidden();
  });
  await job.says('Restack checkout/cart-totals and above');
  await job.is('completed');
});

test('what is typed before the palette is loaded stands in it, and presses no keys of the page', async ({
  shopPage,
  shop,
}) => {
  const { page } = shopPage;
  await shopPage.syncAfterTeam(shop);
  const jobs = await page.locator('[data-job]').count();
  await shopPage.tree.focus();
  await shopPage.goTo('checkout/cart-totals');
  const { letThrough } = await holdScripts(page);
  await page.keyboard.press('ControlOrMeta+k');
  // On the tree, r restacks.
  await page.keyboard.type('restack');
  letThrough();
  await expect(page.getByRole('dialog').getByRole('combobox')).toHaveValue('restack');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.locator('[data-job]')).toHaveCount(jobs);
});

test('Enter before the palette is loaded leads to what was found, and moves nothing that nobody has seen', async ({
  shopPage,
}) => {
  const { page } = shopPage;
  await expect(shopPage.branch('checkout/cart-totals').row).toBeVisible();
  const { letThrough } = await holdScripts(page);
  await page.keyboard.press('ControlOrMeta+k');
  await page.keyboard.type('status');
  await page.keyboard.press('Enter');
  letThrough();
  await expect(page).toHaveURL(/\/status$/);
});

test('Enter before the palette is loaded does nothing that changes something: it is highlighted', async ({
  shopPage,
}) => {
  const { page } = shopPage;
  await expect(shopPage.branch('checkout/cart-totals').row).toBeVisible();
  await expect(page.locator('[data-job]').first()).toBeVisible();
  const jobs = await page.locator('[data-job]').count();
  const { letThrough } = await holdScripts(page);
  await page.keyboard.press('ControlOrMeta+k');
  await page.keyboard.type('sync');
  await page.keyboard.press('Enter');
  letThrough();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('combobox')).toHaveValue('sync');
  await expect(dialog.getByRole('option').first()).toContainText('Sync');
  await expect(page.locator('[data-job]')).toHaveCount(jobs);
});

test('an open question of the palette says what is so now, and who chooses as it changes does nothing unread', async ({
  shopPage,
  shop,
  client,
}) => {
  test.slow();
  const { page } = shopPage;
  await shop.teamGoesOn();
  await shopPage.run('Sync');
  // An approved pull request would be pushed, of which the shop's remote knows nothing.
  await page.route('**/api/trpc/repos.overview*', async (route) => {
    const response = await route.fetch();
    const answer = await response.json();
    for (const branch of answer.result.data.json.branches)
      if (branch.name === 'checkout/cart-totals')
        Object.assign(branch, { prNumber: 1, prState: 'open', review: 'approved' });
    await route.fulfill({ response, json: answer });
  });
  await page.reload();
  await shopPage.connected();
  await expect(shopPage.button('Restack \\d')).toBeVisible({ timeout: 30_000 });
  await expect(page.locator('[data-job]').first()).toBeVisible();
  const jobs = await page.locator('[data-job]').count();
  await (await open(page)).pressSequentially('restack');
  const option = page.getByRole('option', { name: /^Restack \d+ in / });
  await option.click();
  const asked = page.getByRole('dialog').getByRole('alert');
  await expect(asked).toContainText(/^\d+ branches will be pushed: that may dismiss 1 approval/);
  const before = (await asked.textContent()) ?? '';
  await page.evaluate(() => {
    const words = document.querySelector('[role=dialog] [role=alert]');
    const option = [...document.querySelectorAll<HTMLElement>('[role=option]')].find(({ textContent }) =>
      /^Restack \d+in /.test(textContent ?? ''),
    );
    if (!words || !option) throw new Error('Nothing is asked.');
    new MutationObserver(() => option.click()).observe(words, { characterData: true, subtree: true, childList: true });
  });
  await ended(
    client,
    (await client.jobs.run({ repoId: shopPage.id, kind: 'restack_subtree', branch: 'search/filters' })).jobId,
  );
  await expect(asked).not.toHaveText(before, { timeout: 20_000 });
  await expect(asked).toContainText(/^\d+ branches will be pushed: that may dismiss 1 approval/);
  await expect(page.locator('[data-job]')).toHaveCount(jobs + 1);
  await expect(asked).toBeVisible();

  const job = await shopPage.jobOf(async () => {
    await expect(async () => {
      await option.click({ timeout: 1000 });
      await expect(page.getByRole('dialog')).toBeHidden({ timeout: 1000 });
    }).toPass();
  });
  await job.says('Restack all');
});

test('the palette moves a branch onto another one, with the forecast before it', async ({ shopPage, shop }) => {
  const { page } = shopPage;
  const job = await shopPage.jobOf(async () => {
    const field = await open(page);
    await field.pressSequentially('move gift-cards');
    await expect(page.getByRole('option').first()).toContainText('Move checkout/gift-cards onto…');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Move checkout/gift-cards onto…' });
    await dialog.getByLabel('Branch').pressSequentially('auth/ses');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('status')).toContainText('2 clean', { timeout: 20_000 });
    await dialog.getByRole('button', { name: 'Move it and 1 above it onto auth/sessions' }).click();
    await expect(dialog).toBeHidden();
  });
  await job.says('checkout/gift-cards');
  await job.is('completed');
  expect(await shop.remote.contains('checkout/gift-card-emails', 'auth/sessions')).toBe(true);
});

test('the palette goes to a page, a job and a repository, and away again with Escape', async ({ shopPage }) => {
  const { page } = shopPage;
  const repoUrl = page.url();
  await (await open(page)).fill('status');
  await page.getByRole('option', { name: /^Status/ }).click();
  await expect(page).toHaveURL(/\/status$/);

  await open(page);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();

  await page.goto(repoUrl);
  await shopPage.connected();
  await (await open(page)).fill('register all');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Register all suggested');

  await (await open(page)).fill('stack');
  await page.getByRole('option', { name: /^Stack page of/ }).click();
  await expect(page).toHaveURL(repoUrl);
});

test('the palette opens a branch, and its history', async ({ shopPage }) => {
  const { page } = shopPage;
  await (await open(page)).fill('gift-card-emails');
  await page.getByRole('option', { name: 'checkout/gift-card-emails branch', exact: true }).click();
  await expect(page).toHaveURL(/\/branches\/checkout\/gift-card-emails$/);
  await expect(page.getByRole('region', { name: 'Branch' }).getByRole('heading', { level: 2 })).toContainText(
    'checkout/gift-card-emails',
  );
  expect(await shopPage.active()).toBe('checkout/gift-card-emails');
  await (await open(page)).fill('history of checkout/gift-card-emails');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/activity\?branch=checkout%2Fgift-card-emails$/);
});

test('the palette says when nothing is found, and is accessible', async ({ shopPage }) => {
  test.slow();
  const { page } = shopPage;
  await page.getByRole('button', { name: 'Find or do something' }).click();
  await page.getByRole('dialog').getByRole('combobox').fill('no such thing anywhere');
  await expect(page.getByText('Nothing is called that here.')).toBeVisible();
  await page.getByRole('dialog').getByRole('combobox').fill('checkout');
  await expect(page.getByRole('option').first()).toBeVisible();
  await expectAccessible(page);
});
