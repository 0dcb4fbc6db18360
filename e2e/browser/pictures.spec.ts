import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { createSpicerack, type Spicerack } from '@spicerack/client';
import { buildDemoRemote, type DemoRemote } from '@/demo/demo-remote';
import { makeRemote } from '@/demo/remote';
import { type FakeGitHub, fakeGitHub } from '@/testing/fake-github';
import { type GatedGit, gatedGit } from '@/testing/gated-git';
import { startServer, type TestServer } from '../support/server';
import { expectAccessible } from './pages/accessible';
import { ActivityPage } from './pages/activity-page';
import { holdPushes } from './pages/hold-pushes';
import { RepoPage } from './pages/repo-page';
import { addAndRegister, ended } from './pages/test';

/**
 * `npm run pictures`: every screen in every state, light and dark, at a desk's width and a phone's, for people to look
 * at, in `test-results/pictures`; and those that the documents show, in `docs`. axe looks at each of them too.
 */

const FOLDER = 'test-results/pictures';
const DESK = { width: 1440, height: 900 };
const PHONE = { width: 375, height: 780 };

interface Studio {
  dir: string;
  server: TestServer;
  client: Spicerack;
  git: GatedGit;
  github: FakeGitHub;
  /** The demo's shop as it is on GitHub, where its branches have pull requests. */
  shop: DemoRemote & { url: string };
}

const test = base.extend<{ look: (name: string, options?: Looks) => Promise<void> }, { studio: Studio }>({
  studio: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
    async ({}, use) => {
      const dir = await mkdtemp(join(tmpdir(), 'spicerack-pictures-'));
      const git = await gatedGit(join(dir, 'git'));
      const github = await fakeGitHub('acme/shop');
      await mkdir(join(dir, 'acme'));
      const shop = await buildDemoRemote(join(dir, 'acme', 'shop.git'));
      github.pullRequests = await pullRequests(shop);
      await writeFile(join(dir, 'gitconfig'), `[url "file://${dir}/"]\n  insteadOf = https://github.com/\n`);
      const server = await startServer({
        executor: 'inline',
        env: {
          GIT_CONFIG_GLOBAL: join(dir, 'gitconfig'),
          SPICERACK_GIT: git.program,
          SPICERACK_GITHUB_HOSTS: `github.com=${github.apiUrl}`,
          GITHUB_TOKEN: 'ghp_pictures',
          SPICERACK_RETRY_DELAY: '30',
        },
      });
      const client = createSpicerack({ url: server.url, requestedBy: 'mara' });
      await use({ dir, server, client, git, github, shop: { ...shop, url: 'https://github.com/acme/shop.git' } });
      await server.dispose();
      await github.close();
      await rm(dir, { recursive: true, force: true });
    },
    { scope: 'worker', timeout: 300_000 },
  ],
  baseURL: async ({ studio }, use) => use(studio.server.url),
  look: async ({ page }, use) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.setViewportSize(DESK);
    await use((name, options) => takePictures(page, name, options));
  },
});

interface Looks {
  /** The whole page, however long, where that is what one wants to see. */
  fullPage?: boolean;
  /** Files in `docs` that show the light and the dark one at a desk, and the light one on a phone. */
  docs?: { light?: string; dark?: string; phone?: string };
  /** An open list of suggestions hides the rest of the page from screen readers for so long, on purpose: axe takes that amiss. */
  listOpen?: boolean;
  /** Only at this width, where the other has no such state. */
  only?: 'desk' | 'phone';
}

