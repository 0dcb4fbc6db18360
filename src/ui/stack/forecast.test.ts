import { TRPCClientError } from '@trpc/client';
import { describe, expect, it } from 'vitest';
import type { FeedEvent, ForecastView } from '@/feed/events';
import type { ForecastOutline } from '@/model/forecast';
import { commitWords } from './commit-words';
import { foreseenOf, mergeForecast } from './forecast';
import { outlineWords } from './outline-words';

const outline = (more: Partial<ForecastOutline>): ForecastOutline => ({
  engine: 'git',
  failure: null,
  moves: [],
  heldBack: [],
  dropped: [],
  warnings: [],
  registered: [],
  ...more,
});
const move = (branch: string, moves = true) => ({
  branch,
  from: 'a',
  parentBefore: 'main',
  onto: 'main',
  moves,
  commits: 1,
  tree: null,
});
const conflict = (branch: string, path: string): ForecastOutline['heldBack'][number] => ({
  branch,
  reason: {
    kind: 'conflict',
    commit: 'c',
    subject: '',
    onto: 'main',
    files: [{ path, kinds: ['contents'], text: null }],
  },
});

describe('a forecast in one line', () => {
  it('counts what would move, and names the files that would conflict', () => {
    const heldBack = [conflict('c', 'src/cache.ts'), { branch: 'd', reason: { kind: 'below' as const, branch: 'c' } }];
    expect(outlineWords(outline({ moves: [move('a'), move('b')], heldBack }), 'clean')).toBe(
      '2 clean, 1 would conflict: src/cache.ts, 1 held back',
    );
  });

  it('says that nothing would move', () => {
    expect(outlineWords(outline({}), 'would move')).toBe('nothing would move');
    expect(outlineWords(outline({ moves: [move('a', false)] }), 'would move')).toBe('no commit would change');
  });

  it('says why the job would end with an error', () => {
    const failure = { code: 'CONFLICT' as const, message: 'a conflicts.', hint: '' };
    expect(outlineWords(outline({ failure, heldBack: [conflict('a', 'x.ts')] }), 'clean')).toBe(
      '1 would conflict: x.ts, so nothing would move',
    );
    const missing = { code: 'ENGINE_MISSING' as const, message: 'There is no git-spice.', hint: '' };
    expect(outlineWords(outline({ failure: missing }), 'clean')).toBe('There is no git-spice.');
  });
});

describe('the commits that change their branch', () => {
  const left = (branch: string, commit: string, on: string | null, replacedBy: string | null = null) => ({
    ...{ branch, commit, subject: `Do ${commit}`, on, replacedBy },
  });

  it('are told once each, with the branches that they leave and where they are then', () => {
    const gone = [left('b', '1', null), left('c', '1', null), left('b', '2', 'a'), left('b', '3', null, '4')];
    const adopted = [{ branch: 'b', commit: '5', subject: 'Do 5' }];
    expect(commitWords(outline({ left: gone, adopted }))).toEqual([
      { commit: '1', isLost: true, words: 'Do 1 leaves b and c: no branch has it then' },
      { commit: '2', isLost: false, words: 'Do 2 leaves b: a has it' },
      { commit: '5', isLost: false, words: 'Do 5 becomes a commit of b itself' },
    ]);
    expect(outlineWords(outline({ moves: [move('b'), move('c')], left: gone, adopted }), 'would move')).toBe(
      '2 would move, 1 commit would be on no branch any more',
    );
  });

  it('are none where nothing leaves', () => {
    expect(commitWords(outline({}))).toEqual([]);
    expect(outlineWords(outline({ moves: [move('b')], left: [left('b', '2', 'a')] }), 'clean')).toBe('1 clean');
  });
});

const forecast: ForecastView = {
  id: 7,
  repoId: 'repo',
  kind: 'restack_repo',
  branch: null,
  parent: null,
  suggested: false,
  stale: false,
  status: 'pending',
  outline: null,
  message: '',
  createdAt: '',
  askedAt: '',
  computedAt: null,
} as ForecastView;
const loaded = { forecast, cursor: 1 };

describe('the feed', () => {
  const event = (change: object): FeedEvent => ({ seq: 2, at: '', repoId: 'repo', ...change }) as FeedEvent;

  it('brings what was pending, and leaves other forecasts alone', () => {
    const ready: ForecastView = { ...forecast, status: 'ready', outline: outline({}) };
    expect(mergeForecast(loaded, [event({ type: 'forecasts', op: 'upsert', row: ready })]).forecast).toBe(ready);
    const other = event({ type: 'forecasts', op: 'upsert', row: { ...ready, id: 8 } });
    expect(mergeForecast(loaded, [other])).toBe(loaded);
  });

  it('takes away what was for branches as they were', () => {
    const gone = event({ type: 'forecasts', op: 'delete', row: { repoId: 'repo', id: 7 } });
    expect(mergeForecast(loaded, [gone]).forecast.stale).toBe(true);
  });
});

describe('a forecast that nobody answers for', () => {
  const asked = { error: null, failureReason: null };
  const failed = { error: null, failureReason: new TRPCClientError('fetch failed') };
  const silence = { state: 'refused', words: expect.stringContaining('The server does not answer') };

  it('says so while it is asked for again, and is only waited for before that', () => {
    expect(foreseenOf(asked, 'clean')).toEqual({ state: 'pending', words: 'forecast…' });
    expect(foreseenOf(failed, 'clean')).toEqual(silence);
  });

  it('says so where there was one for branches as they were', () => {
    const stale = { ...loaded, forecast: { ...forecast, stale: true } };
    expect(foreseenOf({ ...asked, data: stale }, 'clean')).toMatchObject({ state: 'pending' });
    expect(foreseenOf({ ...failed, data: stale }, 'clean')).toEqual(silence);
  });
});
