import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from './client';
import { idempotencyKeys, jobBranches, landings } from './schema';

/** A database of an older version is brought up to date when it is opened. */

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-upgrade-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** A database as it was before this migration, with these statements run in it. */
async function databaseBefore(migration: string, statements: string[]): Promise<string> {
  const migrationsFolder = join(dir, 'drizzle');
  await cp('drizzle', migrationsFolder, { recursive: true });
  const path = join(migrationsFolder, 'meta', '_journal.json');
  const journal: { entries: Array<{ tag: string }> } = JSON.parse(await readFile(path, 'utf8'));
  const end = journal.entries.findIndex(({ tag }) => tag === migration);
  expect(end).toBeGreaterThan(0);
  await writeFile(path, JSON.stringify({ ...journal, entries: journal.entries.slice(0, end) }));
  const url = `file:${dir}/${migration}.db`;
  const client = createClient({ url });
  await migrate(drizzle(client), { migrationsFolder });
  await client.batch(statements, 'write');
  client.close();
  return url;
}

describe('a database from before landings were written down', () => {
  it('has those of the branches that are merged, as seen earlier; others have none', async () => {
    const url = await databaseBefore('0006_landings', [
      `insert into repos (id, name, url, trunk, trunk_tip) values ('r', 'shop', '/srv/shop.git', 'main', 'm9')`,
      `insert into repos (id, name, url) values ('new', 'new', '/srv/new.git')`,
      `insert into branches (repo_id, name, tip, base, merged) values
         ('r', 'old', 'o2', 'm1', 1), ('r', 'found', 'f1', null, 1), ('r', 'open', 'p1', 'm1', 0)`,
    ]);
    const db = await openDatabase(url);
    const rows = await db.select().from(landings);
    db.$client.close();
    const there = { repoId: 'r', into: 'main', evidence: 'seen_earlier', at: 'm9', voidedAt: null, retargeted: [] };
    expect(rows.sort((a, b) => (a.branch < b.branch ? 1 : -1))).toMatchObject([
      { ...there, branch: 'old', base: 'm1', upTo: 'o2' },
      { ...there, branch: 'found', base: 'f1', upTo: 'f1' },
    ]);
  });
});

it('a key of idempotency keeps its job when keys may name tasks too', async () => {
  const url = await databaseBefore('0009_expected_and_keys', [
    `insert into repos (id, name, url) values ('r', 'shop', '/srv/shop.git')`,
    `insert into jobs (id, repo_id, kind, requested_by) values ('j', 'r', 'sync_repo', 'test')`,
    `insert into idempotency_keys (key, job_id, input) values ('k', 'j', '[]')`,
  ]);
  const db = await openDatabase(url);
  const rows = await db.select().from(idempotencyKeys);
  db.$client.close();
  expect(rows).toEqual([{ key: 'k', jobId: 'j', taskId: null, input: '[]' }]);
});

it('the jobs of a branch are found again when they are written down: asked for on it, moved it, or say so', async () => {
  const job = (id: string, branch: string | null, result: unknown) =>
    `insert into jobs (id, repo_id, kind, requested_by, status, branch, result)
     values ('${id}', 'r', 'restack_repo', 'test', 'completed', ${branch ? `'${branch}'` : 'null'}, ${result ? `'${JSON.stringify(result)}'` : 'null'})`;
  const url = await databaseBefore('0011_job_branches', [
    `insert into repos (id, name, url) values ('r', 'shop', '/srv/shop.git')`,
    job('j1', 'asked', null),
    job('j2', null, null),
    job('j3', null, { merged: [{ branch: 'merged' }], heldBack: [{ branch: 'held' }], gone: ['gone'] }),
    `insert into job_moves (job_id, branch, rewritten, state) values ('j2', 'moved', '[]', 'pushed'), ('j2', 'planned', '[]', 'planned')`,
  ]);
  const db = await openDatabase(url);
  const rows = await db.select().from(jobBranches).orderBy(jobBranches.seq, jobBranches.branch);
  db.$client.close();
  expect(rows).toEqual([
    { branch: 'asked', seq: 1 },
    { branch: 'moved', seq: 2 },
    { branch: 'gone', seq: 3 },
    { branch: 'held', seq: 3 },
    { branch: 'merged', seq: 3 },
  ]);
});
