import { describe, expect, it } from 'vitest';
import { EMPTY_DRAFT, isWorthKeeping } from './draft';
import { requestOf } from './request';

const draft = {
  ...EMPTY_DRAFT,
  title: 'Fix the total',
  branch: ' cart/total ',
  parent: 'cart/lines',
  name: 'cart/fix',
};

describe('a draft of a task', () => {
  it('on an existing branch asks for that branch alone', () => {
    expect(requestOf(draft, 'main')).toEqual({ title: 'Fix the total', branch: 'cart/total' });
  });

  it('on a new branch asks for it on its parent, or on the trunk, named or from the title', () => {
    expect(requestOf({ ...draft, on: 'new' }, 'main')).toEqual({
      title: 'Fix the total',
      parent: 'cart/lines',
      branch: 'cart/fix',
    });
    expect(requestOf({ ...draft, on: 'new', parent: '', name: '' }, 'main')).toEqual({
      title: 'Fix the total',
      parent: 'main',
    });
  });

  it('is kept while it holds a word, and not for the choice of a branch alone', () => {
    expect(isWorthKeeping({ ...EMPTY_DRAFT, on: 'new', title: ' ' })).toBe(false);
    expect(isWorthKeeping({ ...EMPTY_DRAFT, description: 'why' })).toBe(true);
  });
});
