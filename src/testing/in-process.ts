import { asc, eq, inArray, sql } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { type Db, write } from '@/db/client';
import {
  type BranchRow,
  branches,
  type JobMoveRow,
  type JobRow,
  jobMoves,
  jobs,
  type RepoRow,
  repos,
} from '@/db/schema';
import type { Remote } from '@/demo/remote';
import { forecast } from '@/forecast/loop';
import type { StepName } from '@/model/kinds';
import { insertJob, type NewJob } from '@/queue/accept';
import { runJob, type StepOutcome, TryLater } from '@/workflow/workflow';

/**
 * Jobs run to their end in the test's own process, one after the other, without a server: for tests that do
 * something to the clone, the database or the disk at a given moment. Set `SPICERACK_RETRY_DELAY` low.
 */
export interface InProcess {
  /** Adds a remote as a repo and syncs it. */
  add(remote: Remote): Promise<RepoRow>;
  /** Queues a job and runs it to its end. */
  run(job: Omit<NewJob, 'id' | 'requestedBy'>, hooks?: StepHooks): Promise<{ job: JobRow; moves: JobMoveRow[] }>;
  /** Runs every job that was queued by others, the API say, to its end. */
  rest(): Promise<void>;
  /** Computes every forecast that was asked for. */
  forecasts(): Promise<void>;
  /** The branch rows of a repo by name. */
  rows(repoId: string): Promise<Map<string, BranchRow>>;
}

export interface StepHooks {
  /** Called before each try of a step, counted from 1. */
  before?(step: StepName, tries: number): Promise<void> | void;
}

export function inProcess(db: Db): InProcess {
  const never = new AbortController().signal;

  async function toItsEnd(jobId: string, hooks: StepHooks): Promise<void> {
    const tries = new Map<StepName, number>();
    const step = async (name: StepName, work: () => Promise<StepOutcome>) => {
      tries.set(name, (tries.get(name) ?? 0) + 1);
      await hooks.before?.(name, tries.get(name) ?? 0);
      return work();
    };
    const dispatch = 1;
    await db.update(jobs).set({ dispatch }).where(eq(jobs.id, jobId));
    for (;;) {
      try {
        return await runJob(
          { jobId, dispatch },
          { run: step, goesOn: true },
          { db, executor: 'inline', shutdown: never },
        );
      } catch (error) {
        if (!(error instanceof TryLater)) throw error;
        await new Promise((resolve) => setTimeout(resolve, error.delayMs));
      }
    }
  }

  async function rest(): Promise<void> {
    const open = await db
      .select({ id: jobs.id })
      .from(jobs)
      .where(inArray(jobs.status, ['queued']))
      .orderBy(asc(jobs.seq));
    for (const { id } of open) await toItsEnd(id, {});
  }

  return {
    async add(remote) {
      const id = uuid();
      await db.insert(repos).values({ id, name: 'shop', url: remote.dir });
      await this.run({ repoId: id, kind: 'sync_repo' });
      const [repo] = await db.select().from(repos).where(eq(repos.id, id));
      if (!repo) throw new Error('The repo is gone.');
      return repo;
    },
    async run(job, hooks = {}) {
      const id = uuid();
      await write(db, [insertJob(db, { ...job, id, requestedBy: 'test' })]);
      await toItsEnd(id, hooks);
      const [row] = await db.select().from(jobs).where(eq(jobs.id, id));
      if (!row) throw new Error('The job is gone.');
      const moves = await db.select().from(jobMoves).where(eq(jobMoves.jobId, id)).orderBy(asc(jobMoves.id));
      // Jobs that others have queued meanwhile (a restack after a merge).
      await rest();
      return { job: row, moves };
    },
    rest,
    async forecasts() {
      const stop = new AbortController();
      const loop = forecast(db, stop.signal);
      const pending = sql<number>`(select count(*) from forecasts where status = 'pending' and not stale)`;
      try {
        for (;;) {
          const [row] = await db.all<{ open: number }>(sql`select ${pending} as open`);
          if (row?.open === 0) return;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      } finally {
        stop.abort(new Error('done'));
        await loop;
      }
    },
    async rows(repoId) {
      const rows = await db.select().from(branches).where(sql`${branches.repoId} = ${repoId}`);
      return new Map(rows.map((row) => [row.name, row]));
    },
  };
}
