import { describe, expect, it } from 'vitest';
import type { LeftCommit } from '@/model/plan';
import { outlineOf } from '@/model/result';
import { jobDetail, jobMove, jobResult, jobStep } from '../testing/rows';
import { phaseOf, progressWords, resultWords, SHOWN_MS } from './phase';

const at = '2026-01-01T00:00:00.000Z';
const now = Date.parse(at);

describe('a job button', () => {
  it('says behind which job of the repo it waits: the last one before it that has yet to end', () => {
    const queued = jobDetail(9);
    const jobs = [queued, jobDetail(8, { status: 'cancelled' }), jobDetail(7), jobDetail(5, { status: 'running' })];
    expect(phaseOf(queued, jobs, now)).toMatchObject({ phase: 'queued', behind: 7 });
    expect(phaseOf(queued, [queued], now)).toMatchObject({ phase: 'queued', behind: null });
  });

  it('says in people’s words what is being done', () => {
    const steps = [
      jobStep(1, { step: 'act' }),
      jobStep(2, { step: 'act', phase: 'plan', status: 'completed' }),
      jobStep(3, { step: 'act', phase: 'push' }),
    ];
    const job = jobDetail(1, { status: 'running', startedAt: at, committingAt: at }, { steps });
    expect(phaseOf(job, [job], now)).toMatchObject({ phase: 'running', step: 'Pushing', cancel: 'too_late' });
  });

  it('waits for the next attempt while that lies ahead', () => {
    const job = jobDetail(1, { status: 'running', nextAttemptAt: at });
    expect(phaseOf(job, [job], now - 1000)).toMatchObject({ phase: 'waiting', until: at });
    expect(phaseOf(job, [job], now + 1000)).toMatchObject({ phase: 'running' });
  });

  it('shows what came of it for a moment, by the clock of the server', () => {
    const job = jobDetail(1, { status: 'completed', finishedAt: at });
    expect(phaseOf(job, [job], now + SHOWN_MS - 1)).toMatchObject({ phase: 'completed' });
    expect(phaseOf(job, [job], now + SHOWN_MS)).toEqual({ phase: 'idle' });
  });

  it('shows an error until something later was done in the repo', () => {
    const failed = jobDetail(1, { status: 'error', errorCode: 'CONFLICT', finishedAt: at });
    const later = jobDetail(2, { status: 'running' });
    expect(phaseOf(failed, [later, failed], now + 1e9)).toMatchObject({ phase: 'error', code: 'CONFLICT' });
    later.job.status = 'completed';
    expect(phaseOf(failed, [later, failed], now)).toEqual({ phase: 'idle' });
  });

  it('sums up a result in a few words', () => {
    const reason = { kind: 'below', branch: 'a' } as const;
    const conflict = { kind: 'conflict' as const, commit: 'c', subject: 'C', onto: 'o', files: [] };
    const result = jobResult({
      heldBack: [
        { branch: 'b', reason },
        { branch: 'c', reason: conflict },
      ],
    });
    expect(resultWords(jobDetail(1, { result }))).toBe('1 conflict, 1 held back');
  });

  it('sums up all of a result of which a list has the first alone', () => {
    const registered = Array.from({ length: 10_000 }, (_, i) => ({ branch: `r${i}`, parent: 'main' }));
    const result = outlineOf(jobResult({ registered }));
    expect(resultWords(jobDetail(1, { result }))).toBe('10000 registered');
  });

  it('says of a look at the remote that it is over, and never that nothing is to be done', () => {
    const sync = jobDetail(1, { kind: 'sync_repo' });
    expect(resultWords(sync)).toBe('Synced');
    expect(resultWords(jobDetail(1, { kind: 'restack_repo' }))).toBe('Nothing to do');
    const merged = [{ branch: 'a', into: 'main' }];
    expect(resultWords({ ...sync, job: { ...sync.job, result: jobResult({ merged }) } })).toBe('1 merged');
  });

  it('tells of a commit that no branch has any more, once, and of none that one has or its author rewrote', () => {
    const one = { commit: 'c', subject: 'C', branch: 'a', on: null, replacedBy: null };
    const of = (left: LeftCommit[]) => resultWords(jobDetail(1, { kind: 'restack_repo', result: jobResult({ left }) }));
    expect(of([one, { ...one, branch: 'b' }])).toBe('1 commit on no branch any more');
    expect(
      of([
        { ...one, on: 'main' },
        { ...one, commit: 'd', replacedBy: 'e' },
      ]),
    ).toBe('Nothing to do');
  });
});

describe('how far a job is', () => {
  const at = (
    step: 'sync' | 'act' | 'resync',
    phase: string | null,
    states: Array<'planned' | 'pushed' | 'abandoned'>,
  ) => progressWords({ steps: [jobStep(1, { step, phase })], moves: states.map((state, i) => jobMove(i, { state })) });

  it('is said by the phase, and by number while it pushes', () => {
    expect(at('sync', 'fetch', [])).toBe('Fetching');
    expect(at('act', 'plan', [])).toBe('Planning');
    expect(at('act', 'push', ['pushed', 'planned', 'planned', 'abandoned'])).toBe('Pushing 1/3');
    expect(at('resync', 'fetch', ['pushed'])).toBe('Checking');
    expect(progressWords({ steps: [], moves: [] })).toBe('Starting');
  });
});
