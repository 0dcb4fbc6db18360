import { z } from 'zod';

export interface Results {
  passed: number;
  /** Each with its full name, or what stands for one that has none. */
  failed: string[];
  /** Full names. */
  skipped: string[];
  /** Every test that ran, with how long it took. */
  times: TestTime[];
}

export interface TestTime {
  name: string;
  ms: number;
}

const VitestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string(), duration: z.number().nullish() })),
    }),
  ),
});

/**
 * Reads vitest's JSON report. A file that could not be loaded has no tests and counts as one failure; so does
 * a run that ended badly without any.
 */
export function vitestResults(report: unknown, exitCode: number): Results {
  const files = VitestReport.safeParse(report).data?.testResults ?? [];
  const tests = files.flatMap((file) => file.assertionResults);
  const passed = tests.filter((test) => test.status === 'passed').length;
  const failed = files.flatMap((file) => {
    const names = file.assertionResults.flatMap((test) => (test.status === 'failed' ? [test.fullName] : []));
    return file.status === 'failed' && names.length === 0 ? [`${file.name}: the file itself`] : names;
  });
  const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed');
  const times = tests.map((test) => ({ name: test.fullName, ms: test.duration ?? 0 }));
  return honest({ passed, failed, skipped: skipped.map((test) => test.fullName), times }, exitCode, 'vitest');
}

const Suite = z.object({
  title: z.string(),
  specs: z.array(
    z.object({
      title: z.string(),
      tests: z.array(z.object({ status: z.string(), results: z.array(z.object({ duration: z.number() })) })),
    }),
  ),
  get suites() {
    return z.array(Suite).optional();
  },
});
const PlaywrightReport = z.object({
  suites: z.array(Suite),
  errors: z.array(z.object({ message: z.string().optional() })),
});

/** Reads Playwright's JSON report. A flaky test counts as failed. */
export function playwrightResults(report: unknown, exitCode: number): Results {
  const { suites, errors } = PlaywrightReport.safeParse(report).data ?? { suites: [], errors: [] };
  const tests = suites.flatMap((suite) => testsOf(suite, []));
  const named = (...statuses: string[]) =>
    tests.flatMap(({ name, status }) => (statuses.includes(status) ? [name] : []));
  return honest(
    {
      passed: named('expected').length,
      failed: [...named('unexpected', 'flaky'), ...errors.map(({ message }) => message ?? 'Playwright itself')],
      skipped: named('skipped'),
      times: tests.map(({ name, ms }) => ({ name, ms })),
    },
    exitCode,
    'Playwright',
  );
}

function testsOf(suite: z.infer<typeof Suite>, above: string[]): Array<TestTime & { status: string }> {
  const path = [...above, suite.title];
  return [
    ...suite.specs.flatMap((spec) =>
      spec.tests.map((test) => ({
        name: [...path, spec.title].join(' '),
        status: test.status,
        ms: test.results.reduce((total, { duration }) => total + duration, 0),
      })),
    ),
    ...(suite.suites ?? []).flatMap((inner) => testsOf(inner, path)),
  ];
}

/** A run that says it failed has a failure, whatever its report holds. */
function honest(results: Results, exitCode: number, runner: string): Results {
  return exitCode !== 0 && results.failed.length === 0
    ? { ...results, failed: [`${runner} ended with ${exitCode}`] }
    : results;
}

export function sum(all: Results[]): Results {
  return {
    passed: all.reduce((total, results) => total + results.passed, 0),
    failed: all.flatMap((results) => results.failed),
    skipped: all.flatMap((results) => results.skipped),
    times: all.flatMap((results) => results.times),
  };
}

/** The tests that took longest, the slowest first. */
export function slowest({ times }: Results, count: number): TestTime[] {
  return [...times].sort((a, b) => b.ms - a.ms).slice(0, count);
}
