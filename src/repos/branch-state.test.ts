import { describe, expect, it } from 'vitest';
import type { RestackOutline } from '@/model/forecast';
import type { HeldBackReason } from '@/model/plan';
import { branchStates, filterCounts, type StateBranch } from './branch-state';

const row = (name: string, parent: string | null = 'main', more: Partial<StateBranch> = {}): StateBranch => ({
  name,
  parent,
  tip: `tip of ${name}`,
  base: 'base',
  tracked: parent !== null,
  merged: false,
  gone: false,
  needsRestack: false,
  forecast: null,
  ...more,
});
const conflict: HeldBackReason = {
  kind: 'conflict',
  commit: 'c',
  subject: 's',
  onto: 'm',
  files: [{ path: 'a.ts', kinds: [], text: null }],
};
const outline = (moves: string[], heldBack: RestackOutline['heldBack'] = []): RestackOutline => ({
  failure: null,
  heldBack,
  moves: moves.map((branch) => ({ branch, from: `tip of ${branch}`, moves: true })),
});
const states = (rows: StateBranch[], restack: RestackOutline | null = null, stale = false) =>
  Object.fromEntries(branchStates({ rows, trunk: 'main', restack: restack && { outline: restack, stale } }));

describe('the state of a branch', () => {
  it('is never in place above one that will move, conflicts or has lost its parent', () => {
    const rows = [
      row('low', 'main', { needsRestack: true }),
      row('high', 'low'),
      row('clash', 'main', { needsRestack: true, forecast: { outcome: 'conflict', files: ['a.ts'] } }),
      row('on-clash', 'clash'),
      row('higher', 'on-clash'),
      row('lost', 'main', { gone: true }),
      row('orphan', 'lost'),
      row('on-orphan', 'orphan'),
      row('calm'),
    ];
    expect(states(rows)).toMatchObject({
      low: { is: 'will_move', with: null },
      high: { is: 'will_move', with: 'low' },
      clash: { is: 'conflict', files: ['a.ts'] },
      'on-clash': { is: 'blocked', by: 'clash' },
      higher: { is: 'blocked', by: 'clash' },
      orphan: { is: 'parent_gone', parent: 'lost' },
      'on-orphan': { is: 'blocked', by: 'orphan' },
      calm: { is: 'in_place' },
    });
  });

  it('follows the outline where that is for the branches as they are', () => {
    const rows = [row('a', 'main', { needsRestack: true }), row('b', 'a'), row('c', 'b')];
    const held = [
      { branch: 'b', reason: conflict },
      { branch: 'c', reason: { kind: 'below' as const, branch: 'b' } },
    ];
    const found = branchStates({ rows, trunk: 'main', restack: { outline: outline(['a'], held), stale: false } });
    expect(Object.fromEntries(found)).toEqual({
      a: { is: 'will_move', with: null },
      b: { is: 'conflict', files: ['a.ts'] },
      c: { is: 'blocked', by: 'b' },
    });
    expect(filterCounts(found)).toMatchObject({ all: 3, needs_restack: 1, conflicts: 1, held_back: 1 });
  });

  it('stays what it was while the outline is renewed, unless the branch itself has moved', () => {
    const rows = [row('a'), row('b', 'a'), row('c', 'main', { tip: 'another' })];
    const found = states(rows, outline(['a', 'c'], [{ branch: 'b', reason: conflict }]), true);
    expect(found).toMatchObject({ a: { is: 'will_move' }, b: { is: 'conflict' }, c: { is: 'in_place' } });
  });

  it('of what no Restack concerns says what it is', () => {
    const rows = [
      row('new', null),
      row('old', 'main', { merged: true }),
      row('away', 'main', { gone: true }),
      row('production', 'main', { kept: true, needsRestack: true }),
    ];
    expect(states(rows)).toEqual({
      new: { is: 'untracked' },
      old: { is: 'merged' },
      away: { is: 'gone' },
      production: { is: 'long_lived' },
    });
  });

  it('of what stands on a merged branch goes by what that stood on', () => {
    const rows = [
      row('done', 'main', { merged: true }),
      row('next', 'done', { needsRestack: true }),
      row('last', 'next'),
    ];
    expect(states(rows)).toMatchObject({
      next: { is: 'will_move', with: null },
      last: { is: 'will_move', with: 'next' },
    });
  });
});
