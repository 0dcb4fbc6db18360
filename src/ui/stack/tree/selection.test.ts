import { describe, expect, it } from 'vitest';
import { branchRow } from '../../testing/rows';
import { entriesOf } from '../entries';
import { filterStack } from '../filter';
import { layoutStack } from '../layout';
import { chosenFor, extended, toggled } from './selection';

const branches = [
  branchRow('a'),
  branchRow('b', { parent: 'a' }),
  branchRow('c', { parent: 'b' }),
  branchRow('z'),
  branchRow('old', { merged: true }),
  branchRow('lost', { gone: true }),
  branchRow('new', { tracked: false, parent: null }),
];
const picture = layoutStack(branches);
const chosen = (...names: string[]) => chosenFor(branches, picture, new Set(names));

describe('a selection', () => {
  it('takes a branch in, and out again', () => {
    const once = toggled(new Set(['a']), 'b');
    expect([...once]).toEqual(['a', 'b']);
    expect([...toggled(once, 'a')]).toEqual(['b']);
  });

  it('extended over rows passes over the trunk and what is merged or gone', () => {
    const entries = entriesOf(filterStack(branches, new Map(), picture, { filter: 'all', search: '' }), 'main');
    expect([...extended(new Set(['z']), entries)].sort()).toEqual(['a', 'b', 'c', 'new', 'z']);
  });

  it('passes over long-lived branches, and takes what stands on them', () => {
    const kept = branches.map((branch) => (branch.name === 'a' ? { ...branch, kept: true } : branch));
    const whole = layoutStack(kept);
    expect(chosenFor(kept, whole, new Set(['a', 'b', 'c']))).toEqual({ count: 2, restack: ['b'], register: [] });
    const entries = entriesOf(filterStack(kept, new Map(), whole, { filter: 'all', search: '' }), 'main');
    expect(extended(new Set(), entries).has('a')).toBe(false);
  });

  it('is restacked from the bottom up, and no branch twice', () => {
    expect(chosen('c', 'z', 'b')).toEqual({ count: 3, restack: ['z', 'b'], register: [] });
  });

  it('is registered where it is untracked', () => {
    expect(chosen('new', 'a')).toEqual({ count: 2, restack: ['a'], register: ['new'] });
  });

  it('is nothing where all of it has been merged, has gone, or is unknown since', () => {
    expect(chosen('old', 'lost', 'nobody')).toEqual({ count: 0, restack: [], register: [] });
  });
});
