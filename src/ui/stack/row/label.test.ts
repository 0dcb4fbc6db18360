import { expect, it } from 'vitest';
import type { BranchRow } from '@/db/schema';
import { branchRow } from '../../testing/rows';
import type { States } from '../filter';
import type { PendingMoves } from '../move/pending';
import { rowLabel } from './label';

const heard = (branch: BranchRow, states: States = new Map(), moves: PendingMoves = new Map()) =>
  rowLabel({ name: branch.name, branch }, states, moves);

it('a row is heard with its name, its state, and where it is about to go', () => {
  const a = branchRow('a');
  expect(heard(a, new Map([['a', { is: 'conflict', files: ['src/x.ts'] }]]))).toBe('a, conflict, src/x.ts');
  expect(heard(a, new Map(), new Map([['a', 'b']]))).toBe('a, waits to move onto b');
  expect(heard(branchRow('user\u202egnp'))).not.toContain('\u202e');
});

it('the trunk is heard as the trunk', () => {
  expect(rowLabel({ name: 'main', branch: null }, new Map(), new Map())).toBe('main, trunk');
});
