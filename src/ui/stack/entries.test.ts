import { describe, expect, it } from 'vitest';
import type { BranchRow } from '@/db/schema';
import { branchRow } from '../testing/rows';
import { entriesOf } from './entries';
import { filterStack } from './filter';
import { layoutStack } from './layout';

const entries = (branches: BranchRow[]) =>
  entriesOf(filterStack(branches, new Map(), layoutStack(branches), { filter: 'all', search: '' }), 'main');
const stack = [branchRow('a'), branchRow('b', { parent: 'a' }), branchRow('c', { parent: 'a' })];

describe('the rows of the tree', () => {
  it('say how deep each is, and which one of its siblings', () => {
    const rows = entries([...stack, branchRow('new', { tracked: false, parent: null })]);
    expect(rows.map(({ name, level, position, siblings }) => [name, level, position, siblings])).toEqual([
      ['main', 1, 1, 2],
      ['a', 2, 1, 1],
      ['b', 3, 1, 2],
      ['c', 3, 2, 2],
      ['new', 1, 2, 2],
    ]);
  });
});
