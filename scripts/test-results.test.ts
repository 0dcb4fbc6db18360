import { expect, test } from 'vitest';
import { playwrightResults, slowest, sum, vitestResults } from './test-results';

const file = (status: string, ...tests: Array<[string, string, number?]>) => ({
  name: 'some.test.ts',
  status,
  assertionResults: tests.map(([fullName, status, duration]) => ({ fullName, status, duration })),
});

test('passed, failed and skipped tests are counted, failed and skipped ones by name', () => {
  const report = { testResults: [file('failed', ['a', 'passed'], ['b', 'failed'], ['c', 'skipped'], ['d', 'todo'])] };
  expect(vitestResults(report, 1)).toMatchObject({ passed: 1, failed: ['b'], skipped: ['c', 'd'] });
});

test('a test file that could not be loaded counts as a failure', () => {
  expect(vitestResults({ testResults: [file('failed'), file('passed', ['a', 'passed'])] }, 1)).toMatchObject({
    passed: 1,
    failed: ['some.test.ts: the file itself'],
    skipped: [],
  });
});

test('a run that failed without a report is a failure', () => {
  expect(vitestResults(null, 1)).toEqual({ passed: 0, failed: ['vitest ended with 1'], skipped: [], times: [] });
  expect(playwrightResults(null, 1)).toEqual({
    passed: 0,
    failed: ['Playwright ended with 1'],
    skipped: [],
    times: [],
  });
});

test('browser tests are counted through nested suites, and a flaky one counts as failed', () => {
  const spec = (title: string, status: string) => ({ title, tests: [{ status, results: [] }] });
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
  expect(results).toMatchObject({
    passed: 1,
    failed: ['a.spec.ts inner two'],
    skipped: ['a.spec.ts inner three'],
  });
  expect(sum([results, results])).toMatchObject({
    passed: 2,
    failed: [...results.failed, ...results.failed],
    skipped: [...results.skipped, ...results.skipped],
  });
});

test('the slowest tests are told over both runners, a retried one with all its tries', () => {
  const unit = vitestResults({ testResults: [file('passed', ['quick', 'passed', 5], ['slow', 'passed', 70])] }, 0);
  const spec = { title: 'retried', tests: [{ status: 'flaky', results: [{ duration: 30 }, { duration: 31 }] }] };
  const browser = playwrightResults({ errors: [], suites: [{ title: 'a.spec.ts', specs: [spec] }] }, 1);
  expect(slowest(sum([unit, browser]), 2)).toEqual([
    { name: 'slow', ms: 70 },
    { name: 'a.spec.ts retried', ms: 61 },
  ]);
});
