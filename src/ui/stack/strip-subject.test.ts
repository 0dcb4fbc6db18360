import { describe, expect, it } from 'vitest';
import { branchRow } from '../testing/rows';
import { layoutStack } from './layout';
import { type Doing, stripSubject } from './strip-subject';

const branches = [
  branchRow('a'),
  branchRow('b', { parent: 'a' }),
  branchRow('old', { merged: true }),
  branchRow('new', { tracked: false, parent: null }),
];
const nothing: Doing = {
  held: null,
  chosen: { count: 0, restack: [], register: [] },
  preview: null,
  active: null,
  focused: false,
};
const subject = (doing: Partial<Doing>) => stripSubject({ ...nothing, ...doing }, branches, layoutStack(branches));
const held = { hand: { branch: 'a', target: null, dropped: false }, moved: ['a', 'b'], problem: null };
const chosen = { count: 1, restack: ['a'], register: [] };

describe('the strip', () => {
  it('is about the move in hand, else about the selection, else about what is looked at', () => {
    expect(subject({ held, chosen, preview: 'b' })?.kind).toBe('move');
    expect(subject({ chosen, preview: 'b' })?.kind).toBe('selection');
    expect(subject({ preview: 'b' })?.kind).toBe('preview');
  });

  it('looks at the branch whose button is pointed at before the one with the keys', () => {
    expect(subject({ preview: 'b', active: 'a', focused: true })).toEqual({
      kind: 'preview',
      branch: 'b',
      above: 0,
      keys: true,
    });
    expect(subject({ active: 'a', focused: true })).toMatchObject({ branch: 'a', above: 1 });
  });

  it('names only the keys at what no Restack would move', () => {
    for (const active of ['main', 'old', 'new', null])
      expect(subject({ active, focused: true })).toEqual({ kind: 'preview', branch: null, above: 0, keys: true });
  });

  it('is not there while nobody does anything', () => {
    expect(subject({})).toBeNull();
    expect(subject({ active: 'a' })).toBeNull();
    expect(subject({ preview: 'old' })).toBeNull();
  });
});
