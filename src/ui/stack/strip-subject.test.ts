import { describe, expect, it } from 'vitest';
import { restackCounts } from '@/repos/branch-state';
import { branchRow } from '../testing/rows';
import type { States } from './filter';
import { layoutStack } from './layout';
import { type Doing, stripSubject } from './strip-subject';

const branches = [
  branchRow('a'),
  branchRow('b', { parent: 'a' }),
  branchRow('c', { parent: 'a' }),
  branchRow('old', { merged: true }),
  branchRow('new', { tracked: false, parent: null }),
];
const nothing: Doing = {
  held: null,
  chosen: { count: 0, restack: [], register: [] },
  preview: null,
  active: null,
  focused: false,
  isShown: () => true,
  mayAct: true,
  answer: null,
};
const inPlace: States = new Map();
const subject = (doing: Partial<Doing>, states = inPlace) =>
  stripSubject(
    { ...nothing, ...doing },
    {
      ...{ branches, trunk: 'main', picture: layoutStack(branches), states },
      moves: restackCounts(branches, states),
    },
  );
const quiet = { along: null, answer: null };
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
      mayAct: true,
      ...quiet,
    });
    expect(subject({ active: 'a', focused: true })).toMatchObject({ branch: 'a', above: 2 });
  });

  it('names only the keys at what no Restack would move', () => {
    for (const active of ['main', 'old', 'new', null])
      expect(subject({ active, focused: true })).toEqual({
        kind: 'preview',
        branch: null,
        above: 0,
        keys: true,
        mayAct: true,
        ...quiet,
      });
  });

  const moving: States = new Map([
    ['a', { is: 'will_move', with: null }],
    ['b', { is: 'will_move', with: 'a' }],
    ['c', { is: 'will_move', with: 'a' }],
  ]);

  it('says of what only moves with a branch below it with which, and what the key for its stack would move', () => {
    const along = { words: 'b moves with a', stack: 3 };
    expect(subject({ active: 'b', focused: true }, moving)).toMatchObject({ branch: 'b', along });
    // Where the keys are not there, they are not spoken of.
    expect(subject({ preview: 'b', active: 'a', focused: true }, moving)).toMatchObject({ along: { stack: null } });
    expect(subject({ preview: 'b' }, moving)).toMatchObject({ along: { words: 'b moves with a', stack: null } });
    const reads = { active: 'b', focused: true, mayAct: false };
    expect(subject(reads, moving)).toMatchObject({ mayAct: false, along: { stack: null } });
    expect(subject({ active: 'a', focused: true }, moving)).toMatchObject({ branch: 'a', along: null });
    expect(subject({ active: 'b', focused: true })).toMatchObject({ branch: 'b', along: null });
  });

  it('says the same of what is selected, and nothing of it where that moves by itself', () => {
    const of = (...restack: string[]) => subject({ chosen: { count: restack.length, restack, register: [] } }, moving);
    expect(of('b')).toMatchObject({ along: 'b moves with a' });
    expect(of('b', 'c')).toMatchObject({ along: '2 move with a' });
    expect(of('a')).toMatchObject({ along: null });
  });

  it('gives the answer to a key at its row, until one has gone on or the branches stand otherwise', () => {
    const answer = { row: 'b', states: moving, words: 'b copied.' };
    expect(subject({ active: 'b', focused: true, answer }, moving)).toMatchObject({ answer: 'b copied.' });
    expect(subject({ active: 'a', focused: true, answer }, moving)).toMatchObject({ answer: null });
    expect(subject({ active: 'b', focused: true, answer })).toMatchObject({ answer: null });
    expect(subject({ preview: 'a', active: 'b', focused: true, answer }, moving)).toMatchObject({ answer: null });
  });

  it('is about no row that the view does not show any more: it goes, or goes to the row with the keys', () => {
    const isShown = (row: string) => row !== 'b';
    expect(subject({ preview: 'b', isShown })).toBeNull();
    expect(subject({ preview: 'b', active: 'a', focused: true, isShown })).toMatchObject({ branch: 'a' });
    expect(subject({ active: 'b', focused: true, isShown })).toMatchObject({ branch: null, keys: true });
    const answer = { row: 'b', states: moving, words: 'b copied.' };
    expect(subject({ active: 'b', focused: true, answer, isShown }, moving)).toMatchObject({ answer: null });
    expect(subject({ preview: 'a', isShown })).toMatchObject({ branch: 'a' });
  });

  it('is not there while nobody does anything', () => {
    expect(subject({})).toBeNull();
    expect(subject({ active: 'a' })).toBeNull();
    expect(subject({ preview: 'old' })).toBeNull();
  });
});
