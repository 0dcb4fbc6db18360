import { expect, it } from 'vitest';
import { failure } from '@/queue/failure';
import { failureOfLeftOut } from './left-out';

const unknown = failure('BRANCH_NOT_FOUND', 'There is no branch odd.', 'Sync.');
const leftOut = { refs: [{ name: 'odd', reason: 'no_commit' as const }], more: 0, shallow: false };

it('a branch that is not among the rows is told as the remote has it, also as one of several', () => {
  const alone = failureOfLeftOut(unknown, { branch: 'odd' }, leftOut);
  expect(alone).toMatchObject({ code: 'BRANCH_NOT_FOUND', hint: 'Choose another branch.' });
  expect(alone.message).not.toBe(unknown.message);
  expect(failureOfLeftOut(unknown, { branch: null, branches: ['a', 'odd'] }, leftOut)).toEqual(alone);
});

it('one that the remote does not have, or of which something else is said, stays as it is', () => {
  expect(failureOfLeftOut(unknown, { branches: ['other'] }, leftOut)).toBe(unknown);
  expect(failureOfLeftOut(unknown, { branch: 'odd' }, null)).toBe(unknown);
  const other = failure('CONFLICT', 'It conflicts.', 'Solve it.');
  expect(failureOfLeftOut(other, { branch: 'odd' }, leftOut)).toBe(other);
});
