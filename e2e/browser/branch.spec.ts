import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeRemote } from '@/demo/remote';
import { expectAccessible } from './pages/accessible';
import { ended, expect, test } from './pages/test';

/** A picture of one point. */
const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

/** A branch, opened: what it is made of, and the ways there and back. */

test('a row opens its branch beside the stack: commits, files and what they change', async ({ shopPage, page }) => {
  await shopPage.branch('checkout/gift-cards').row.getByText('checkout/gift-cards', { exact: true }).click();
  const branch = page.getByRole('region', { name: 'Branch' });
  await expect(page).toHaveURL(/\/repos\/[^/]+\/branches\/checkout\/gift-cards$/);
  await expect(branch.getByRole('heading', { level: 2 })).toContainText('checkout/gift-cards');
  const commits = branch.getByRole('region', { name: 'Commits' });
  await expect(commits.locator('[data-commit]')).not.toHaveCount(0);
  const file = branch.locator('[data-file]').first();
  await expect(file.getByRole('table')).toBeVisible();
  await expect(file.locator('.diff-code-insert').first()).toBeVisible();
  await expect(shopPage.tree).toBeFocused();
  await expect(page).toHaveTitle(/^checkout\/gift-cards · shop/);
  // What can be done with it is here too, and says with what number, or why not.
  await expect(branch.getByRole('button', { name: /^Restack/ })).toHaveAccessibleName(/not now: Nothing to move/);
  await expect(branch.getByRole('button', { name: 'Move onto…' })).toBeVisible();
  await branch.getByRole('button', { name: 'New task' }).click();
  await expect(branch.getByRole('combobox', { name: 'Branch' })).toHaveValue('checkout/gift-cards');
  await expectAccessible(page);
  await branch.getByRole('form', { name: 'New task' }).getByRole('button', { name: 'Close' }).click();

  await commits.getByRole('button', { name: 'Checkout: pay with gift cards' }).click();
  await expect(branch.getByRole('button', { name: /^of commit .* show all$/ })).toBeVisible();
  await branch.getByRole('button', { name: 'Side by side' }).click();
  await expect(branch.locator('table.diff-split').first()).toBeVisible();

  await page.reload();
  await expect(branch.getByRole('heading', { level: 2 })).toContainText('checkout/gift-cards');
  await branch.getByRole('button', { name: 'Close', exact: true }).click();
  await expect(page).toHaveURL(/\/repos\/[^/]+$/);
  await expect(branch).toHaveCount(0);
  await expect(shopPage.tree).toBeFocused();
});

test('keys alone: Enter opens, j and k walk on, in the panel too, Escape closes, Back opens again', async ({
  shopPage,
  page,
}) => {
  const { keyboard } = page;
  const title = page.getByRole('region', { name: 'Branch' }).getByRole('heading', { level: 2 });
  await shopPage.tree.focus();
  await shopPage.goTo('checkout/gift-cards');
  await keyboard.press('Enter');
  await expect(title).toContainText('checkout/gift-cards');
  await keyboard.press('j');
  await expect(title).not.toContainText('checkout/gift-cards ');
  const next = await title.textContent();
  await title.focus();
  await keyboard.press('k');
  await expect(title).toContainText('checkout/gift-cards');
  await keyboard.press('j');
  await expect(title).toHaveText(next ?? '');
  await keyboard.press('Escape');
  await expect(page).toHaveURL(/\/repos\/[^/]+$/);
  await expect(shopPage.tree).toBeFocused();
  await page.goBack();
  await expect(title).toHaveText(next ?? '');
});

test('beside an open branch every filter is whole, and what a row says ends before its button', async ({
  shopPage,
  shop,
  page,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await shopPage.syncAfterTeam(shop);
  await shopPage.tree.focus();
  await shopPage.goTo('checkout/gift-card-emails');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Branch' }).getByRole('heading', { level: 2 })).toBeVisible();
  const filters = page.getByRole('group', { name: 'Filter' }).getByRole('button');
  expect(await filters.count()).toBeGreaterThan(5);
  const isWhole = (one: Element) => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    const y = (top + bottom) / 2;
    return [left + 2, right - 2].every((x) => one.contains(document.elementFromPoint(x, y)));
  };
  for (const filter of await filters.all())
    expect(await filter.evaluate(isWhole), String(await filter.textContent())).toBe(true);

  const { row } = shopPage.branch('checkout/gift-card-emails');
  const edges = (one: Element) => {
    const edge = (selector: string) => one.querySelector(selector)?.getBoundingClientRect();
    const words = [...one.querySelectorAll('[role=gridcell]')].at(1)?.getBoundingClientRect();
    const [button, all] = [edge('[data-main]'), one.getBoundingClientRect()];
    return { words: words?.right ?? 0, button: button?.left ?? 0, below: (button?.top ?? 0) - all.top };
  };
  const at = await row.evaluate(edges);
  expect(at.words).toBeLessThanOrEqual(at.button);
  // The line around the row is seen above it.
  expect(at.below).toBeGreaterThanOrEqual(2);
  // A row that nobody is at keeps no room for one.
  const other = await shopPage.branch('checkout/cart-totals').row.evaluate(edges);
  expect(other.words).toBeGreaterThan(at.button);
});

