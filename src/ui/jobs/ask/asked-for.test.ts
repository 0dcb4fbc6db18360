import { expect, it } from 'vitest';
import { requestName } from '../../stack/move/pending';
import { askedFor } from './asked-for';

const own = { repoId: 'r', kind: 'restack_subtree', branch: 'a' } as const;

it('a move that was refused is foreseen anew as that move, and not as the Restack of the row that says so', () => {
  expect(askedFor(requestName('reparent_branch', 'feat/b'), own)).toEqual({
    ...own,
    kind: 'reparent_branch',
    parent: 'feat/b',
  });
  expect(askedFor('rebase_branch', own)).toEqual({ ...own, kind: 'rebase_branch' });
});

it('what the button does itself is foreseen as that, whatever it is called', () => {
  expect(askedFor('Restack 3', own)).toBe(own);
  expect(askedFor('retry job-1', own)).toBe(own);
  const all = { repoId: 'r', kind: 'restack_repo' } as const;
  expect(askedFor('restack_subtree', all)).toBe(all);
});
