import { expect, it } from 'vitest';
import { branchRow } from '@/ui/testing/rows';
import { branchOf } from './shapes';

it('a branch is told by its own state, whatever it is called', () => {
  const states = { cart: { is: 'untracked' as const } };
  expect(branchOf(branchRow('cart'), states).state).not.toBe(branchOf(branchRow('pay'), states).state);
  for (const name of ['constructor', '__proto__', 'toString'])
    expect(branchOf(branchRow(name), states).state).toBe(branchOf(branchRow('pay'), states).state);
});
