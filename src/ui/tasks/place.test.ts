import { describe, expect, it } from 'vitest';
import { branchRow } from '../testing/rows';
import { placeOf } from './place';

const rows = (...branches: ReturnType<typeof branchRow>[]) => new Map(branches.map((each) => [each.name, each]));

describe('the place of a branch', () => {
  it('is what it stands on, from the trunk up', () => {
    expect(placeOf('c', rows(branchRow('b'), branchRow('c', { parent: 'b' })))).toEqual(['main', 'b', 'c']);
  });

  it('is itself alone while it is untracked or unknown', () => {
    expect(placeOf('c', rows(branchRow('c', { tracked: false, parent: null })))).toEqual(['c']);
    expect(placeOf('new', rows())).toEqual(['new']);
  });

  it('ends where rows form a circle', () => {
    expect(placeOf('a', rows(branchRow('a', { parent: 'b' }), branchRow('b', { parent: 'a' })))).toEqual(['b', 'a']);
  });
});