test('on a small page the branch takes the place of the stack, and leads back to where one was', async ({
  shopPage,
  page,
}) => {
  await page.setViewportSize({ width: 375, height: 700 });
  await shopPage.branch('checkout/gift-card-emails').row.click({ position: { x: 120, y: 12 } });
  const branch = page.getByRole('region', { name: 'Branch' });
  await expect(branch.getByRole('heading', { level: 2 })).toBeFocused();
  await expect(branch.locator('[data-file]').first().getByRole('table')).toBeVisible();
  await expect(shopPage.tree).toBeHidden();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  await expectAccessible(page);
  await branch.getByRole('button', { name: 'Back to the stack' }).click();
  await expect(shopPage.tree).toBeFocused();
});

test('both sides of a conflict that is only foreseen are shown, and the commands for it once there is something to solve it on', async ({
  shopPage,
  shop,
  client,
  page,
}) => {
  const repoId = shopPage.id;
  await shopPage.syncAfterTeam(shop);
  const { row } = shopPage.branch('catalog/price-rounding');
  await expect(row).toContainText('conflict', { timeout: 30_000 });
  await row.getByText('catalog/price-rounding', { exact: true }).click();
  const branch = page.getByRole('region', { name: 'Branch', exact: true });
  const sides = branch.getByRole('region', { name: 'Conflict in src/catalog/price.js' });
  await expect(sides).toContainText(/catalog\/price-rounding \w{7}/, { timeout: 30_000 });
  // What is below moves first: nobody has yet what it does not go onto.
  const commands = branch.getByRole('region', { name: 'Commands', exact: true });
  await expect(branch).toContainText('Restack catalog/price-model first: it moves');
  await expect(sides).not.toContainText(/catalog\/price-model \w{7}/);
  await expect(commands).toHaveCount(0);
  await expectAccessible(page);
  await ended(
    client,
    (await client.jobs.run({ repoId, kind: 'restack_subtree', branch: 'catalog/price-model' })).jobId,
  );
  await expect(commands).toContainText('git rebase', { timeout: 30_000 });
  await expect(sides).toContainText(/catalog\/price-model \w{7}/);

  // What only stands on it has no conflict of its own to show.
  await page.keyboard.press('j');
  await expect(branch.getByRole('heading', { level: 2 })).toContainText('catalog/price-labels');
  await expect(branch.locator('[data-file]').first()).toBeVisible({ timeout: 30_000 });
  await expect(sides).toHaveCount(0);
});

