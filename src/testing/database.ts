import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuid } from 'uuid';
import { type Db, openDatabase } from '@/db/client';
import { type BranchRow, branches, repos } from '@/db/schema';

/** A database of its own in a temporary folder, with a few rows to begin with. */
export interface TestDatabase {
  db: Db;
  dir: string;
  /** A repo that was synced, with trunk `main`, and these tracked branches as name → parent. */
  addRepo(tracked?: Record<string, string>): Promise<string>;
  /** Opens it as another process has it open; that ends with it. */
  elsewhere(): Promise<Db>;
  close(): Promise<void>;
}

export async function testDatabase(): Promise<TestDatabase> {
  const dir = await mkdtemp(join(tmpdir(), 'spicerack-db-'));
  const open = () => openDatabase(`file:${dir}/test.db`);
  const db = await open();
  const others: Db[] = [];
  return {
    db,
    dir,
    async addRepo(tracked = {}) {
      const id = uuid();
      await db
        .insert(repos)
        .values({ id, name: 'shop', url: `/srv/${id}.git`, trunk: 'main', trunkTip: 'f'.repeat(40) });
      const rows = Object.entries(tracked).map(
        ([name, parent]): Partial<BranchRow> & Pick<BranchRow, 'repoId' | 'name' | 'tip'> => ({
          repoId: id,
          name,
          tip: 'a'.repeat(40),
          parent,
          base: 'b'.repeat(40),
          tracked: true,
        }),
      );
      if (rows.length > 0) await db.insert(branches).values(rows);
      return id;
    },
    async elsewhere() {
      const other = await open();
      others.push(other);
      return other;
    },
    async close() {
      for (const one of [...others, db]) one.$client.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** How many statements and batches a database is given while `work` runs. */
export async function callsDuring(db: Db, work: () => Promise<unknown>): Promise<number> {
  const client = db.$client;
  const { execute, batch } = client;
  let calls = 0;
  Object.assign(client, {
    execute: (...given: Parameters<typeof execute>) => {
      calls += 1;
      return execute(...given);
    },
    batch: (...given: Parameters<typeof batch>) => {
      calls += 1;
      return batch(...given);
    },
  });
  await work();
  Object.assign(client, { execute, batch });
  return calls;
}
