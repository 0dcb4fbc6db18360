import { describe, expect, it } from 'vitest';
import type { BranchRow } from '@/db/schema';
import { branchRow } from '../../testing/rows';
import { type Entry, entriesOf } from '../entries';
import { filterStack } from '../filter';
import { layoutStack } from '../layout';
import { nextPlaces, type Places, structureChanges } from './still-entries';

const entries = (branches: BranchRow[]) =>
  entriesOf(filterStack(branches, new Map(), layoutStack(branches), { filter: 'all', search: '' }), 'main');
const stack = [branchRow('a'), branchRow('b', { parent: 'a' }), branchRow('c', { parent: 'a' })];
const [a = branchRow('a'), b = branchRow('b'), c = branchRow('c')] = stack;

describe('the rows of the tree', () => {
  it('keep their places when only what they say changes', () => {
    const changed = stack.map((branch) => ({ ...branch, tip: 'f'.repeat(40), needsRestack: true }));
    expect(structureChanges(entries(stack), entries(changed))).toEqual([]);
  });

  it('get other places when branches come, go, move, or stand in no stack any more', () => {
    expect(structureChanges(entries(stack), entries([a, b]))).toEqual(['c']);
    expect(structureChanges(entries(stack), entries([...stack, branchRow('d')]))).toEqual(['d']);
    expect(structureChanges(entries(stack), entries([a, b, { ...c, parent: 'b' }]))).toEqual(['c']);
    expect(structureChanges(entries(stack), entries([a, b, { ...c, merged: true }]))).toEqual(['c']);
  });
});

describe('a row that would get another place', () => {
  const shown = (expected: string[] = []): Places => ({
    entries: entries(stack),
    view: 'all',
    expected: new Set(expected),
  });
  const moved = entries([a, b, { ...c, parent: 'b' }]);

  it('waits while somebody is at the rows, and is counted', () => {
    const before = shown();
    expect(nextPlaces(before, moved, 'all', true)).toEqual({ places: before, waiting: 1 });
  });

  it('gets it at once where nobody is', () => {
    const { places, waiting } = nextPlaces(shown(), moved, 'all', false);
    expect(places.entries).toBe(moved);
    expect(waiting).toBe(0);
  });

  it('gets it at once where it was asked for here, but not together with what was not', () => {
    expect(nextPlaces(shown(['c']), moved, 'all', true).places.entries).toBe(moved);
    const more = entries([a, b, { ...c, parent: 'b' }, branchRow('d')]);
    expect(nextPlaces(shown(['c']), more, 'all', true).waiting).toBe(2);
  });

  it('is expected until its move is over', () => {
    const ghost: Entry = { ...(moved[0] ?? expect.fail()), name: 'old place', ghost: 'c' };
    const expected = (wanted: Entry[]) =>
      nextPlaces(shown(['c', 'old place']), wanted, 'all', true).places.expected.size;
    expect(expected([...moved, ghost])).toBe(2);
    expect(expected(moved)).toBe(0);
  });

  it('gets it at once where one chose to see something else, or most of the picture is new', () => {
    expect(nextPlaces(shown(), moved, 'active', true).places).toMatchObject({ entries: moved, view: 'active' });
    const anew = entries(['d', 'e', 'f', 'g'].map((name) => branchRow(name)));
    expect(nextPlaces(shown(), anew, 'all', true).places.entries).toBe(anew);
  });

  it('that has it already is the same object', () => {
    const before = shown();
    expect(nextPlaces(before, entries(stack), 'all', false).places).toBe(before);
  });
});
