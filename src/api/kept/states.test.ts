import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RestackForecast } from '@/model/forecast';
import { branchStates, filterCounts } from '@/repos/branch-state';
import { type NeedBranch, needsIn, needsOf, needsTogether } from '@/repos/needs';
import { fuzzing } from '@/testing/fuzz';
import type { Kept } from './rows';
import { statesAt } from './states';

const NAMES = ['main', ...'abcd', 'e/f', 'e/g', 'e/h', 'k/l/m', 'k/l/n', 'k/o'];

const anyRow = fc
  .record({
    name: fc.constantFrom(...NAMES.slice(1)),
    parent: fc.option(fc.constantFrom(...NAMES, 'nowhere')),
    tracked: fc.boolean(),
    merged: fc.boolean(),
    gone: fc.boolean(),
    kept: fc.option(fc.boolean()),
    needsRestack: fc.boolean(),
    tip: fc.constantFrom('1', '2'),
    base: fc.option(fc.constant('0')),
    conflicts: fc.boolean(),
    suggestedParent: fc.option(fc.constant('main')),
    review: fc.option(fc.constantFrom('approved', 'changes_requested')),
  })
  .map(
    ({ conflicts, ...row }): NeedBranch => ({
      ...row,
      ...{ prNumber: 1, prState: 'open', prUrl: 'https://forge/1', ci: null },
      keptReason: null,
      forecast: conflicts ? { outcome: 'conflict', files: ['f'] } : null,
    }),
  );

const anyRestack = fc.option(
  fc
    .record({
      stale: fc.boolean(),
      moves: fc.uniqueArray(fc.constantFrom(...NAMES.slice(1)), { maxLength: 4 }),
      below: fc.uniqueArray(fc.tuple(fc.constantFrom(...NAMES.slice(1)), fc.constantFrom(...NAMES.slice(1))), {
        selector: ([branch]) => branch,
        maxLength: 3,
      }),
    })
    .map(
      ({ stale, moves, below }): RestackForecast => ({
        id: 1,
        tipsKey: '',
        // One outline has one of these.
        computedAt: JSON.stringify([moves, below]),
        stale,
        outline: {
          failure: null,
          moves: moves.map((branch) => ({ branch, from: '1', moves: true })),
          heldBack: below.map(([branch, by]) => ({ branch, reason: { kind: 'below', branch: by } })),
        },
      }),
    ),
);

const anyChange = fc.record({
  put: fc.array(anyRow, { maxLength: 3 }),
  remove: fc.array(fc.constantFrom(...NAMES), { maxLength: 1 }),
  // Most often only the rows change.
  given: fc.option(fc.record({ restack: anyRestack, trunk: fc.constantFrom('main', 'a', null) }), { freq: 1 }),
  moving: fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength: 2 }),
});

it('says of every branch what is said of all together, whatever has changed since the last time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyChange, { minLength: 1, maxLength: 12 }), async (changes) => {
      const kept: Kept = { at: { seq: 0, rows: [] } };
      let rows: readonly NeedBranch[] = [];
      let restack: RestackForecast | null = null;
      let trunk: string | null = 'main';
      for (const { put, remove, given, moving } of changes) {
        if (given) ({ restack, trunk } = given);
        const newest = new Map(rows.map((row) => [row.name, row]));
        for (const row of put) newest.set(row.name, row);
        for (const name of remove) newest.delete(name);
        if (put.length + remove.length > 0) rows = [...newest.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
        const states = await statesAt(kept, { rows }, { trunk, restack }, new Set(moving));
        const all = branchStates({ rows, trunk, restack, moving: new Set(moving) });
        expect(states.counts).toEqual(filterCounts(all));
        const parts = states.parts.map((part) => needsIn(part.rows, trunk, part.states));
        expect(needsTogether(parts)).toEqual(needsOf(rows, trunk, all));
        for (const name of NAMES) expect([name, states.of(name)]).toEqual([name, all.get(name)]);
      }
    }),
    fuzzing(300),
  );
});

it('goes through what a forecast says once, however many stacks there are', async () => {
  const names = Array.from({ length: 200 }, (_, i) => `alone-${i}`);
  const [row] = fc.sample(anyRow, 1);
  if (!row) throw new Error('no row');
  const rows = names.map((name) => ({
    ...row,
    name,
    parent: 'main',
    tip: '1',
    tracked: true,
    merged: false,
    gone: false,
  }));
  const moves = names.map((branch) => ({ branch, from: '1', moves: true }));
  let read = 0;
  const outline: RestackForecast['outline'] = {
    failure: null,
    heldBack: [],
    get moves() {
      read += 1;
      return moves;
    },
  };
  const restack = { id: 1, tipsKey: '', computedAt: 'now', stale: false, outline };
  const states = await statesAt({ at: { seq: 0, rows: [] } }, { rows }, { trunk: 'main', restack }, new Set());
  expect(states.parts).toHaveLength(200);
  expect(read).toBe(1);
});
