import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callerOn } from '@/api/testing/caller';
import { jobMoves, jobs } from '@/db/schema';
import { readPiece } from '@/feed/read';
import type { HeldBack } from '@/model/plan';
import { EMPTY_RESULT, type JobResult, outlineOf } from '@/model/result';
import { type TestDatabase, testDatabase } from '@/testing/database';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.close());

const api = () => callerOn(db.db);
const size = (value: unknown) => JSON.stringify(value).length;

const TEXT = 'x'.repeat(200_000);
const conflict = (branch: string): HeldBack => ({
  branch,
  reason: {
    kind: 'conflict',
    commit: 'c'.repeat(40),
    subject: 'Fix "it"',
    onto: 'd'.repeat(40),
    files: [
      { path: 'a "b".ts', kinds: ['contents'], text: TEXT },
      { path: 'b.ts', kinds: ['contents'], text: TEXT },
    ],
  },
});
const RESULT: JobResult = {
  ...EMPTY_RESULT,
  heldBack: [
    conflict('one'),
    { branch: 'two', reason: { kind: 'below', branch: 'one' } },
    { branch: 'three', reason: { kind: 'protected', message: 'no '.repeat(10_000) } },
  ],
  dropped: Array.from({ length: 2000 }, (_, i) => ({ branch: 'one', commit: String(i), subject: 'A subject' })),
  warnings: [{ branch: 'one', kind: 'signature_lost', commits: Array(2000).fill('e'.repeat(40)), message: 'Lost.' }],
  notes: ['A note.'],
};
const PAIRS = Array.from({ length: 6000 }, (_, i) => ({
  from: String(i).padStart(40, '0'),
  to: String(i).padStart(40, 'f'),
}));

/** As a job has it that was told what it did. */
const told = (result: JobResult) => ({ result, resultOutline: outlineOf(result) });

/** Three jobs with large results and many rewritten commits. */
async function large() {
  const repoId = await db.addRepo();
  const before = (await readPiece(db.db, 0, null)).upTo;
  const ids = [uuid(), uuid(), uuid()];
  for (const id of ids) {
    await db.db
      .insert(jobs)
      .values({ id, repoId, kind: 'restack_repo', status: 'completed', requestedBy: 'test', ...told(RESULT) });
    await db.db
      .insert(jobMoves)
      .values({ jobId: id, branch: 'four', before: 'a', after: 'b', rewritten: PAIRS, state: 'pushed' });
  }
  return { repoId, before, jobId: ids[0] ?? '' };
}

test('lists and events carry summaries; details are asked for', async () => {
  const { repoId, before, jobId } = await large();
  const [jobList, repos] = [api().jobs, api().repos];
  const { message: feed } = await readPiece(db.db, before, repoId);
  const list = await jobList.list({ repoId });
  for (const answer of [feed, list, await repos.overview({ repoId })]) expect(size(answer)).toBeLessThan(60_000);

  const [held] = list.jobs[0]?.job.result?.heldBack ?? [];
  expect(held).toEqual({
    ...conflict('one'),
    reason: {
      ...conflict('one').reason,
      files: [
        { path: 'a "b".ts', kinds: ['contents'], text: null },
        { path: 'b.ts', kinds: ['contents'], text: null },
      ],
    },
  });
  const event = feed?.kind === 'changes' ? feed.events.find(({ type }) => type === 'jobs') : undefined;
  expect(event?.row).toMatchObject({ result: list.jobs.at(-1)?.job.result });
  expect(list.jobs[0]?.job.result).toMatchObject({
    notes: ['A note.'],
    forecast: null,
    warnings: [{ branch: 'one', commits: [], message: 'Lost.' }],
  });
  expect(list.jobs[0]?.job.result?.dropped).toEqual(RESULT.dropped.slice(0, 100));

  const detail = await jobList.get({ jobId });
  expect(detail.job.result).toEqual(RESULT);
  expect(detail.moves[0]).not.toHaveProperty('rewritten');
  expect(size({ ...detail, job: null })).toBeLessThan(5000);
});

test('the commits of a job’s moves come in pages', async () => {
  const { jobId } = await large();
  const jobList = api().jobs;
  const first = await jobList.rewritten({ jobId });
  expect(first.commits[0]).toEqual({ branch: 'four', state: 'pushed', ...PAIRS[0] });
  expect(first.commits).toHaveLength(5000);
  const second = await jobList.rewritten({ jobId, cursor: first.nextCursor ?? 0 });
  expect([...first.commits, ...second.commits].map(({ from, to }) => ({ from, to }))).toEqual(PAIRS);
  expect(second.nextCursor).toBeNull();
  await expect(jobList.rewritten({ jobId: uuid() })).rejects.toThrow('no job');
});

test('a job without a result has none in lists either', async () => {
  const repoId = await db.addRepo();
  await db.db.insert(jobs).values({ id: uuid(), repoId, kind: 'sync_repo', requestedBy: 'test' });
  const { jobs: list } = await api().jobs.list({ repoId });
  expect(list[0]?.job.result).toBeNull();
});
