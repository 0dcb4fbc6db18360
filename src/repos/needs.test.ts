import { expect, it } from 'vitest';
import { branchStates } from './branch-state';
import { type NeedBranch, needsOf } from './needs';

const row = (name: string, parent: string | null = 'main', more: Partial<NeedBranch> = {}): NeedBranch => ({
  name,
  parent,
  tip: `tip of ${name}`,
  base: 'base',
  tracked: parent !== null,
  merged: false,
  gone: false,
  needsRestack: false,
  forecast: null,
  suggestedParent: null,
  prNumber: null,
  prState: null,
  prUrl: null,
  review: null,
  ci: null,
  ...more,
});
const needs = (rows: NeedBranch[]) =>
  needsOf(rows, 'main', branchStates({ rows, trunk: 'main', restack: null })).map(({ version: _, ...need }) => need);

it('a repo wants what its branches’ states want, a stack as one', () => {
  const open = { prState: 'open', prNumber: 7, prUrl: 'https://forge/7' } as const;
  const rows = [
    row('billing/a', 'main', { needsRestack: true }),
    row('billing/b', 'billing/a', { ...open, ci: 'success', review: 'approved' }),
    row('clash', 'main', { needsRestack: true, forecast: { outcome: 'conflict', files: ['x.ts'] } }),
    row('on-clash', 'clash'),
    row('higher', 'on-clash'),
    row('hotfix'),
    row('wip', 'hotfix', { gone: true }),
    row('orphan', 'wip'),
    row('apart', 'main', { base: null }),
    row('new', null, { suggestedParent: 'main' }),
    row('red', 'main', { ...open, ci: 'failure' }),
    row('wanted', 'main', { ...open, prState: 'draft', review: 'changes_requested' }),
    row('fine', 'main', { ...open, ci: 'success', review: 'approved' }),
    row('closed', 'main', { ...open, prState: 'closed', ci: 'failure' }),
  ];
  const url = 'https://forge/7';
  expect(needs(rows)).toEqual([
    { kind: 'conflict', branch: 'clash', onto: 'main', files: ['x.ts'], blocks: 2 },
    { kind: 'parent_gone', branch: 'orphan', parent: 'wip', onto: 'hotfix' },
    { kind: 'unrelated', branch: 'apart', parent: 'main' },
    {
      ...{ kind: 'restack', branch: 'billing/a', name: 'billing', branches: 2, moves: 2, heldBack: 0, conflicts: 0 },
      cost: { branches: 2, approvals: 1, runs: 1 },
    },
    { kind: 'register', branches: 1 },
    { kind: 'review', branch: 'red', number: 7, url, changesRequested: false, failed: true },
    { kind: 'review', branch: 'wanted', number: 7, url, changesRequested: true, failed: false },
  ]);
});

it('where all is in place it wants nothing', () => {
  expect(needs([row('a'), row('b', 'a'), row('old', 'main', { merged: true }), row('draft', null)])).toEqual([]);
});

it('a need that has changed has another version, and one that has not has the same', () => {
  const version = (tip: string) => {
    const rows = [row('a', 'main', { needsRestack: true, tip })];
    return needsOf(rows, 'main', branchStates({ rows, trunk: 'main', restack: null }))[0]?.version;
  };
  expect(version('1')).toBe(version('1'));
  expect(version('1')).not.toBe(version('2'));
});

it('a branch that is too large to be compared is wanted, also where it is all there is', () => {
  const rows = [row('a', 'main', { needsRestack: true, forecast: { outcome: 'too_large', files: [] } }), row('b', 'a')];
  expect(needs(rows)).toEqual([{ kind: 'too_large', branch: 'a', blocks: 1 }]);
});

it('a stack tells the commits that no branch has once it has moved, each once, and is another need with them', () => {
  const rows = [row('a', 'main', { needsRestack: true }), row('b', 'a')];
  const moves = rows.map(({ name, tip }) => ({ branch: name, from: tip, moves: true }));
  const left = (...of: Array<[branch: string, commit: string, on: string | null, replacedBy: string | null]>) =>
    of.map(([branch, commit, on, replacedBy]) => ({ branch, commit, subject: '', on, replacedBy }));
  const of = (outline: { left?: ReturnType<typeof left> }) => {
    const restack = { outline: { failure: null, heldBack: [], moves, ...outline }, stale: false };
    const [need] = needsOf(rows, 'main', branchStates({ rows, trunk: 'main', restack }));
    return need?.kind === 'restack' ? need : null;
  };
  const none = of({ left: [] });
  expect(none).toMatchObject({ cost: { branches: 2 } });
  expect(none?.cost).not.toHaveProperty('lost');
  const lost = of({ left: left(['a', '1', null, null], ['b', '1', null, null], ['b', '2', null, null]) });
  expect(lost?.cost).toMatchObject({ lost: 2 });
  expect(lost?.version).not.toBe(none?.version);
  // One that another branch has, or that its author has rewritten, is not lost.
  expect(of({ left: left(['a', '1', 'c', null], ['a', '2', null, '3']) })?.cost).not.toHaveProperty('lost');
});
