import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { callerOn } from '@/api/testing/caller';
import { jobs } from '@/db/schema';
import { tailOf } from '@/feed/tail';
import { git } from '@/git/process/run';
import { EMPTY_RESULT } from '@/model/result';
import { insertJob } from '@/queue/accept';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { metrics } from './metrics';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

const value = async (name: string) =>
  Number((await metrics(test.db)).match(new RegExp(`^spicerack_${name} ([\\d.e-]+)$`, 'm'))?.[1]);

it('tells of the queue, what ended and the disk, each line as Prometheus reads it, and names no branch', async () => {
  const repoId = await test.addRepo({ 'secret/branch': 'main' });
  const add = (id: string) =>
    insertJob(test.db, { id, repoId, kind: 'rebase_branch', branch: 'secret/branch', requestedBy: 'test' });
  await test.db.batch([add(uuid()), add(uuid())]);
  const ended = new Date(Date.now() - 1000).toISOString();
  await test.db.insert(jobs).values({
    ...{ id: uuid(), repoId, kind: 'sync_repo', requestedBy: 'test', status: 'completed', attempt: 2 },
    ...{ createdAt: ended, startedAt: ended, finishedAt: ended },
    result: { ...EMPTY_RESULT, forecast: { agreed: false, differences: ['secret/branch'] } },
  });
  const text = await metrics(test.db);
  for (const line of text.trimEnd().split('\n')) {
    expect(line).toMatch(/^(# (HELP|TYPE) spicerack_\w+ .+|spicerack_\w+(\{\w+="[\w.:]+"\})? -?\d+(\.\d+)?(e-?\d+)?)$/);
  }
  expect(text).toContain('spicerack_jobs_open{status="queued"} 2\n');
  expect(text).toContain('spicerack_jobs_open{status="running"} 0\n');
  expect(text).toContain('spicerack_jobs_ended_last_hour{status="completed"} 1\n');
  expect(text).toContain('spicerack_jobs_attempts_last_hour{status="completed"} 2\n');
  expect(text).toContain('spicerack_forecasts_missed_last_hour 1\n');
  expect(text).toContain('spicerack_takes_jobs 1\n');
  expect(text).not.toMatch(/secret|shop|undefined|NaN/);
});

it('tells how many follow the feed, and how many gits were started and run', async () => {
  const before = await value('git_processes_total');
  await git(['--version']);
  expect(await value('git_processes_total')).toBe(before + 1);
  expect(await value('git_processes')).toBe(0);
  const { leave } = tailOf(test.db).join(new AbortController().signal);
  expect(await value('streams')).toBe(1);
  // Not before it knows where it is to go on from: what was written until then is nobody's lag.
  await vi.waitFor(() => expect(tailOf(test.db).version).toBeGreaterThan(0));
  const read = await value('feed_reads_total');
  await test.addRepo({});
  await vi.waitFor(async () => expect(await value('feed_reads_total')).toBeGreaterThan(read));
  expect(await value('feed_lag_seconds_total')).toBeGreaterThanOrEqual(0);
  leave();
  expect(await value('streams')).toBe(0);
});

it('tells how quickly calls are answered with a job, and of those that make none nothing', async () => {
  const api = callerOn(test.db);
  const repoId = await test.addRepo({});
  const before = await value('accepted_total');
  await api.jobs.run({ repoId, kind: 'sync_repo' });
  await api.repos.update({ repoId, name: 'other' });
  expect(await value('accepted_total')).toBe(before + 1);
  expect(await value('accept_seconds_total')).toBeGreaterThan(0);
});
