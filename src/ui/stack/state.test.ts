import { describe, expect, it } from 'vitest';
import type { BranchForecast, BranchRow, JobMoveRow } from '@/db/schema';
import { branchRow, jobDetail, jobResult } from '../testing/rows';
import { jobsByBranch, standingOf } from './state';

const nothing = { own: null, heldBack: null };
const forecast = (outcome: 'clean' | 'conflict', files: string[] = []): BranchForecast => ({
  tip: '',
  parentTip: '',
  outcome,
  files,
});
const pushed = (branch: string): JobMoveRow => ({
  id: 1,
  jobId: '',
  branch,
  before: 'a',
  after: 'b',
  parentBefore: null,
  parentAfter: null,
  baseBefore: null,
  baseAfter: null,
  rewritten: [],
  state: 'pushed',
});

describe('a branch', () => {
  it('says in a word how it stands', () => {
    const cases: Array<[Partial<BranchRow>, string]> = [
      [{}, 'in place'],
      [{ needsRestack: true, forecast: forecast('clean') }, 'needs restack'],
      [{ needsRestack: true, forecast: forecast('conflict', ['a.ts']) }, 'would conflict'],
      [{ merged: true }, 'merged'],
      [{ gone: true }, 'gone'],
      [{ tracked: false, parent: null }, 'untracked'],
    ];
    for (const [row, word] of cases) expect(standingOf(branchRow('b', row), nothing).word).toBe(word);
  });

  it('is held back while the newest job that wanted to move it left it', () => {
    const reason = { kind: 'protected', message: 'no' } as const;
    const held = jobDetail(2, { status: 'completed', result: jobResult({ heldBack: [{ branch: 'b', reason }] }) });
    const moved = jobDetail(3, { status: 'completed' }, { moves: [pushed('b')] });
    const row = branchRow('b', { needsRestack: true });
    expect(standingOf(row, jobsByBranch([held]).get('b') ?? nothing).word).toBe('held back');
    expect(standingOf(row, jobsByBranch([moved, held]).get('b') ?? nothing).word).toBe('needs restack');
  });

  it('is in work while a job on it runs, whatever else it is', () => {
    const jobs = jobsByBranch([
      jobDetail(2, { branch: 'b', status: 'running' }),
      jobDetail(1, { branch: 'b', status: 'error' }),
    ]);
    expect(standingOf(branchRow('b', { needsRestack: true }), jobs.get('b') ?? nothing).state).toBe('running');
  });
});
