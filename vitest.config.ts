import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: {
      '@spicerack/client': here('./packages/client/src/index.ts'),
      '@inngest': here('./inngest'),
      '@': here('./src'),
    },
  },
  test: {
    include: [
      'src/**/*.test.ts',
      'inngest/**/*.test.ts',
      'scripts/**/*.test.ts',
      'e2e/**/*.test.ts',
      'bench/**/*.test.ts',
      'packages/**/*.test.ts',
    ],
    // Vitest would leave a core idle; a third of the time a test waits for a server or a clock.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    // What goes well is not said.
    env: { SPICERACK_LOG: 'text', SPICERACK_LOG_LEVEL: 'error' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
