import { availableParallelism } from 'node:os';
import { defineConfig } from '@playwright/test';
import { BROWSER_ARGS, findBrowser } from './scripts/browser';

const browser = await findBrowser();

export default defineConfig({
  testDir: 'e2e/browser',
  projects: [
    { name: 'tests', testMatch: '**/*.spec.ts', testIgnore: '**/pictures.spec.ts' },
    { name: 'pictures', testMatch: '**/pictures.spec.ts' },
  ],
  outputDir: 'test-results/e2e',
  // Files run beside each other, each worker on a server of its own: tests mostly wait.
  workers: availableParallelism() + 1,
  timeout: 60_000,
  reporter: process.env.CI ? 'list' : 'line',
  use: {
    launchOptions: {
      args: BROWSER_ARGS,
      ...('program' in browser ? { executablePath: browser.program } : {}),
    },
  },
});