async function takePictures(page: Page, name: string, { fullPage = false, docs = {}, listOpen, only }: Looks = {}) {
  await mkdir(FOLDER, { recursive: true });
  for (const [place, size] of Object.entries({ desk: DESK, phone: PHONE })) {
    if (only && only !== place) continue;
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(() => document.fonts.ready);
      if (!listOpen) await expectAccessible(page);
      const picture = await page.screenshot({ fullPage, path: `${FOLDER}/${name}-${place}-${colorScheme}.png` });
      const shown = place === 'phone' ? colorScheme === 'light' && docs.phone : docs[colorScheme];
      if (shown) await writeFile(`docs/${shown}`, picture);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(DESK);
}

/** A pull request for most of the branches, in every state that the page tells apart. */
async function pullRequests({ remote }: DemoRemote): Promise<FakeGitHub['pullRequests']> {
  const rows: Array<[branch: string, base: string, more: Partial<FakeGitHub['pullRequests'][number]>]> = [
    ['checkout/cart-totals', 'main', { ci: 'SUCCESS', review: 'APPROVED' }],
    ['checkout/discount-codes', 'checkout/cart-totals', { ci: 'SUCCESS', review: 'REVIEW_REQUIRED' }],
    ['checkout/gift-cards', 'checkout/discount-codes', { ci: 'FAILURE', review: 'CHANGES_REQUESTED' }],
    ['checkout/gift-card-emails', 'checkout/gift-cards', { draft: true, ci: 'PENDING' }],
    ['search/index', 'main', { ci: 'SUCCESS', review: 'APPROVED' }],
    ['search/filters', 'search/index', { ci: 'SUCCESS' }],
    ['auth/sessions', 'main', { ci: 'SUCCESS', review: 'APPROVED' }],
    ['catalog/price-model', 'main', { ci: 'SUCCESS' }],
    ['catalog/price-rounding', 'catalog/price-model', { ci: 'PENDING' }],
  ];
  return Promise.all(
    rows.map(async ([branch, base, more], i) => ({
      number: 12 + i,
      branch,
      base,
      head: await remote.tip(branch),
      ...more,
    })),
  );
}

const dialog = (page: Page): Locator => page.getByRole('dialog');

test.describe.configure({ mode: 'serial' });
test.setTimeout(900_000);

test('first run', async ({ page, look }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Add your first repository' })).toBeVisible();
  await look('first-run');
  await page.getByLabel('Address of a repository').fill('https://ada:secret@example.com/shop.git');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('alert').filter({ hasText: /password/i })).toBeVisible();
  await look('first-run-refused');
});

test('a repository from its first moment', async ({ page, studio, look }) => {
  const { client, git, shop } = studio;
  await git.hold('fetch');
  const { repo, jobId } = await client.repos.add({ url: shop.url, name: 'acme/shop' });
  await page.goto(`/repos/${repo.id}`);
  await expect(page.getByRole('heading', { name: 'Cloning' })).toBeVisible();
  await look('repo-cloning');
  await git.release('fetch');
  await ended(client, jobId);
  const shopPage = new RepoPage(page);
  await shopPage.connected();
  await shopPage.branch('checkout/cart-totals').says('untracked');
  await look('repo-fresh');
  await shopPage.reviewSuggested.click();
  await expect(dialog(page)).toBeVisible();
  await look('repo-register-all');
  await page.keyboard.press('Escape');
  await shopPage.registerAll();
  await shopPage.branch('auth/remember-me').says('in place');
  await look('repo-in-place');

  await shopPage.syncAfterTeam(shop);
  await expect(page.getByText(/Forecast: \d+ will move/)).toBeVisible({ timeout: 30_000 });
  await shopPage.createTask('Explain how a discount changes the total', 'checkout/discount-codes');
  await shopPage.createTask('Round half a cent up', 'catalog/price-rounding');
  await expect(shopPage.taskForm).toBeHidden();
  await look('repo-behind', { fullPage: true });
});

