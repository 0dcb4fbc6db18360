import { createSpicerack } from '@spicerack/client';
import { startServer } from '../support/server';
import { expect, firefox, test } from './pages/firefox';
import { addAndRegister, ended } from './pages/test';

/** Keys, and a server that goes away, in the other browser that people have. */

const TITLE = '[aria-label="Branch"] h2';
const DOCK = '[aria-label="What runs"]';
const row = (branch: string) => `[role=row][data-branch="${branch}"]`;
const LATER = { timeout: 30_000 };

test.describe('Firefox', () => {
  test.skip('missing' in firefox, 'There is no Firefox here.');

  test('keys alone go through the tree, open a branch with its commits and changes, and do what the palette does', async ({
    shop,
    client,
    server,
    open,
  }) => {
    test.setTimeout(120_000);
    const repoId = await addAndRegister(client, shop.url);
    const window = await open(`${server.url}/repos/${repoId}`);
    await window.treeHasFocus();
    await window.goTo('checkout/gift-cards');
    await window.press('Enter');
    await window.sees(TITLE, /checkout\/gift-cards/);
    await window.sees('[data-commit]', /pay with gift cards/);
    await window.sees('[data-file] .diff-code-insert', /\w/);
    await window.press('j');
    await window.seesNo(TITLE, /checkout\/gift-cards /);
    await window.press('k');
    await window.sees(TITLE, /checkout\/gift-cards/);
    await window.isNoWiderThan(375);
    await window.page.setViewport({ width: 1440, height: 900 });
    await window.press('Escape');
    await expect.poll(() => new URL(window.page.url()).pathname).toBe(`/repos/${repoId}`);
    await window.treeHasFocus();

    await window.press('?');
    await window.sees('[role=dialog]', /Keys/);
    await window.press('Escape');
    await window.seesNo('[role=dialog]', /Keys/);
    await window.treeHasFocus();
    await window.page.keyboard.down('Control');
    await window.press('k');
    await window.page.keyboard.up('Control');
    await expect
      .poll(() => window.page.evaluate(() => document.activeElement?.getAttribute('role')), LATER)
      .toBe('combobox');
    await window.page.keyboard.type('sync');
    await window.sees('[role=option]', /^Sync/m);
    await window.press('Enter');
    // Behind those that have added the repository and registered its branches.
    await window.sees('[data-job="3"][data-status=completed]', /Sync/);
  });

  test('what a Restack moved is told in two windows, and Undo puts it back', async ({ shop, client, server, open }) => {
    test.setTimeout(120_000);
    const repoId = await addAndRegister(client, shop.url);
    const window = await open(`${server.url}/repos/${repoId}`);
    const other = await open(`${server.url}/repos/${repoId}/activity`);
    await shop.teamGoesOn();
    await window.activate('main header button', /^Sync/m);
    await window.sees(row('checkout/cart-totals'), /will move/);
    await window.sees('main header', /Forecast: \d+ will move/);
    const before = await shop.remote.tips();
    await window.activate('main header button', /^Restack \d+/m);
    for (const each of [window, other]) await each.sees(DOCK, /\d+ moved/);
    await window.seesNo(row('checkout/cart-totals'), /will move/);
    expect(await shop.remote.tips()).not.toEqual(before);
    await window.activate(`${DOCK} button`, /^Undo/m);
    await expect.poll(() => shop.remote.tips(), LATER).toEqual(before);
    await window.sees(row('checkout/cart-totals'), /will move/);
    for (const each of [window, other]) await each.sees(DOCK, /Undo of #\d+/);
    await window.isNoWiderThan(375);
  });

  test('a window that is open while the server is killed and started again catches up by itself', async ({
    shop,
    open,
  }) => {
    test.setTimeout(120_000);
    const server = await startServer({ executor: 'inline' });
    try {
      const client = createSpicerack({ url: server.url });
      const repoId = await addAndRegister(client, shop.url);
      const window = await open(`${server.url}/repos/${repoId}`);
      await window.page.evaluate(() => document.body.setAttribute('data-same-document', ''));
      await server.kill9();
      await window.sees('body', /The server does not answer\. What you see is as of/);
      await window.sees(row('checkout/cart-totals'), /checkout\/cart-totals/);
      await server.restart();
      await window.sees('header', /live$/m);
      await window.seesNo('body', /The server does not answer\. What you see is as of/);
      await shop.teamGoesOn();
      await ended(client, (await client.jobs.run({ repoId, kind: 'sync_repo' })).jobId);
      await window.sees(row('checkout/cart-totals'), /will move/);
      expect(await window.page.$('[data-same-document]')).not.toBeNull();
    } finally {
      await server.dispose();
    }
  });
});
