import { test as base } from '@playwright/test';
import { startServer, type TestServer } from '../support/server';

/** Playwright's `test` with a Spicerack server for each worker; `page.goto('/')` opens its dashboard. */
export const test = base.extend<object, { server: TestServer }>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
    async ({}, use) => {
      const server = await startServer({ executor: 'inline' });
      await use(server);
      await server.dispose();
    },
    { scope: 'worker', timeout: 300_000 },
  ],
  baseURL: async ({ server }, use) => use(server.url),
});

export { expect } from '@playwright/test';
