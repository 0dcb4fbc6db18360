import { expect, test } from 'vitest';
import { playwrightResults, sum, vitestResults } from './test-results';

const file = (status: string, ...tests: Array<[string, string]>) => ({
  status,
  assertionResults: tests.map(([fullName, status]) => ({ fullName, status })),
});

test('passed, failed and skipped tests are counted, skipped ones by name', () => {
  const report = { testResults: [file('failed', ['a', 'passed'], ['b', 'failed'], ['c', 'skipped'], ['d', 'todo'])] };
  expect(vitestResults(report, 1)).toEqual({ passed: 1, failed: 1, skipped: ['c', 'd'] });
});

test('a test file that could not be loaded counts as a failure', () => {
  expect(vitestResults({ testResults: [file('failed'), file('passed', ['a', 'passed'])] }, 1)).toEqual({
    passed: 1,
    failed: 1,
    skipped: [],
  });
});

test('a run that failed without a report is a failure', () => {
  expect(vitestResults(null, 1)).toEqual({ passed: 0, failed: 1, skipped: [] });
  expect(playwrightResults(null, 1)).toEqual({ passed: 0, failed: 1, skipped: [] });
});

test('browser tests are counted through nested suites, and a flaky one counts as failed', () => {
  const spec = (title: string, status: string) => ({ title, tests: [{ status }] });
  const report = {
    errors: [],
    suites: [
      {
        title: 'a.spec.ts',
        specs: [spec('one', 'expected')],
        suites: [{ title: 'inner', specs: [spec('two', 'flaky'), spec('three', 'skipped')] }],
      },
    ],
  };
  const results = playwrightResults(report, 0);
  expect(results).toEqual({ passed: 1, failed: 1, skipped: ['a.spec.ts inner three'] });
  expect(sum([results, results])).toEqual({ passed: 2, failed: 2, skipped: [...results.skipped, ...results.skipped] });
});
