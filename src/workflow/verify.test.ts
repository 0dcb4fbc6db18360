import { describe, expect, it } from 'vitest';
import type { HistoryCommit } from '@/stack/commit-graph';
import { History } from '@/stack/history';
import type { PlannedMove } from './commit-moves';
import { discrepancies, leftBehind } from './verify';

/** Commits written `id parent parent…`, newest first. */
const history = (...lines: string[]) =>
  new History(
    lines.map((line): HistoryCommit => {
      const [id = '', ...parents] = line.split(' ');
      return { id, parents };
    }),
  );

/** `a` with two commits was replayed from m1 onto m2. */
const GRAPH = history('b2', 'A2 A1', 'A1 m2', 'a2 a1', 'a1 m1', 'm2 m1', 'm1');
const MOVE: PlannedMove = {
  branch: 'a',
  before: 'a2',
  after: 'A2',
  parentBefore: 'main',
  parentAfter: 'main',
  baseBefore: 'm1',
  baseAfter: 'm2',
  rewritten: [
    { from: 'a1', to: 'A1' },
    { from: 'a2', to: 'A2' },
  ],
};
const NOTHING = { dropped: [], warnings: [] };
/** Trunk is at m2, and no other branch is there. */
const NOW = { trunkTip: 'm2', tips: new Map<string, string>(), landings: [] };

describe('a pushed move', () => {
  it('adds up when the branch stands on its parent and each old commit was rewritten', async () => {
    expect(await discrepancies([MOVE], NOTHING, GRAPH, NOW)).toEqual([]);
  });

  it('adds up when what is missing was reported as dropped, or was a merge that was flattened', async () => {
    const shorter = { ...MOVE, after: 'A1', rewritten: [{ from: 'a1', to: 'A1' }] };
    const dropped = [{ branch: 'a', commit: 'a2', subject: 'A2' }];
    expect(await discrepancies([shorter], { ...NOTHING, dropped }, GRAPH, NOW)).toEqual([]);
    const warnings = [{ branch: 'a', kind: 'merge_flattened' as const, commits: ['a2'], message: '' }];
    expect(await discrepancies([shorter], { ...NOTHING, warnings }, GRAPH, NOW)).toEqual([]);
  });

  it('is found out when a commit of the branch is gone without a word', async () => {
    const shorter = { ...MOVE, after: 'A1', rewritten: [{ from: 'a1', to: 'A1' }] };
    expect(await discrepancies([shorter], NOTHING, GRAPH, NOW)).toEqual([
      '1 commit of a cannot be accounted for: a2. Undo puts the branch back.',
    ]);
    const ofAnother = [{ branch: 'b', commit: 'a2', subject: 'A2' }];
    expect(await discrepancies([shorter], { ...NOTHING, dropped: ofAnother }, GRAPH, NOW)).toHaveLength(1);
  });

  it('is found out when a rewritten commit is not in what was pushed', async () => {
    expect(await discrepancies([{ ...MOVE, after: 'A1' }], NOTHING, GRAPH, NOW)).toEqual([
      '1 commit of a cannot be accounted for: a2. Undo puts the branch back.',
    ]);
  });

  it('is found out when the branch does not stand on its parent as that was pushed', async () => {
    const parent: PlannedMove = { ...MOVE, branch: 'p', before: 'm1', after: 'b2', baseBefore: 'm1', rewritten: [] };
    const child = { ...MOVE, parentAfter: 'p' };
    const found = await discrepancies([parent, child], NOTHING, GRAPH, NOW);
    expect(found).toContain('a does not stand on p as it was pushed (b2).');
  });

  it('is called unverified when its old commits are not there any more, with the others in one sentence', async () => {
    const lost = ['a', 'b', 'c', 'd'].map((branch) => ({ ...MOVE, branch, before: 'lost' }));
    expect(await discrepancies(lost, NOTHING, GRAPH, NOW)).toEqual([
      'a, b and 2 more could not be verified: the clone no longer has all commits from before the push.',
    ]);
  });
});

describe('a branch that the action covers and that is behind its parent afterwards', () => {
  const row = (name: string, parent: string, needsRestack: boolean) => ({
    ...{ name, parent, needsRestack, tip: 't', base: 'b' },
    ...{ tracked: true, merged: false, gone: false, suggestedParent: null },
  });
  const rows = [row('a', 'main', false), row('b', 'a', true), row('c', 'b', true), row('other', 'main', true)];
  const restackRepo = { kind: 'restack_repo' as const, branch: null, parent: null };

  it('is named, unless it is held back', () => {
    const held = [{ branch: 'c', reason: { kind: 'below' as const, branch: 'b' } }];
    expect(leftBehind(restackRepo, rows, 'main', held)).toEqual([
      'other lacks commits of main, which moved meanwhile, or other was left out: restack it again.',
      'b lacks commits of a, which moved meanwhile, or b was left out: restack it again.',
    ]);
  });

  it('is named of a selection too, and nobody beside it', () => {
    const selection = { kind: 'restack_subtree' as const, branch: null, branches: ['b'], parent: null };
    expect(leftBehind(selection, rows, 'main', [])).toEqual([
      'b lacks commits of a, which moved meanwhile, or b was left out: restack it again.',
      'c lacks commits of b, which moved meanwhile, or c was left out: restack it again.',
    ]);
    expect(leftBehind({ ...selection, branches: ['a'] }, [...rows.slice(0, 1), ...rows.slice(3)], 'main', [])).toEqual(
      [],
    );
  });

  it('is nobody whom the action does not cover', () => {
    expect(leftBehind({ kind: 'rebase_branch', branch: 'a', parent: null }, rows, 'main', [])).toEqual([]);
    expect(leftBehind({ ...restackRepo, kind: 'sync_repo' }, rows, 'main', [])).toEqual([]);
    expect(leftBehind({ ...restackRepo, kind: 'undo' }, rows, 'main', [])).toEqual([]);
  });
});
