import type { JobDetail } from '@spicerack/client';
import { expect, test } from 'vitest';
import { rendered } from '../../out/line';
import { endedLines, exitOf, exitOfCode } from './words';

const commit = (digit: string) => digit.repeat(40);

/** A job that has ended; what is not said here it has not done. */
function ended(job: object): JobDetail {
  const result = { heldBack: [], dropped: [], warnings: [], merged: [], registered: [], gone: [], notes: [] };
  const of = { seq: 4, kind: 'restack_repo', branch: null, parent: null, status: 'completed', message: 'Moved.' };
  const rest = { errorCode: null, errorHint: null, startedAt: null, finishedAt: null, result };
  // Only what is shown of a job.
  return { job: { ...of, ...rest, ...job }, steps: [], moves: [] } as unknown as JobDetail;
}

const shown = (detail: JobDetail) => endedLines(detail).map((line) => rendered(line, false));

test('a job tells what it held back and dropped, and how a commit is kept that no branch has any more', () => {
  const result = {
    heldBack: [{ branch: 'b', reason: { kind: 'below', branch: 'a' } }],
    dropped: [{ branch: 'c', commit: commit('1'), subject: 'Twice' }],
    left: [
      { branch: 'd', commit: commit('2'), subject: 'Alone', on: null, replacedBy: null },
      { branch: 'd', commit: commit('3'), subject: 'Elsewhere', on: 'e', replacedBy: null },
      { branch: 'd', commit: commit('4'), subject: 'Rewritten', on: null, replacedBy: commit('5') },
    ],
  };
  expect(shown(ended({ result })).slice(1)).toEqual([
    '  ✕ b: a below it is held back',
    '  − c drops 11111111 Twice: its change is already below',
    '  · 22222222 Alone left d: no branch has it',
    '    spicerack keep 4 22222222 <branch> puts it onto a new one',
    '  · 33333333 Elsewhere left d: e has it',
  ]);
});

test('a job that did none of that says its sentence alone', () => {
  expect(shown(ended({}))).toEqual(['✓ #4 Restack all: Moved.']);
});

test('the program ends by one code for one reason, before a job and after it', () => {
  for (const code of ['CONFLICT', 'BRANCH_NOT_FOUND', 'DIVERGED']) {
    expect(exitOf(ended({ status: 'error', errorCode: code }))).toBe(exitOfCode(code));
  }
  expect([exitOfCode('CONFLICT'), exitOfCode('BRANCH_NOT_FOUND'), exitOfCode('KEPT')]).toEqual([3, 5, 6]);
  expect(exitOf(ended({ status: 'error', errorCode: 'TIMEOUT' }))).toBe(1);
});
