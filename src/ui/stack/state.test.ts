import { describe, expect, it } from 'vitest';
import type { BranchRow } from '@/db/schema';
import type { BranchForecast, ForecastOutline } from '@/model/forecast';
import { branchRow, jobDetail, jobMove, jobResult } from '../testing/rows';
import { NO_NEWS, newsByBranch, standingOf } from './state';

const forecast = (outcome: 'clean' | 'conflict', files: string[] = []): BranchForecast => ({
  tip: '',
  parentTip: '',
  outcome,
  files,
});
const outline = (heldBack: ForecastOutline['heldBack']): ForecastOutline => ({
  engine: 'git',
  failure: null,
  moves: [],
  heldBack,
  dropped: [],
  warnings: [],
  registered: [],
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
    for (const [row, word] of cases) expect(standingOf(branchRow('b', row), NO_NEWS).word).toBe(word);
  });

  it('is held back while the newest job that wanted to move it left it', () => {
    const reason = { kind: 'protected', message: 'no' } as const;
    const held = jobDetail(2, { status: 'completed', result: jobResult({ heldBack: [{ branch: 'b', reason }] }) });
    const moved = jobDetail(3, { status: 'completed' }, { moves: [jobMove(1, { branch: 'b' })] });
    const row = branchRow('b', { needsRestack: true });
    expect(standingOf(row, newsByBranch([held], null).get('b') ?? NO_NEWS).word).toBe('held back');
    expect(standingOf(row, newsByBranch([moved, held], null).get('b') ?? NO_NEWS).word).toBe('needs restack');
  });

  it('is in work while a job on it runs, whatever else it is', () => {
    const jobs = newsByBranch(
      [jobDetail(2, { branch: 'b', status: 'running' }), jobDetail(1, { branch: 'b', status: 'error' })],
      null,
    );
    expect(standingOf(branchRow('b', { needsRestack: true }), jobs.get('b') ?? NO_NEWS).state).toBe('running');
  });

  it('would conflict where the whole Restack foresees it, though it is clean on its parent as that is', () => {
    const files = [{ path: 'a.ts', kinds: ['contents'], text: null }];
    const news = newsByBranch(
      [],
      outline([{ branch: 'b', reason: { kind: 'conflict', commit: '', subject: '', onto: 'a', files } }]),
    );
    const row = branchRow('b', { forecast: forecast('clean') });
    expect(standingOf(row, news.get('b') ?? NO_NEWS)).toMatchObject({ state: 'conflict', detail: 'a.ts' });
    expect(standingOf(row, NO_NEWS).state).toBe('in_place');
  });

  it('that stands on one that would conflict says what it waits for', () => {
    const news = newsByBranch([], outline([{ branch: 'c', reason: { kind: 'below', branch: 'b' } }]));
    const row = branchRow('c', { needsRestack: true, forecast: forecast('clean') });
    expect(standingOf(row, news.get('c') ?? NO_NEWS).detail).toBe('forecast: waits for b');
  });

  it('is in work once a running job has planned its move', () => {
    const planned = jobMove(1, { branch: 'b', state: 'planned' });
    const running = newsByBranch([jobDetail(2, { status: 'running' }, { moves: [planned] })], null);
    const ended = newsByBranch([jobDetail(2, { status: 'error' }, { moves: [planned] })], null);
    expect(standingOf(branchRow('b'), running.get('b') ?? NO_NEWS).state).toBe('running');
    expect(standingOf(branchRow('b'), ended.get('b') ?? NO_NEWS).state).toBe('in_place');
  });
});
