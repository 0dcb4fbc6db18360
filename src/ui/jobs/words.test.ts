import { expect, it } from 'vitest';
import { jobDetail } from '../testing/rows';
import { failedWord, intentAmong, undoWord } from './words';

it('an undo says of which job it is, and what puts an undo back is a redo', () => {
  const restack = jobDetail(1, { kind: 'restack_repo' });
  const undo = jobDetail(2, { kind: 'undo', undoOf: restack.job.id });
  const redo = jobDetail(3, { kind: 'undo', undoOf: undo.job.id });
  const again = jobDetail(4, { kind: 'undo', undoOf: redo.job.id });
  const words = (jobs: Array<typeof restack>) => jobs.map(({ job }) => intentAmong(job, jobs));
  expect(words([redo, undo, restack])).toEqual(['Redo of #1', 'Undo of #1', 'Restack all']);
  expect(words([again, redo, undo, restack])[0]).toBe('Undo of #3');
  expect([restack, undo, redo, again].map(({ job }) => undoWord(job, [again, redo, undo, restack]))).toEqual([
    ...['Undo', 'Redo', 'Undo', 'Redo'],
  ]);
  // The page may not know jobs of long ago.
  expect(words([redo, undo])).toEqual(['Redo', 'Undo']);
  expect(words([undo])).toEqual(['Undo']);
});

it('why a job failed is said in words', () => {
  expect(failedWord('CONFLICT')).toBe('conflict');
  expect(failedWord('DIVERGED')).toBe('moved meanwhile');
  expect(failedWord(null)).toBe('failed');
});
