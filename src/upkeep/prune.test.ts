import { isTrackedEnvelope } from '@trpc/server';
import { eq, inArray, sql } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pruneAudit } from '@/access/audit';
import { callerOn } from '@/api/testing/caller';
import { write } from '@/db/client';
import {
  branches,
  branchTips,
  events,
  idempotencyKeys,
  type JobRow,
  jobLogs,
  jobMoves,
  jobSteps,
  jobs,
  tasks,
} from '@/db/schema';
import type { FeedMessage } from '@/feed/events';
import { newestEvent } from '@/feed/read';
import { undoOffer } from '@/queue/undo';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { prune } from './prune';

const DAY = 86_400_000;
const KEEP = { keepMs: 30 * DAY, keepEvents: 1_000_000 };

describe('retention', () => {
  let test: TestDatabase;
  let repoId: string;
  beforeEach(async () => {
    test = await testDatabase();
    repoId = await test.addRepo({ a: 'main', b: 'a' });
  });
  afterEach(() => test.close());

  const daysAgo = (days: number) => sql<string>`strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ${`-${days} days`})`;

  /** A job that ended so many days ago, with a step, a log line, a key and these moves. */
  async function endedJob(
    days: number,
    options: Partial<JobRow> & { moves?: Array<Partial<typeof jobMoves.$inferInsert>> } = {},
  ) {
    const id = uuid();
    const { moves = [], ...columns } = options;
    await write(test.db, [
      test.db.insert(jobs).values({
        id,
        repoId,
        kind: 'restack_repo',
        status: 'completed',
        requestedBy: 'test',
        finishedAt: daysAgo(days),
        ...columns,
      }),
      test.db.insert(jobSteps).values({ jobId: id, attempt: 1, step: 'sync', status: 'completed' }),
      test.db.insert(jobLogs).values({ jobId: id, line: 'Something happened' }),
      test.db.insert(idempotencyKeys).values({ key: id, jobId: id, input: '[]' }),
    ]);
    for (const move of moves) {
      await test.db.insert(jobMoves).values({ jobId: id, branch: 'a', rewritten: [], state: 'pushed', ...move });
    }
    return id;
  }

  const kept = async (ids: string[]) => {
    const rows = await test.db.select({ id: jobs.id }).from(jobs).where(inArray(jobs.id, ids)).orderBy(jobs.seq);
    return rows.map((row) => row.id);
  };

  it('prunes ended jobs that are older than the limit with all that is theirs, and keeps younger and open ones', async () => {
    const old = await endedJob(31);
    const young = await endedJob(29);
    const failed = await endedJob(31, { status: 'error' });
    const open = await endedJob(31, { status: 'queued', finishedAt: null });
    expect(await prune(test.db, KEEP)).toMatchObject({ jobs: 2 });
    expect(await kept([old, young, failed, open])).toEqual([young, open]);
    for (const table of [jobSteps, jobLogs, idempotencyKeys]) {
      const rows = await test.db.select({ jobId: table.jobId }).from(table);
      expect(rows.map((row) => row.jobId).sort()).toEqual([young, open].sort());
    }
    expect(await prune(test.db, KEEP)).toMatchObject({ jobs: 0 });
  });

  it('prunes any number of jobs', async () => {
    await test.db.run(sql`
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 1200)
      insert into jobs (id, repo_id, kind, status, requested_by, finished_at)
      select 'job-' || i, ${repoId}, 'sync_repo', 'completed', 'test', ${daysAgo(40)} from n`);
    expect(await prune(test.db, KEEP)).toMatchObject({ jobs: 1200 });
  });

  it('never prunes a job that can still be undone, and prunes it once its branches have moved on', async () => {
    const there = { before: 'c'.repeat(40), after: 'a'.repeat(40), parentBefore: 'main', parentAfter: 'main' };
    const undoable = await endedJob(400, { moves: [there] });
    // The second move took the branch elsewhere, or the branch was moved by somebody else since.
    const movedOn = await endedJob(400, { moves: [{ ...there, after: 'd'.repeat(40) }] });
    const half = await endedJob(400, { moves: [there, { ...there, branch: 'b', after: 'd'.repeat(40) }] });
    const reparented = await endedJob(400, { moves: [{ ...there, parentAfter: 'b' }] });
    const abandoned = await endedJob(400, { moves: [{ ...there, state: 'abandoned' }] });
    const all = [undoable, movedOn, half, reparented, abandoned];
    const job = { repoId, seq: 1, status: 'completed' as const, result: null };
    const offers = await Promise.all(all.map((id) => undoOffer(test.db, { id, ...job })));
    expect(offers.map((offer) => offer.possible)).toEqual([true, false, false, false, false]);
    await prune(test.db, KEEP);
    expect(await kept(all)).toEqual([undoable]);
    await test.db.update(branches).set({ gone: true }).where(eq(branches.name, 'a'));
    await prune(test.db, KEEP);
    expect(await kept(all)).toEqual([]);
  });

  it('prunes jobs that have moved and told very much, and keeps all of one that can be undone', async () => {
    const large = async () => {
      const id = await endedJob(60);
      await test.db.run(sql`
        with recursive n(i) as (select 1 union all select i + 1 from n where i < 1200)
        insert into job_logs (job_id, line) select ${id}, 'line ' || i from n`);
      return id;
    };
    const [gone, stays] = [await large(), await large()];
    const moved = async (id: string, after: string) =>
      test.db.insert(jobMoves).values(
        Array.from({ length: 600 }, (_, i) => ({
          ...{ jobId: id, branch: `large-${i}`, before: 'c'.repeat(40), after, parentBefore: 'main' },
          ...{ parentAfter: 'main', rewritten: [], state: 'pushed' as const },
        })),
      );
    await test.db.insert(branches).values(
      Array.from({ length: 600 }, (_, i) => ({
        ...{ repoId, name: `large-${i}`, tip: 'd'.repeat(40), parent: 'main', tracked: true },
      })),
    );
    await moved(gone, 'c'.repeat(40));
    await moved(stays, 'd'.repeat(40));
    expect(await prune(test.db, KEEP)).toMatchObject({ jobs: 1 });
    expect(await kept([gone, stays])).toEqual([stays]);
    const count = async (table: typeof jobMoves | typeof jobLogs) =>
      (await test.db.select({ jobId: table.jobId }).from(table)).filter(({ jobId }) => jobId === gone).length;
    expect([await count(jobMoves), await count(jobLogs)]).toEqual([0, 0]);
    const whole = await test.db.select().from(jobMoves).where(eq(jobMoves.jobId, stays));
    expect(whole).toHaveLength(600);
  });

  it('never prunes a job whose undo is yet to end', async () => {
    const undone = await endedJob(60, { moves: [{ before: null, after: 'd'.repeat(40) }] });
    const undo = await endedJob(0, { kind: 'undo', undoOf: undone, status: 'running', finishedAt: null });
    await prune(test.db, KEEP);
    expect(await kept([undone, undo])).toEqual([undone, undo]);
    await test.db.update(jobs).set({ status: 'error' }).where(eq(jobs.id, undo));
    await prune(test.db, KEEP);
    expect(await kept([undone])).toEqual([]);
  });

  it('keeps the job that attaches the branch of a task until the task is archived; the task stays as it was', async () => {
    const job = await endedJob(60, { status: 'error' });
    const id = uuid();
    await test.db.insert(tasks).values({ id, repoId, title: 'T', branch: 'a', jobId: job, branchStatus: 'error' });
    await prune(test.db, KEEP);
    expect(await kept([job])).toEqual([job]);
    await test.db.update(tasks).set({ archivedAt: daysAgo(1) });
    await prune(test.db, KEEP);
    expect(await kept([job])).toEqual([]);
    expect(await test.db.select().from(tasks)).toMatchObject([{ id, jobId: null, branchStatus: 'error' }]);
  });

  it('prunes events by age and by number, from the oldest on', async () => {
    await test.db.delete(events);
    const add = (days: number) =>
      test.db.insert(events).values({ type: 'repos', op: 'delete', row: '{}', at: daysAgo(days) });
    // The clock was set back before the third: what comes after it stays, though it looks older.
    for (const days of [50, 40, 10, 35, 5, 4, 3]) await add(days);
    const seqs = async () =>
      (await test.db.select({ seq: events.seq }).from(events).orderBy(events.seq)).map((e) => e.seq);
    const before = await seqs();
    expect(await prune(test.db, KEEP)).toMatchObject({ events: 2 });
    expect(await seqs()).toEqual(before.slice(2));
    expect(await prune(test.db, { ...KEEP, keepEvents: 2 })).toMatchObject({ events: 3 });
    expect(await seqs()).toEqual(before.slice(5));
  });

  it('lets others have their turn while it prunes very many events and entries', async () => {
    await test.db.run(sql`
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
      insert into events (type, op, row) select 'repos', 'delete', '{}' from n`);
    await test.db.run(sql`
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
      insert into audit (who, action, about) select 'mara', 'jobs.run', '{}' from n`);
    const turnsDuring = async (work: () => Promise<unknown>) => {
      let turns = 0;
      const turn = setInterval(() => {
        turns += 1;
      });
      await work();
      clearInterval(turn);
      return turns;
    };
    expect(await turnsDuring(() => prune(test.db, { ...KEEP, keepEvents: 3 }))).toBeGreaterThan(2);
    expect(await turnsDuring(() => pruneAudit(test.db, { failed: 3, rows: 3 }))).toBeGreaterThan(2);
    const [left] = await test.db.all(
      sql`select (select count(*) from events) as events, (select count(*) from audit) as audit`,
    );
    expect(left).toEqual({ events: 3, audit: 3 });
  });

  it('tells a client that was away too long to start over, and goes on from there without a gap', async () => {
    const head = async () => (await test.db.select({ seq: newestEvent }).from(sql`(select 1)`))[0]?.seq ?? 0;
    const away = await head();
    for (let i = 0; i < 5; i++) await endedJob(60);
    const near = await head();
    await prune(test.db, { ...KEEP, keepEvents: 1 });
    const next = async (lastEventId: number) => {
      const abort = new AbortController();
      const caller = callerOn(test.db, { shutdown: abort.signal }).feed;
      const stream = await caller.subscribe({ lastEventId });
      try {
        for await (const sent of stream) {
          // The caller types it as the client sees it; within the server it is still an envelope.
          if (isTrackedEnvelope<FeedMessage>(sent)) return { id: sent[0], ...sent[1] };
        }
      } finally {
        abort.abort();
      }
      throw new Error('The stream ended.');
    };
    const answer = await next(away);
    expect(answer).toMatchObject({ id: String(near), kind: 'start_over', cursor: near });
    const job = await endedJob(0);
    const more = await next(answer.cursor);
    expect(more.kind === 'changes' && more.events[0]).toMatchObject({ seq: near + 1, row: { id: job } });
  });

  it('keeps the newest tips of each branch, however old, and all young ones', async () => {
    const add = (branch: string, days: number, count: number) =>
      test.db.run(sql`
        with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
        insert into branch_tips (repo_id, branch, tip, seen_at) select ${repoId}, ${branch}, i, ${daysAgo(days)} from n`);
    await add('a', 90, 80);
    await add('b', 90, 3);
    await add('main', 90, 30);
    await add('main', 2, 70);
    // More branches than are asked for at once, and of one more old ones than one transaction takes.
    for (let i = 0; i < 120; i += 1) await add(`m${i}`, 90, 51);
    await add('z', 90, 1300);
    await prune(test.db, KEEP);
    const many = sql`branch like 'm_%' and branch <> 'main' or branch = 'z'`;
    const [kept] = await test.db
      .select({ count: sql<number>`count(*)`, least: sql`min(cast(tip as integer))` })
      .from(branchTips)
      .where(many);
    expect(kept).toEqual({ count: 121 * 50, least: 2 });
    await test.db.delete(branchTips).where(many);
    const left = await test.db
      .select({
        branch: branchTips.branch,
        count: sql<number>`count(*)`,
        first: sql<number>`min(cast(tip as integer))`,
      })
      .from(branchTips)
      .groupBy(branchTips.branch);
    expect(left).toEqual([
      { branch: 'a', count: 50, first: 31 },
      { branch: 'b', count: 3, first: 1 },
      { branch: 'main', count: 70, first: 1 },
    ]);
  });
});
