import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RestackOutline } from '@/model/forecast';
import type { HeldBackReason } from '@/model/plan';
import { fuzzing } from '@/testing/fuzz';
import {
  branchCounts,
  branchStates,
  filterCounts,
  isHeldBack,
  movedNow,
  restackCounts,
  restackedBy,
  type StateBranch,
} from './branch-state';
import { Graph } from './graph';

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

  it('says of what has nothing in common with its parent that it is unrelated, and of what it stands on that it is there', () => {
    const rows = [row('low'), row('apart', 'low', { base: null }), row('on-apart', 'apart')];
    const there = { apart: { is: 'unrelated', parent: 'low' }, 'on-apart': { is: 'blocked', by: 'apart' } };
    expect(states(rows)).toMatchObject(there);
    const held: RestackOutline['heldBack'] = [{ branch: 'apart', reason: { kind: 'unrelated', parent: 'low' } }];
    expect(states(rows, outline([], held))).toMatchObject({ apart: there.apart });
    // What was said of it counts no more once it has a base.
    const mended = rows.map((each) => ({ ...each, base: 'base' }));
    expect(states(mended, outline([], held), true)).toMatchObject({ apart: { is: 'in_place' } });
    // Where the parent is gone as well, that comes first.
    expect(states([row('low', 'main', { gone: true }), ...rows.slice(1)])).toMatchObject({
      apart: { is: 'parent_gone', parent: 'low' },
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

describe('a job that runs', () => {
  it('is moving what it has planned and not yet pushed, and nothing else', () => {
    const move = (branch: string, state: string, after = 'new') => ({ branch, before: 'old', after, state });
    const moves = [move('a', 'planned'), move('b', 'pushed'), move('c', 'planned', 'old')];
    expect([...movedNow([{ job: { status: 'running' }, moves }])]).toEqual(['a']);
    expect([...movedNow([{ job: { status: 'error' }, moves }])]).toEqual([]);
    const rows = [row('a', 'main', { needsRestack: true }), row('old', 'main', { merged: true })];
    const found = branchStates({ rows, trunk: 'main', restack: null, moving: new Set(['a', 'old', 'nowhere']) });
    expect(Object.fromEntries(found)).toEqual({ a: { is: 'moving' }, old: { is: 'merged' } });
    expect(filterCounts(found).needs_restack).toBe(0);
  });
});

/** Stacks of up to 12 branches, each on the trunk, an earlier one, a missing one, or (parents in a circle) a later one. */
const stacks = fc
  .array(
    fc.record({
      parent: fc.integer({ min: -2, max: 12 }),
      kind: fc.constantFrom('tracked', 'tracked', 'tracked', 'merged', 'gone', 'untracked', 'kept'),
      behind: fc.boolean(),
      outcome: fc.constantFrom(null, 'clean' as const, 'conflict' as const, 'too_large' as const),
      plan: fc.constantFrom('moves', 'stays', 'conflict', 'below'),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((made) =>
    made.map(({ parent, kind, behind, outcome, plan }, i) => ({
      plan,
      row: row(`b${i}`, kind === 'untracked' ? null : parent < 0 ? (parent === -1 ? 'main' : 'lost') : `b${parent}`, {
        merged: kind === 'merged',
        gone: kind === 'gone',
        kept: kind === 'kept',
        needsRestack: behind,
        forecast: outcome && { outcome, files: [] },
      }),
    })),
  );

describe('over random stacks', () => {
  it('every branch has one state, and all numbers are sums of them', () => {
    fc.assert(
      fc.property(stacks, fc.constantFrom('none', 'fresh', 'stale'), (made, known) => {
        const rows = made.map((each) => each.row);
        const restack = known === 'none' ? null : { outline: outlineOf(made), stale: known === 'stale' };
        const found = branchStates({ rows, trunk: 'main', restack });
        expect([...found.keys()].sort()).toEqual(rows.map(({ name }) => name).sort());
        const is = [...found.values()].map((state) => state.is);
        const counts = filterCounts(found);
        expect(counts.needs_restack).toBe(is.filter((name) => name === 'will_move').length);
        expect(branchCounts(filterCounts(found))).toEqual({
          branches: counts.active,
          needRestack: counts.needs_restack,
          wouldConflict: counts.conflicts,
          heldBack: counts.held_back,
          untracked: counts.untracked,
        });
        const inPlace = is.filter((name) => name === 'in_place' || name === 'moving' || name === 'long_lived').length;
        const { needs_restack: moves, conflicts, held_back: heldBack, untracked, active } = counts;
        expect(moves + conflicts + heldBack + untracked + inPlace).toBe(active);
      }),
      fuzzing(100),
    );
  });

  it('an outline for the branches as they are is what they say', () => {
    fc.assert(
      fc.property(stacks, (made) => {
        const rows = made.map((each) => each.row);
        const planned = outlineOf(made);
        const counts = filterCounts(branchStates({ rows, trunk: 'main', restack: { outline: planned, stale: false } }));
        expect(counts.needs_restack).toBe(planned.moves.length);
        expect(counts.conflicts + counts.held_back).toBe(planned.heldBack.length);
      }),
      fuzzing(100),
    );
  });

  it('nothing is in place by the rows alone above what moves or is held back', () => {
    fc.assert(
      fc.property(stacks, (made) => {
        const rows = made.map((each) => each.row);
        const found = branchStates({ rows, trunk: 'main', restack: null });
        const graph = new Graph(rows, 'main');
        for (const { name, is } of [...found].map(([of, state]) => ({ name: of, ...state }))) {
          const below = found.get(graph.effectiveParent(name));
          if (is !== 'in_place' || !below || inACircle(graph, name)) continue;
          expect([name, isHeldBack(below) || below.is === 'will_move']).toEqual([name, false]);
        }
      }),
      fuzzing(100),
    );
  });
});

/** Rows that make no sense: a walk down comes to a branch that it was at before. */
function inACircle(graph: Graph, name: string): boolean {
  const met = new Set<string>();
  for (let at: string | null | undefined = name; at; at = graph.get(at)?.parent) {
    if (met.has(at)) return true;
    met.add(at);
  }
  return false;
}

/** An outline as a planner would make it of what is drawn: only tracked branches move or are held back. */
function outlineOf(made: Array<{ row: StateBranch; plan: string }>): RestackOutline {
  const open = made.filter(({ row: each }) => each.tracked && !each.merged && !each.gone && !each.kept);
  const named = (plan: string) => open.flatMap((each) => (each.plan === plan ? [each.row.name] : []));
  return outline(named('moves'), [
    ...named('conflict').map((branch) => ({ branch, reason: conflict })),
    ...named('below').map((branch) => ({ branch, reason: { kind: 'below' as const, branch: 'b0' } })),
  ]);
}

describe('a Restack of one branch', () => {
  const rows = [
    row('low', 'main', { needsRestack: true }),
    row('mid', 'low'),
    row('own', 'mid', { needsRestack: true }),
    row('top', 'own'),
    row('calm'),
    row('late', 'calm', { needsRestack: true }),
    row('clash', 'main', { needsRestack: true, forecast: { outcome: 'conflict', files: [] } }),
    row('on-clash', 'clash'),
  ];
  const found = branchStates({ rows, trunk: 'main', restack: null });

  it('moves it and what stands on it, and nothing that only goes along with what is below it', () => {
    expect(restackedBy('low', rows, found)).toEqual(['low', 'mid', 'own', 'top']);
    expect(restackedBy('mid', rows, found)).toEqual([]);
    // It has to move by itself too, but onto what the branch below it will be: alone it might conflict with what that is.
    expect(restackedBy('own', rows, found)).toEqual([]);
    expect(found.get('own')).toEqual({ is: 'will_move', with: 'low' });
    expect(restackedBy('calm', rows, found)).toEqual(['late']);
    expect(restackedBy('clash', rows, found)).toEqual([]);
  });

  it('has the number of just those', () => {
    const counts = restackCounts(rows, found);
    for (const { name } of rows)
      expect([name, counts.get(name)]).toEqual([name, restackedBy(name, rows, found).length]);
  });

  it('has it over random stacks too', () => {
    const branch = fc.record({ parent: fc.nat(9), needsRestack: fc.boolean(), clash: fc.nat(4), merged: fc.nat(6) });
    fc.assert(
      fc.property(fc.array(branch, { maxLength: 12 }), (made) => {
        const some = made.map(({ parent, needsRestack, clash, merged }, i) =>
          row(`b${i}`, i === 0 || parent >= i ? 'main' : `b${parent}`, {
            needsRestack,
            merged: merged === 0,
            forecast: clash === 0 ? { outcome: 'conflict', files: [] } : null,
          }),
        );
        const states = branchStates({ rows: some, trunk: 'main', restack: null });
        const counts = restackCounts(some, states);
        for (const { name } of some) expect(counts.get(name)).toBe(restackedBy(name, some, states).length);
        const onTrunk = some.filter(({ parent }) => parent === 'main');
        const all = onTrunk.reduce((sum, { name }) => sum + (counts.get(name) ?? 0), 0);
        expect(all).toBe(filterCounts(states).needs_restack);
      }),
      fuzzing(200),
    );
  });
});
