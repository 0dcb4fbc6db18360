import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * The files that take longest, the longest first. Vitest starts large files first, and these are small: the last of
 * them would run when all others have ended. `npm test` names the slowest at its end.
 */
const LONGEST = [
  'src/api/landing-ways.test.ts',
  'e2e/server/workflow-inngest.test.ts',
  'e2e/faults/faults.test.ts',
  'e2e/server/workflow-inline.test.ts',
  'src/api/landings.test.ts',
  'e2e/landing/landing.test.ts',
  'e2e/cli/cli.test.ts',
].map(here);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = LONGEST.indexOf(moduleId);
      return found < 0 ? LONGEST.length : found;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

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
    // Half of the time a test waits for git, a server or a clock.
    maxWorkers: availableParallelism() * 2,
    sequence: { sequencer: LongestFirst },
    // What goes well is not said.
    env: { SPICERACK_LOG: 'text', SPICERACK_LOG_LEVEL: 'error' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
