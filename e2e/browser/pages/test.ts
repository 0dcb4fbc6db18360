import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSpicerack, type Spicerack } from '@spicerack/client';
import { buildDemoRemote, type DemoRemote, teamGoesOn } from '@/demo/demo-remote';
import { openRemote } from '@/demo/remote';
import type { TestServer } from '../../support/server';
import { test as base, expect, SERVE_WITHIN_MS, serve } from '../fixtures';
import { RepoPage } from './repo-page';

interface Shop extends DemoRemote {
  /** What one gives to Spicerack as its URL. */
  url: string;
}

/**
 * The suite's `test`: beside the server, a `shop` remote of its own for each test, and a client of the same server
 * for what is not the test's subject.
 */
export const test = base.extend<{ shop: Shop; client: Spicerack; shopPage: RepoPage }, { freshShop: string }>({
  /** The shop as its people left it, which every test gets a copy of. */
  freshShop: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
    async ({}, use) => {
      const dir = await mkdtemp(join(tmpdir(), 'spicerack-fresh-shop-'));
      await buildDemoRemote(join(dir, 'shop.git'));
      await use(join(dir, 'shop.git'));
      await rm(dir, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],
  shop: async ({ freshShop }, use) => {
    const dir = await mkdtemp(join(tmpdir(), 'spicerack-shop-'));
    const url = join(dir, 'shop.git');
    await cp(freshShop, url, { recursive: true });
    const remote = openRemote(url);
    await use({ remote, teamGoesOn: () => teamGoesOn(remote), url });
    await rm(dir, { recursive: true, force: true });
  },
  /** In every test the page keeps to the policy that it was sent with. */
  page: async ({ page }, use) => {
    const violations: string[] = [];
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) violations.push(message.text());
    });
    await use(page);
    expect(violations).toEqual([]);
  },
  client: async ({ server }, use) => use(createSpicerack({ url: server.url, requestedBy: 'test' })),
  /** The shop's page, with every branch registered, as its people left it. */
  shopPage: async ({ page, shop, client }, use) => {
    const repoId = await addAndRegister(client, shop.url);
    const repoPage = new RepoPage(page);
    await repoPage.goto(repoId);
    await use(repoPage);
  },
});

/** The same on a server of the test's own, which it may end or find empty: the page and the client are that one's. */
export const testOwnServer = test.extend<{ ownServer: TestServer }>({
  ownServer: [serve, { timeout: SERVE_WITHIN_MS }],
  baseURL: async ({ ownServer }, use) => use(ownServer.url),
  client: async ({ ownServer }, use) => use(createSpicerack({ url: ownServer.url, requestedBy: 'test' })),
});

export { expect };

/** Adds a repo, waits for its first sync, and registers every suggested stack. Returns its id. */
export async function addAndRegister(client: Spicerack, url: string): Promise<string> {
  const { repo, jobId } = await client.repos.add({ url });
  await ended(client, jobId);
  const { jobId: registering } = await client.jobs.run({
    repoId: repo.id,
    kind: 'register_existing_branch',
    suggested: true,
  });
  await ended(client, registering);
  return repo.id;
}

/** Waits until a job has completed; fails with its message when it ends otherwise. */
export async function ended(client: Spicerack, jobId: string): Promise<void> {
  const { job } = await client.waitForJob(jobId);
  expect(`${job.status} ${job.errorCode ?? ''}`.trim(), job.message).toBe('completed');
}
