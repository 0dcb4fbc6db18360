import { expect, it } from 'vitest';
import { jobRow } from '../testing/rows';
import { type Looked, noticesOf } from './notices';

const times = { createdAt: '2026-01-01T00:00:00.000Z', finishedAt: '2026-01-01T00:00:12.000Z' };
const looked = (status: 'running' | 'completed', row = {}, conflicts: Array<[string, string]> = []): Looked => ({
  jobs: [
    { job: jobRow(7, { kind: 'restack_repo', requestedBy: 'Mara', status, ...times, ...row }), steps: [], moves: [] },
  ],
  conflicts: new Map(conflicts),
});
const mara = { author: 'Mara', asks: 'Mara' };

it('tells of an own job that took long, once', () => {
  expect(noticesOf(looked('running'), looked('completed'), mara)).toEqual([expect.stringMatching(/^#7 Restack all: /)]);
  expect(noticesOf(looked('completed'), looked('completed'), mara)).toEqual([]);
});

it('tells nothing of others’ jobs, nor of what one has waited for', () => {
  expect(noticesOf(looked('running'), looked('completed', { requestedBy: 'Jonas' }), mara)).toEqual([]);
  const quick = { finishedAt: '2026-01-01T00:00:02.000Z' };
  expect(noticesOf(looked('running'), looked('completed', quick), mara)).toEqual([]);
});

it('tells of an own branch that conflicts since, and of no other', () => {
  const now = looked('running', {}, [
    ['a', 'Mara'],
    ['b', 'Jonas'],
    ['c', 'Mara'],
  ]);
  expect(noticesOf(looked('running', {}, [['c', 'Mara']]), now, mara)).toEqual(['a conflicts now']);
  expect(noticesOf(looked('running'), now, { author: null, asks: 'dashboard' })).toEqual([]);
});
