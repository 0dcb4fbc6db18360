import { readdirSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from './client';
import { branches, events, idempotencyKeys, jobBranches, jobs, landings, repos } from './schema';
import { TRIGGERS_VERSION } from './triggers';
import { NewerDatabase } from './version';

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

it('lists carry no text of the conflicts that jobs met before lists had outlines of their own, and nobody is told anew', async () => {
  const files = `'[{"path":"f","kinds":["contents"],"text":"' || hex(zeroblob(2000)) || '"}]'`;
  const held = `'{"heldBack":[{"branch":"a","reason":{"kind":"conflict","commit":"c","files":' || ${files} || '}}],"dropped":[],"warnings":[]}'`;
  const url = await databaseBefore('0021_result_outlines', [
    `insert into repos (id, name, url) values ('r', 'shop', '/srv/shop.git')`,
    `insert into jobs (id, repo_id, kind, requested_by, result) values ('j', 'r', 'restack_repo', 'test', ${held})`,
    `insert into jobs (id, repo_id, kind, requested_by, result) values ('k', 'r', 'sync_repo', 'test', '{"heldBack":[]}')`,
  ]);
  const db = await openDatabase(url);
  const [long, short] = await db.select().from(jobs);
  const known = await db.select().from(events);
  db.$client.close();
  expect(long?.resultOutline?.heldBack[0]?.reason).toMatchObject({ files: [{ path: 'f', text: null }] });
  expect(long?.result?.heldBack[0]?.reason).toMatchObject({ files: [{ text: '0'.repeat(4000) }] });
  expect(short?.resultOutline).toBeNull();
  expect(known).toEqual([]);
});

/** Each was made by the version of that commit, with a repo, a branch and a job. */
const EARLIER = 'src/testing/databases';

/** Names of all tables, columns, indexes and triggers. */
const SHAPE = `select m.type, m.name, c.name as col from sqlite_master m left join pragma_table_info(m.name) c
  where m.name not like 'sqlite_%' order by 1, 2, 3`;

describe('a database that an earlier version made', () => {
  let shape: unknown;
  beforeAll(async () => {
    const fresh = await openDatabase(`file:${dir}/fresh.db`);
    shape = (await fresh.$client.execute(SHAPE)).rows;
    fresh.$client.close();
  });

  it.each(readdirSync(EARLIER))('%s has all tables and triggers of a new one, and its rows', async (name) => {
    const url = `file:${dir}/${name}.db`;
    const made = createClient({ url });
    await made.executeMultiple(await readFile(join(EARLIER, name), 'utf8'));
    made.close();
    const db = await openDatabase(url);
    expect((await db.$client.execute(SHAPE)).rows).toEqual(shape);
    expect(await db.select().from(repos)).toMatchObject([{ id: 'r', name: 'shop' }]);
    expect(await db.select().from(branches)).toMatchObject([{ name: 'feature/a', parent: 'main', tracked: true }]);
    expect(await db.select().from(jobs)).toMatchObject([{ id: 'j', status: 'completed' }]);
    // Whoever goes on from here writes its events as the newest version does.
    const before = (await db.select().from(events)).length;
    await db.update(jobs).set({ message: 'Changed.' });
    const [event] = (await db.select().from(events)).slice(before);
    expect(JSON.parse(event?.row ?? '')).toMatchObject({ id: 'j', message: 'Changed.', committingAt: null });
    db.$client.close();
  });
});

it('migrations stand in the order of their times: one that is older than the last one applied would be skipped', async () => {
  const { entries }: { entries: Array<{ when: number }> } = JSON.parse(
    await readFile('drizzle/meta/_journal.json', 'utf8'),
  );
  const times = entries.map(({ when }) => when);
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
});

describe('several versions on one database', () => {
  const newer = `insert into __drizzle_migrations (hash, created_at) values ('x', 9999999999999)`;
  const triggers = `select sql from sqlite_master where type = 'trigger' order by name`;

  it('one that a newer version has brought up to date is refused with what to do, and not touched', async () => {
    const url = `file:${dir}/newer.db`;
    const first = await openDatabase(url);
    await first.$client.batch([newer, 'drop trigger feed_jobs_update'], 'write');
    const left = (await first.$client.execute(triggers)).rows;
    const refused = openDatabase(url);
    await expect(refused).rejects.toBeInstanceOf(NewerDatabase);
    await expect(refused).rejects.toThrow(/newer version of Spicerack.*restore the backup/);
    expect((await first.$client.execute(triggers)).rows).toEqual(left);
    first.$client.close();
  });

  it('the triggers of a newer version stay while an older one with the same tables runs beside it', async () => {
    const url = `file:${dir}/beside.db`;
    const first = await openDatabase(url);
    const raise = (by: number) => `update meta set value = '${TRIGGERS_VERSION + by}' where key = 'triggers'`;
    const other = 'create trigger of_the_newer after insert on repos begin select 1; end';
    const names = async () => (await first.$client.execute(triggers)).rows.map(({ sql }) => String(sql));
    const ours = await names();
    await first.$client.batch(['drop trigger repo_well', other, raise(1)], 'write');
    const theirs = await names();
    (await openDatabase(url)).$client.close();
    expect(await names()).toEqual(theirs);
    // An older version's are replaced, and what it had besides goes.
    await first.$client.batch([raise(0)], 'write');
    (await openDatabase(url)).$client.close();
    expect(await names()).toEqual(ours);
    first.$client.close();
  });

  it('triggers with the right text are left alone, so that a start changes no schema under who is at work', async () => {
    const url = `file:${dir}/same.db`;
    const first = await openDatabase(url);
    const version = async () => (await first.$client.execute('pragma schema_version')).rows[0]?.schema_version;
    const before = await version();
    (await openDatabase(url)).$client.close();
    expect(await version()).toBe(before);
    first.$client.close();
  });

  it('two that start at once on an empty database both come up', async () => {
    const both = await Promise.all([1, 2].map(() => openDatabase(`file:${dir}/at-once.db`)));
    for (const db of both) {
      expect(await db.select().from(repos)).toEqual([]);
      db.$client.close();
    }
  });
});

it('the jobs of a branch are found again when they are written down: asked for on it, moved it, or say so', async () => {
  const job = (id: string, branch: string | null, result: unknown) =>
    `insert into jobs (id, repo_id, kind, requested_by, status, branch, result)
     values ('${id}', 'r', 'restack_repo', 'test', 'completed', ${branch ? `'${branch}'` : 'null'}, ${result ? `'${JSON.stringify(result)}'` : 'null'})`;
  const url = await databaseBefore('0012_job_branches', [
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