test('the stack in hand', async ({ page, studio, look }) => {
  const { client, git, shop } = studio;
  const [repo] = (await client.repos.list()).repos;
  const shopPage = new RepoPage(page);
  await shopPage.goto(repo?.id ?? '');
  await shopPage.branch('catalog/price-rounding').button('Restack').hover();
  await expect(page.getByRole('region', { name: 'Forecast' })).toContainText(/would/, { timeout: 20_000 });
  await look('stack-preview', { only: 'desk' });
  await page.mouse.move(0, 0);

  await shopPage
    .branch('checkout/gift-cards')
    .row.getByRole('button', { name: /^More for/ })
    .click();
  await expect(page.getByRole('menu')).toBeVisible();
  await look('stack-menu', { docs: { light: 'dashboard.png', dark: 'dashboard-dark.png', phone: 'phone.png' } });
  await page.getByRole('menuitem', { name: 'Move onto…' }).click();
  await dialog(page).getByLabel('Branch').fill('auth');
  await look('stack-move-onto');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');

  // No row at an edge, where a drag scrolls.
  await shopPage.branch('checkout/gift-cards').dragOver('catalog/price-model');
  await expect(page.getByRole('region', { name: 'Move' })).toContainText(/clean|conflict/, { timeout: 20_000 });
  await look('stack-drag', { only: 'desk' });
  await page.mouse.up();
  await look('stack-dropped', { only: 'desk' });
  await git.hold('fetch');
  const move = await shopPage.jobOf(() => page.getByRole('button', { name: /^Move \d+ branches/ }).click());
  await expect(page.locator('[data-ghost="checkout/gift-cards"]')).toBeVisible();
  await look('stack-moving');
  await move.card.getByRole('button', { name: /^Cancel/ }).click();
  await move.is('cancelled');
  await git.release('fetch');

  await shopPage.tree.focus();
  await shopPage.goTo('search/filters');
  await page.keyboard.press('x');
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await look('stack-selection');
  await page.keyboard.press('Escape');
  for (const [name, word] of Object.entries({ conflicts: 'Conflicts', merged: 'Merged', restack: 'Will move' })) {
    await shopPage.filter(word).click();
    await look(`stack-filter-${name}`);
  }
  await shopPage.filter('All').click();
  await shopPage.search.fill('gift');
  await look('stack-search');
  await shopPage.search.fill('nothing like this');
  await look('stack-search-nothing');
  await shopPage.search.fill('');
  await page.getByRole('banner').getByRole('button', { name: 'Find or do something' }).click();
  await look('palette');
  await page.keyboard.type('rounding');
  await look('palette-typed');
  await page.keyboard.press('Escape');

  const release = await holdPushes(shop.remote);
  await shopPage.startRestackAll();
  await expect(shopPage.button('Restack')).toHaveText(/^.*Pushing \d+\/\d+ · \d+ s/, { timeout: 30_000 });
  await shopPage.jobOf(() => shopPage.branch('docs/returns-policy').button('Register').click());
  await shopPage.jobOf(() => shopPage.branch('catalog/price-rounding').choose('Rebase'));
  await expect(shopPage.branch('docs/returns-policy').row).toContainText(/Queued behind|Behind/);
  await look('repo-working', { docs: {} });
  await page.locator('[data-job]').nth(2).getByRole('link').first().click();
  await expect(page.getByRole('region', { name: 'Steps' })).toContainText('push');
  await look('job-running', { fullPage: true });
  await page.goBack();
  await page.locator('[data-job]').first().getByRole('link').first().click();
  await expect(page.getByText(/waits behind/)).toBeVisible();
  await look('job-queued');
  await page.goBack();
  await shop.remote.hook('pre-receive', 'exit 0');
  await release();
  await expect(page.locator('[data-job]').first()).toHaveAttribute('data-status', 'error', { timeout: 30_000 });
  await shopPage.branch('catalog/price-rounding').says('conflict');
  await look('repo-after', { fullPage: false });
  await shopPage.tree.focus();
  await shopPage.goTo('catalog/price-rounding');
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-file] table').first()).toBeVisible();
  await look('branch');
  await page.getByRole('region', { name: 'Branch' }).getByRole('button', { name: 'Close' }).click();
  await page.locator('[data-job]').first().getByRole('link').first().click();
  await expect(page.getByRole('region', { name: 'Log', exact: true })).toBeVisible();
  await look('job-error', { fullPage: true });
  await page.goBack();
  const held = page.locator('[data-job]').filter({ hasText: 'Restack all' }).first();
  await held.getByRole('link').first().click();
  await expect(page.getByRole('region', { name: /^Conflict in/ })).toBeVisible();
  await look('job-completed', { fullPage: true, docs: { light: 'job.png' } });
  await page
    .getByRole('button', { name: /^What changed in / })
    .first()
    .click();
  await expect(page.getByText(/^Its changes are the same/)).toBeVisible();
  await look('job-range-diff', { fullPage: true });
  await page.getByRole('button', { name: /^Undo/ }).first().click();
  // One of them has an approval.
  await look('job-undo-question');
  await page.getByRole('button', { name: /^Yes, undo/i }).click();
  await expect(page.getByText(/Undone by/)).toBeVisible({ timeout: 30_000 });
  await look('job-undone');
  await page
    .getByRole('link', { name: /^#\d+$/ })
    .first()
    .click();
  await expect(page.getByRole('heading', { name: /Undo/ })).toBeVisible();
  await look('job-undo');
});

test('tasks', async ({ page, studio, look }) => {
  const { client, git } = studio;
  const [repo] = (await client.repos.list()).repos;
  const shopPage = new RepoPage(page);
  await shopPage.goto(repo?.id ?? '');
  const form = await shopPage.newTask('Send the gift card’s balance');
  await form.getByRole('combobox', { name: 'Branch' }).fill('gift');
  await look('task-form-existing', { listOpen: true });
  await page.keyboard.press('Escape');
  await form.getByText('New branch', { exact: true }).click();
  await look('task-form-new');
  await form.getByText('Existing branch', { exact: true }).click();
  await form.getByRole('combobox', { name: 'Branch' }).fill('main');
  await page.keyboard.press('Tab');
  await form.getByRole('button', { name: 'Create task' }).click();
  await expect(form.getByText('main is the trunk.')).toBeVisible();
  await look('task-form-refused');
  await git.hold('fetch');
  await form.getByRole('combobox', { name: 'Branch' }).fill('agent/balance');
  await page.keyboard.press('Tab');
  await form.getByRole('button', { name: 'Create task' }).click();
  const task = shopPage.task('Send the gift card’s balance');
  await task.says('fetching agent/balance…');
  if ((page.viewportSize()?.width ?? 0) < 1200) await page.getByRole('button', { name: /^tasks/ }).click();
  await look('task-pending');
  await git.release('fetch');
  await task.is('waiting');
  await page.setViewportSize(PHONE);
  await page.getByRole('button', { name: /^tasks/i }).click();
  await look('task-error');
});

test('history, settings, status', async ({ page, studio, look }) => {
  const { client } = studio;
  const [repo] = (await client.repos.list()).repos;
  const id = repo?.id ?? '';
  const activity = new ActivityPage(page);
  await activity.goto(id);
  await look('activity');
  await activity.choose('How it ended', 'Error');
  await look('activity-filtered');
  await activity.type('Branch', 'no/such');
  await look('activity-nothing');
  await page.goto(`/repos/${id}/settings`);
  await expect(page.getByLabel('Name')).toBeVisible();
  await look('settings', { fullPage: true });
  await page.getByLabel('Trunk').fill('ma..in');
  await page.getByRole('button', { name: /^Save/ }).click();
  await look('settings-refused');
  await page.goto('/status');
  await expect(page.getByRole('region', { name: 'Disk' })).toContainText(/Database/);
  await look('status', { fullPage: true });
  await client.access.createToken({ name: 'nightly', role: 'act', days: null });
  await client.access.createToken({ name: 'Zoë Ångström', role: 'read' });
  await page.goto('/access');
  await page.getByLabel('Name').fill('Mara');
  await page.getByRole('button', { name: 'Make a token' }).click();
  await expect(page.getByText('It is shown this once.')).toBeVisible();
  await look('access', { fullPage: true });
  await page.goto('/');
  await expect(page.getByRole('main').getByRole('link', { name: /acme\/shop/ })).toBeVisible();
  await look('repos');
});

test('when something is wrong', async ({ page, context, studio, look }) => {
  const { client, server, dir } = studio;
  const missing = await client.repos.add({ url: join(dir, 'gone.git') });
  await page.goto(`/repos/${missing.repo.id}`);
  await expect(page.getByRole('heading', { name: 'The first sync failed' })).toBeVisible({ timeout: 30_000 });
  await look('repo-first-sync-failed');
  await page.goto('/repos/0190a000-0000-7000-8000-000000000000');
  await expect(page.getByRole('heading', { name: 'This repository cannot be shown' })).toBeVisible();
  await look('repo-unknown');
  await page.goto('/nowhere');
  await look('not-found');
  await page.goto('/jobs/no-such-job');
  await expect(page.getByRole('heading', { name: 'This job cannot be shown' })).toBeVisible();
  await look('job-unknown');

  const lonely = await makeRemote(join(dir, 'lonely.git'));
  await lonely.from('main').commit('Start', { 'a.txt': 'a\n' }).write();
  const { repo, jobId } = await client.repos.add({ url: lonely.dir });
  await ended(client, jobId);
  await page.goto(`/repos/${repo.id}`);
  await expect(page.getByRole('heading', { name: 'No branches but the trunk' })).toBeVisible();
  await look('repo-no-branches');

  await page.route('**/api/trpc/repos.overview*', () => new Promise(() => undefined));
  await page.goto(`/repos/${repo.id}`);
  await expect(page.getByRole('status', { name: 'Loading the repository' })).toBeVisible();
  await look('repo-loading');
  await page.unroute('**/api/trpc/repos.overview*');

  const all = await client.repos.list();
  const shopPage = new RepoPage(page);
  await shopPage.goto(all.repos.find(({ name }) => name === 'acme/shop')?.id ?? '');
  await server.kill9();
  await expect(page.getByText('The server does not answer.')).toBeVisible({ timeout: 30_000 });
  await shopPage.button('Sync').click();
  await expect(page.getByRole('alert').first()).toBeVisible();
  await look('offline');
  await server.restart();
  await shopPage.connected();
  await context.clearCookies();
});

test('a thousand branches', async ({ page, studio, look }) => {
  const { client, dir } = studio;
  const remote = await makeRemote(join(dir, 'thousand.git'));
  await remote.from('main').commit('Start', { 'a.txt': 'a\n' }).write();
  for (let stack = 0; stack < 100; stack++) {
    let chain = remote.from('main');
    for (let i = 0; i < 10; i++) {
      const name = `team-${stack % 7}/feature-${stack}/part-${i}`;
      chain = chain.branch(name).commit(`Part ${i} of feature ${stack}`, { [`f/${stack}-${i}.txt`]: `${name}\n` });
    }
    await chain.write();
  }
  const shopPage = new RepoPage(page);
  await shopPage.goto(await addAndRegister(client, remote.dir));
  await shopPage.branch('team-0/feature-0/part-0').says('in place');
  await look('thousand');
});
