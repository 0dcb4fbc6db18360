import { describe, expect, it } from 'vitest';
import { branchRow, jobDetail, jobMove } from '../testing/rows';
import { coveredBy } from './covered';
import type { Does } from './items';

const branches = [branchRow('a'), branchRow('b', { parent: 'a' }), branchRow('c', { parent: 'b' }), branchRow('other')];
const restack = (branch: string): Does => ({ run: { kind: 'restack_subtree', branch } });
const covered = (does: Does, ...jobs: Parameters<typeof coveredBy>[1]) => coveredBy(does, jobs, branches);

describe('what a need offers', () => {
  it('is not offered while a job is at that stack, whether it runs or waits', () => {
    const running = jobDetail(2, { status: 'running', kind: 'restack_subtree', branch: 'b' });
    expect(covered(restack('a'), running)).toBe('#2 is about to move it.');
    expect(covered(restack('other'), running)).toBeNull();
    const waiting = jobDetail(2, { kind: 'reparent_branch', branch: 'c', parent: 'main' });
    expect(covered(restack('a'), waiting)).toBe('#2 waits to move it.');
    const several = jobDetail(2, { kind: 'restack_subtree', branches: ['other', 'b'] });
    expect(covered(restack('a'), several)).toBe('#2 waits to move it.');
    const all = jobDetail(2, { status: 'running', kind: 'restack_repo' });
    expect(covered(restack('other'), all)).toBe('#2 is about to move it.');
    const above = jobDetail(2, { status: 'running', kind: 'rebase_branch', branch: 'a' });
    expect(covered({ run: { kind: 'reparent_branch', branch: 'c', parent: 'main' } }, above)).toBe(
      '#2 is about to move it.',
    );
  });

  it('goes by what a job has planned, whatever that was asked for on', () => {
    const sync = (moves: ReturnType<typeof jobMove>[]) =>
      jobDetail(2, { status: 'running', kind: 'sync_repo' }, { moves });
    expect(covered(restack('a'), sync([jobMove(1, { branch: 'c', state: 'planned' })]))).toBe(
      '#2 is about to move it.',
    );
    expect(covered(restack('a'), sync([jobMove(1, { branch: 'c', state: 'pushed' })]))).toBeNull();
    expect(covered(restack('a'), sync([]))).toBeNull();
  });

  it('is offered again when the job has ended; an undo covers what it puts back', () => {
    const done = jobDetail(
      2,
      { status: 'completed', kind: 'restack_subtree', branch: 'a' },
      { moves: [jobMove(1, { branch: 'a' })] },
    );
    expect(covered(restack('a'), done)).toBeNull();
    const undo = jobDetail(3, { kind: 'undo', undoOf: done.job.id });
    expect(covered(restack('a'), undo, done)).toBe('#3 waits to move it.');
    expect(covered(restack('other'), undo, done)).toBeNull();
  });

  it('is not registered or tried again twice; what only leads somewhere is never covered', () => {
    const register: Does = { run: { kind: 'register_existing_branch', suggested: true } };
    const one = jobDetail(2, { status: 'running', kind: 'register_existing_branch', branch: 'new' });
    const all = jobDetail(3, { kind: 'register_existing_branch', suggested: true });
    expect(covered(register, one)).toBeNull();
    expect(covered(register, all, one)).toBe('#3 waits to register them.');
    expect(covered({ retry: 'job-1' }, jobDetail(2, { status: 'running', retryOf: 'job-1' }))).toBe(
      '#2 tries it again.',
    );
    expect(covered({ retry: 'job-1' }, jobDetail(2, { retryOf: 'job-0' }))).toBeNull();
    expect(covered({ go: '/' }, jobDetail(2, { status: 'running', kind: 'restack_repo' }))).toBeNull();
  });
});
