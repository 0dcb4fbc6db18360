import { test as base } from '@playwright/test';
import { startServer, type TestServer } from '../support/server';

/** Gives a server to one fixture, and takes it away after it; it may have to be built first, so that takes long. */
// biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
export async function serve({}, use: (server: TestServer) => Promise<void>): Promise<void> {
  const server = await startServer({ executor: 'inline' });
  await use(server);
  await server.dispose();
}
export const SERVE_WITHIN_MS = 300_000;

/** Playwright's `test` with a Spicerack server for each worker; `page.goto('/')` opens its dashboard. */
export const test = base.extend<object, { server: TestServer }>({
  server: [serve, { scope: 'worker', timeout: SERVE_WITHIN_MS }],
  baseURL: async ({ server }, use) => use(server.url),
});

export { expect } from '@playwright/test';
