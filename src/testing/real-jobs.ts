import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asc, eq } from 'drizzle-orm';
import { callerOn } from '@/api/testing/caller';
import { jobs } from '@/db/schema';
import { makeRemote, type Remote } from '@/demo/remote';
import { type TestDatabase, testDatabase } from './database';
import { type InProcess, inProcess } from './in-process';

/** The API and its jobs in the test's own process, on real remotes. */
export interface RealJobs extends Pick<TestDatabase, 'db'>, InProcess {
  readonly dir: string;
  readonly api: ReturnType<typeof callerOn>;
  /** A new and empty remote. */
  remote(options?: { trunk?: string }): Promise<Remote>;
  /** Adds it, with every suggestion registered, and returns the repo's id. */
  addRegistered(remote: Remote): Promise<string>;
  /** Runs what the API has queued to its end, and returns the last job. */
  drain(repoId: string): Promise<typeof jobs.$inferSelect>;
  /** Tip of each branch row. */
  tipsInRows(repoId: string): Promise<Record<string, string>>;
  close(): Promise<void>;
}

export async function realJobs(): Promise<RealJobs> {
  const dir = await mkdtemp(join(tmpdir(), 'spicerack-real-jobs-'));
  Object.assign(process.env, { SPICERACK_DATA_DIR: join(dir, 'data'), SPICERACK_ENGINE: 'git' });
  const test = await testDatabase();
  const app = inProcess(test.db);
  let remotes = 0;
  return {
    ...app,
    dir,
    db: test.db,
    api: callerOn(test.db),
    remote: (options) => makeRemote(join(dir, `remote-${++remotes}.git`), options),
    async addRegistered(remote) {
      const { id } = await app.add(remote);
      await app.run({ repoId: id, kind: 'register_existing_branch', suggested: true });
      return id;
    },
    async drain(repoId) {
      // Running one runs what is queued before and after it.
      await app.run({ repoId, kind: 'sync_repo' });
      const rows = await test.db.select().from(jobs).where(eq(jobs.repoId, repoId)).orderBy(asc(jobs.seq));
      const last = rows.findLast((job) => job.kind !== 'sync_repo') ?? rows.at(-1);
      if (!last) throw new Error('There is no job.');
      return last;
    },
    async tipsInRows(repoId) {
      return Object.fromEntries([...(await app.rows(repoId)).values()].map(({ name, tip }) => [name, tip]));
    },
    async close() {
      await test.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
