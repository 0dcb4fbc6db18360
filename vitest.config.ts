import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
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

/** Where everything that is tested is a pure function. */
const PURE = [
  'src/{forge,mcp,model,ui}/**/*.test.ts',
  'src/{stack,git/clone}/*.test.ts',
  'packages/cli/src/**/*.test.ts',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId, project }: TestSpecification) => {
      const found = LONGEST.indexOf(moduleId);
      if (found >= 0) return found;
      // A worker stays for the next file only where that shares its modules, too: so they come one after the other.
      return project.config.isolate ? LONGEST.length : LONGEST.length + 1;
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
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: PURE,
          // So many small files that to load their imports for each anew took six times as long as the tests. What one
          // stubs it takes back after each test.
          isolate: false,
          unstubGlobals: true,
          unstubEnvs: true,
        },
      },
      {
        extends: true,
        test: {
          name: 'all else',
          include: ['{src,inngest,scripts,e2e,bench,packages}/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...PURE],
        },
      },
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
