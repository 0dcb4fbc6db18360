import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { branchRow } from '../testing/rows';
import { keepRows, layoutStack } from './layout';

/** Name → parent, as a picture: one line a row, its lane as indentation. */
function picture(parents: Record<string, string>): string[] {
  const { rows } = layoutStack(Object.entries(parents).map(([name, parent]) => branchRow(name, { parent })));
  return rows.map((row) => `${'| '.repeat(row.lane)}${row.branch.name}`);
}

describe('the stack picture', () => {
  it('leaves its lane to the trunk: a single stack begins beside it, and stays in one', () => {
    expect(picture({ a: 'main', b: 'a', c: 'b' })).toEqual(['| a', '| b', '| c']);
  });

  it('gives the largest child its parent’s lane and puts it last', () => {
    expect(picture({ a: 'main', b: 'a', c: 'b', side: 'a', small: 'main' })).toEqual([
      '| small',
      '| a',
      '| | side',
      '| b',
      '| c',
    ]);
  });

  it('sets beside it what is untracked, and what is merged and carries nothing', () => {
    const { rows, beside } = layoutStack([
      branchRow('done', { merged: true }),
      branchRow('carrier', { merged: true }),
      branchRow('on-it', { parent: 'carrier' }),
      branchRow('stray', { tracked: false, parent: null }),
    ]);
    expect(rows.map((row) => row.branch.name)).toEqual(['carrier', 'on-it']);
    expect(beside.map((branch) => branch.name)).toEqual(['stray', 'done']);
  });

  it('shows every branch once, whatever the parents say: missing ones, circles and itself', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const tree = fc.dictionary(fc.constantFrom(...names), fc.constantFrom(...names, 'main', 'nowhere'));
    fc.assert(
      fc.property(tree, (parents) => {
        const { rows } = layoutStack(Object.entries(parents).map(([name, parent]) => branchRow(name, { parent })));
        expect(rows.map((row) => row.branch.name).sort()).toEqual(Object.keys(parents).sort());
      }),
    );
  });

  it('needs few lanes, and no line crosses another', () => {
    // Branch n stands on any earlier one, or on the trunk.
    const choices = fc.array(fc.nat(), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(choices, (picks) => {
        const branches = picks.map((pick, n) => {
          const parent = pick % (n + 1);
          return branchRow(`b${n}`, { parent: parent === n ? 'main' : `b${parent}` });
        });
        const { rows, lanes } = layoutStack(branches);
        expect(lanes).toBeLessThanOrEqual(3 + Math.log2(picks.length + 1));
        // The newest branch in each lane: a row hangs from the one of its parent's lane, so nothing lies between.
        const open = ['main'];
        for (const row of rows) {
          expect(row.lane - row.parentLane === 0 || row.lane - row.parentLane === 1).toBe(true);
          expect(open[row.parentLane]).toBe(row.branch.parent);
          open.length = row.lane;
          open[row.lane] = row.branch.name;
        }
      }),
    );
  });
});

it('rows that stand where they stood are the same objects, and others are not', () => {
  const [a, b, c] = [branchRow('a'), branchRow('b', { parent: 'a' }), branchRow('c')];
  const before = layoutStack([a, b, c]);
  const row = (rows: typeof before.rows, name: string) => rows.find(({ branch }) => branch.name === name);
  const same = keepRows(layoutStack([a, b, c]), before.rows);
  expect(same.rows.map((each) => before.rows.includes(each))).toEqual([true, true, true]);
  // One that is pushed, and what one more on it changes below: all else is as it was.
  const after = keepRows(layoutStack([a, b, { ...c, tip: 'new' }, branchRow('d', { parent: 'c' })]), before.rows);
  for (const name of ['a', 'b', 'c']) {
    expect([name, row(after.rows, name) === row(before.rows, name)]).toEqual([name, name === 'b']);
  }
});
