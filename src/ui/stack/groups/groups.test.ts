import { describe, expect, it } from 'vitest';
import type { BranchRow } from '@/db/schema';
import { type BranchState, branchStates, filterCounts } from '@/repos/branch-state';
import { branchRow } from '../../testing/rows';
import { entriesOf } from '../entries';
import { filterStack, type StackOrder } from '../filter';
import { layoutStack } from '../layout';
import { type Folds, groupEntries, withTrunkLine } from './groups';

const untracked = (name: string, row: Partial<BranchRow> = {}) =>
  branchRow(name, { tracked: false, parent: null, suggestedParent: 'main', ...row });
const branches = [
  branchRow('pay/a', { committedAt: '2026-01-02T00:00:00.000Z', author: 'Mara' }),
  branchRow('pay/b', { parent: 'pay/a', committedAt: '2026-01-01T00:00:00.000Z', author: 'Mara' }),
  branchRow('find', { committedAt: '2026-01-05T00:00:00.000Z', author: 'Ada' }),
  branchRow('words', { parent: 'find', author: 'Jo' }),
  branchRow('alone'),
  untracked('new/a'),
  untracked('new/b', { suggestedParent: 'new/a' }),
  untracked('foreign', { suggestedParent: null }),
  branchRow('done', { merged: true }),
];
const states = new Map<string, BranchState>([
  ['pay/a', { is: 'will_move', with: null }],
  ['pay/b', { is: 'conflict', files: ['x'] }],
  ['find', { is: 'will_move', with: null }],
  ['words', { is: 'will_move', with: 'find' }],
]);
const rows = (given: BranchRow[], folds: Folds = new Map(), by: StackOrder = 'name') =>
  withTrunkLine(
    groupEntries(
      entriesOf(filterStack(given, states, layoutStack(given), { filter: 'all', search: '' }), 'main'),
      states,
      folds,
      by,
    ),
  );
const words = (given: BranchRow[], folds?: Folds, by?: StackOrder) =>
  rows(given, folds, by).map(({ name, head }) => (head ? `${head.folded ? '▸' : '▾'} ${head.title}` : name));