test('what a restack changed is told on the job’s page and in the branch’s history', async ({
  shopPage,
  shop,
  page,
}) => {
  await shop.teamGoesOn();
  const job = await shopPage.restackAll();
  await job.is('completed');
  await job.open();
  await page.getByRole('button', { name: 'What changed in checkout/cart-totals?' }).click();
  await expect(
    page.getByText(/^Its changes are the same: (1 commit, with|\d commits, each with) an equal patch\.$/),
  ).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('link', { name: 'checkout/cart-totals' }).click();
  const history = page.getByRole('region', { name: 'Branch' }).getByRole('region', { name: 'History' });
  await expect(history.getByRole('listitem').first()).toContainText('moved by');
  await expect(history.getByRole('listitem').last()).toContainText(/first seen: .+ by \w+/);
  await history.getByRole('button', { name: 'What changed?' }).click();
  await expect(history.getByText(/^Its changes are the same/)).toBeVisible();
  await history.getByRole('link', { name: /^#\d+ Restack all/ }).click();
  await expect(page).toHaveURL(/\/jobs\//);
});

test('whatever is in a file is text; what is too long or no text is said, and more is there on demand', async ({
  page,
  client,
}) => {
  const dir = await mkdtemp(join(tmpdir(), 'spicerack-branch-'));
  const remote = await makeRemote(join(dir, 'odd.git'));
  const name = 'odd/100%"a;b"';
  const long = Array.from({ length: 6000 }, (_, i) => `line ${i} of a long file\n`).join('');
  await remote
    .from('main')
    .commit('Start', { 'app.ts': 'const port = 8080;\nlisten(port);\n', 'x.txt': 'x\n' })
    .write();
  await remote
    .from('main')
    .branch(name)
    .commit('<img src=x onerror=alert(1)>\n\nWhy: <b>because</b>', {
      'app.ts': 'const port = 8081;\nlisten(port);\n',
      'page.html': '<script>document.title = "hacked"</script>\u001b[31m\n',
      'logo.bin': new Uint8Array([0, 1, 2]),
      'dot.png': Buffer.from(DOT, 'base64'),
      'no.png': new Uint8Array([0, 1, 2]),
      'long.txt': long,
      'one-line.json': 'x'.repeat(3_000_000),
      'x.txt': null,
      'y.txt': 'x\n',
      'two\nlines\tand  blanks.txt': '1\n',
    })
    .write();
  const { repo, jobId } = await client.repos.add({ url: remote.dir });
  await ended(client, jobId);
  await page.goto(`/repos/${repo.id}/branches?${new URLSearchParams({ name })}`);
  const branch = page.getByRole('region', { name: 'Branch' });
  const file = (path: string) => branch.locator(`[data-file="${path}"]`);
  await expect(branch.getByRole('heading', { level: 2 })).toContainText(name);
  await expect(branch.getByRole('button', { name: '<img src=x onerror=alert(1)>' })).toBeVisible();
  await branch.getByRole('button', { name: /^Message of / }).click();
  await expect(branch.getByText('Why: <b>because</b>')).toBeVisible();
  await expect(file('page.html')).toContainText('<script>document.title = "hacked"</script>␛[31m');
  await expect(page).toHaveTitle(/^odd\/100%/);
  await expect(file('app.ts').locator('.diff-code-edit')).toHaveCount(2);
  await expect(file('app.ts').locator('.hljs-keyword').first()).toHaveText('const');
  await expect(file('logo.bin')).toContainText('added · binary, 3 B');
  await expect(file('y.txt')).toContainText('x.txt → y.txt renamed');
  await expect(branch.getByText('two␊lines␉and  blanks.txt', { exact: true })).toBeVisible();
  await expectAccessible(page);

  await file('dot.png').locator('summary').click();
  const picture = file('dot.png').getByRole('img', { name: 'dot.png after' });
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
  await expect(file('dot.png')).toContainText('after: 1 × 1, 70 B');
  await file('no.png').locator('summary').click();
  await expect(file('no.png')).toContainText('It is no picture that can be shown.');

  await expect(file('long.txt').getByRole('table')).toHaveCount(0);
  await file('long.txt').locator('summary').click();
  await expect(file('long.txt')).toContainText('line 999 of a long file');
  await file('long.txt').getByRole('button', { name: 'Show 2,000 more lines' }).click();
  await expect(file('long.txt')).toContainText('line 2999 of a long file');

  // A file that is one line takes no more room than others, and is as long as it is.
  const line = file('one-line.json');
  await expect(line.getByRole('table')).toContainText('… (3,000,000 bytes)');
  await expect(line).toContainText('No newline at the end of the file.');
  await expect(file('app.ts')).not.toContainText('No newline');
  await page.setViewportSize({ width: 375, height: 800 });
  const height = () => line.evaluate((one) => one.getBoundingClientRect().height);
  expect(await height()).toBeLessThan(400);
  await line.getByRole('button', { name: 'Show 1 long line' }).click();
  await expect.poll(height).toBeGreaterThan(600);
  await line.getByRole('button', { name: 'Fold 1 long line' }).click();
  await expect.poll(height).toBeLessThan(400);
  await rm(dir, { recursive: true, force: true });
});

test('of very many files the first are listed, and more on demand', async ({ page, client }) => {
  const dir = await mkdtemp(join(tmpdir(), 'spicerack-branch-'));
  const remote = await makeRemote(join(dir, 'many.git'));
  const files = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`f${i}.txt`, `${i}\n`]));
  await remote.from('main').commit('Start').branch('many').commit('Many', files).write();
  const { repo, jobId } = await client.repos.add({ url: remote.dir });
  await ended(client, jobId);
  await page.goto(`/repos/${repo.id}/branches?name=many`);
  const listed = page.getByRole('region', { name: 'Branch' }).locator('[data-file]');
  await expect(listed).toHaveCount(100);
  await page.getByRole('button', { name: 'Show 100 more' }).click();
  await expect(listed).toHaveCount(200);
  await page.getByRole('button', { name: 'Show 50 more' }).click();
  await expect(listed).toHaveCount(250);
  await expect(page.getByRole('button', { name: /^Show/ })).toHaveCount(0);
  await rm(dir, { recursive: true, force: true });
});