describe('the groups of the tree', () => {
  it('stand under a head for each owner where that is asked for: one of several with those of who has begun it', () => {
    const owned = [...branches, branchRow('note', { author: 'Mara' }), branchRow('zap', { author: 'zoe' })];
    expect(words(owned, new Map(), 'owner')).toEqual([
      'main',
      '▾ Ada',
      '▾ find',
      'find',
      'words',
      '▾ Mara',
      '▾ pay',
      'pay/a',
      'pay/b',
      '▾ Single branches',
      'note',
      '▾ zoe',
      'zap',
      '▾ No author known',
      'alone',
      '▾ Suggested',
      'new/a',
      'new/b',
      '▾ Untracked',
      'foreign',
      '▸ Merged and gone',
    ]);
    const shown = rows(owned, new Map(), 'owner');
    const mara = shown.find(({ name }) => name === 'all of Mara')?.head;
    expect(mara).toMatchObject({ branches: ['pay/a', 'pay/b', 'note'], moves: 1, conflicts: 1, restack: null });
    // One number of what is somebody's, also where others have gone on with it.
    const counts = shown.flatMap(({ head }) => (head?.kind === 'owner' ? [[head.count, head.byOthers]] : []));
    expect(counts).toEqual([
      [2, 1],
      [3, 0],
      [1, 0],
      [1, 0],
    ]);
    // Who hears the tree hears what is in what; and no two rows have one name.
    expect(shown.map(({ name, level }) => `${level} ${name}`).slice(1, 12)).toEqual([
      '1 all of Ada',
      '2 stack of find',
      '3 find',
      '4 words',
      '1 all of Mara',
      '2 stack of pay/a',
      '3 pay/a',
      '4 pay/b',
      '2 all single of Mara',
      '3 note',
      '1 all of zoe',
    ]);
    expect(new Set(shown.map(({ name }) => name)).size).toBe(shown.length);
    expect(words(owned, new Map([['all of Mara', true]]), 'owner')).not.toContain('pay/a');
  });

  it('are the stacks, then what stands alone, then what stands in none; merged ones are folded', () => {
    expect(words(branches)).toEqual([
      'main',
      '▾ find',
      'find',
      'words',
      '▾ pay',
      'pay/a',
      'pay/b',
      '▾ Single branches',
      'alone',
      '▾ Suggested',
      'new/a',
      'new/b',
      '▾ Untracked',
      'foreign',
      '▸ Merged and gone',
    ]);
  });

  it('hold as untracked just what is counted so: a long-lived branch that nobody tracks has its own', () => {
    const given = [
      ...branches,
      untracked('release/1.0', { suggestedParent: null, keptReason: 'name' }),
      untracked('develop', { kept: true }),
      untracked('gh-queue', { keptReason: 'queue' }),
      untracked('release/0.9', { keptReason: 'name', gone: true }),
    ];
    const heads = rows(given).flatMap(({ head }) => head ?? []);
    const under = (kind: string) => heads.find((head) => head.kind === kind)?.branches;
    expect(under('long_lived')).toEqual(['release/1.0', 'develop']);
    expect(under('untracked')).toEqual(['foreign', 'gh-queue']);
    expect(under('ended')).toContain('release/0.9');
    const stand = branchStates({ rows: given, trunk: 'main', restack: null });
    const counted = heads.filter(({ kind }) => kind === 'suggested' || kind === 'untracked');
    expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(filterCounts(stand).untracked);
    // No line leads from the trunk to it.
    const folded = rows(given, new Map([['all long_lived', true]]));
    expect(folded.find(({ name }) => name === 'all untracked')?.trunkLine).toBeUndefined();
  });

  it('say how many there are, how they stand, how old the newest is, and whose they are', () => {
    const head = rows(branches).find(({ name }) => name === 'stack of pay/a')?.head;
    expect(head).toMatchObject({
      branches: ['pay/a', 'pay/b'],
      moves: 1,
      conflicts: 1,
      heldBack: 0,
      newest: '2026-01-02T00:00:00.000Z',
      owner: 'Mara',
    });
    expect(rows(branches).find(({ name }) => name === 'stack of find')?.head).toMatchObject({ moves: 2, owner: '' });
  });

  it('are moved by the Restack of their bottom, or of what alone stands on one that is merged', () => {
    const restack = (given: BranchRow[]) => rows(given).find(({ head }) => head?.kind === 'stack')?.head?.restack?.name;
    const [a, b, c] = [branchRow('a'), branchRow('b', { parent: 'a' }), branchRow('c', { parent: 'a' })];
    expect(restack([a, b])).toBe('a');
    expect(restack([{ ...a, merged: true }, b])).toBe('b');
    expect(restack([{ ...a, merged: true }, b, c])).toBeUndefined();
    expect(restack([{ ...a, kept: true }, b])).toBe('b');
  });

  it('stay folded, or open, as somebody has left them', () => {
    const folds = new Map([
      ['stack of pay/a', true],
      ['all ended', false],
    ]);
    const shown = words(branches, folds);
    expect(shown).toContain('▸ pay');
    expect(shown).not.toContain('pay/a');
    expect(shown.slice(-2)).toEqual(['▾ Merged and gone', 'done']);
  });

  it('stand in the order that somebody has chosen', () => {
    const stacks = (by: StackOrder) => words(branches, new Map(), by).filter((word) => /^▾ (find|pay)/.test(word));
    expect(stacks('name')).toEqual(['▾ find', '▾ pay']);
    expect(stacks('needs')).toEqual(['▾ pay', '▾ find']);
    expect(stacks('recent')).toEqual(['▾ find', '▾ pay']);
  });

  it('need no head where there is one kind alone and no stack', () => {
    expect(words([branchRow('a'), branchRow('b')])).toEqual(['main', 'a', 'b']);
    expect(words([untracked('a'), untracked('b', { suggestedParent: 'a' })])).toEqual(['main', 'a', 'b']);
  });

  it('show suggestions where they would stand, and move nothing with them', () => {
    const place = rows(branches).find(({ name }) => name === 'new/b')?.place;
    expect(place).toMatchObject({ lane: 1, parentLane: 1, above: 0, isSuggested: true });
  });

  it('hold every branch once', () => {
    const open = new Map([['all ended', false]]);
    const names = rows(branches, open).flatMap(({ branch }) => branch?.name ?? []);
    expect(names.sort()).toEqual(branches.map(({ name }) => name).sort());
  });
});

describe('the trunk’s line', () => {
  it('goes as far as the last branch that stands on it, dashed where that only would', () => {
    const lines = new Map(rows(branches).map(({ name, trunkLine }) => [name, trunkLine]));
    expect(lines.get('main')).toBe('solid');
    expect(lines.get('pay/b')).toBe('solid');
    expect(lines.get('alone')).toBe('dashed');
    expect(lines.get('new/a')).toBeUndefined();
    expect(lines.get('foreign')).toBeUndefined();
  });

  it('reaches the head of a folded stack', () => {
    const folded = rows([branchRow('a'), branchRow('b', { parent: 'a' })], new Map([['stack of a', true]]));
    expect(folded.map(({ trunkLine }) => trunkLine)).toEqual(['solid', undefined]);
  });

  it('counts the branches that are there, and the commits that no branch has once they have moved', () => {
    const given = [
      ...branches,
      branchRow('pay/old', { parent: 'pay/b', merged: true }),
      branchRow('pay/c', { parent: 'pay/old' }),
    ];
    const known = new Map(states)
      .set('pay/a', { is: 'will_move', with: null, leaves: ['1'] })
      .set('pay/c', { is: 'will_move', with: 'pay/a', leaves: ['1', '2'] });
    const heads = groupEntries(
      entriesOf(filterStack(given, known, layoutStack(given), { filter: 'all', search: '' }), 'main'),
      known,
      new Map(),
      'name',
    ).flatMap(({ head }) => (head ? [[head.title, head.count, head.lost]] : []));
    expect(heads).toContainEqual(['pay', 3, 2]);
    expect(heads).toContainEqual(['find', 2, 0]);
    // Those are what it is about.
    expect(heads).toContainEqual(['Merged and gone', 1, 0]);
  });
});
