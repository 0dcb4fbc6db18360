import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '@libsql/client';
import { type SQL, sql } from 'drizzle-orm';
import type { BatchItem, BatchResponse } from 'drizzle-orm/batch';
import { drizzle, type LibSQLDatabase } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { breather } from '@/breather';
import { config } from '@/config';
import { patient } from './patient';
import { setProblem } from './problems';
import * as schema from './schema';
import { type Change, signal } from './signal';
import { databaseTrouble } from './trouble';
import { makeTriggers, migrations, NewerDatabase, schemaOf } from './version';

/** How long SQLite itself waits for another writer, in milliseconds: it waits in place, so the whole process stands still. */
const BLOCK_MS = 5;

export type Db = LibSQLDatabase<typeof schema> & { $client: Client };

/**
 * Opens the database, brings its tables up to date and makes the feed's triggers.
 * @param url `file:/path` or `libsql://host`
 * @param onTrouble told of every failure that is the database's own
 * @throws NewerDatabase where a newer program has brought it up to date
 */
export async function openDatabase(
  url: string,
  authToken?: string | null,
  onTrouble = (error: unknown) => setProblem('database', databaseTrouble(error)),
): Promise<Db> {
  const file = fileOf(url);
  if (file !== null) mkdirSync(dirname(file), { recursive: true });
  const client = patient(
    createClient(file === null ? { url, ...(authToken ? { authToken } : {}) } : { url, timeout: BLOCK_MS }),
    onTrouble,
    file,
  );
  if (file !== null) await client.execute('pragma journal_mode = wal');
  const db = drizzle(client, { schema });
  if ((await schemaOf(client)) === 'newer') {
    client.close();
    throw new NewerDatabase();
  }
  await migrate(db, migrations()).catch(async (error: unknown) => {
    // Another node that started at the same time was quicker.
    if ((await schemaOf(client)) !== 'equal') throw error;
  });
  await makeTriggers(client);
  return db;
}

/** The path of a database that is a file. */
function fileOf(url: string): string | null {
  if (!url.startsWith('file:')) return null;
  return url.startsWith('file://') ? fileURLToPath(url) : url.slice('file:'.length);
}

// Next bundles its instrumentation hook and its routes apart, so module state is not shared between them.
const shared = globalThis as typeof globalThis & { __spicerackDb?: Promise<Db> };

/** The database of this process, opened at the first call. */
export function db(): Promise<Db> {
  shared.__spicerackDb ??= openDatabase(config().databaseUrl, config().databaseAuthToken).catch((error: unknown) => {
    delete shared.__spicerackDb;
    throw error;
  });
  return shared.__spicerackDb;
}

/** Any statement that a batch takes. */
export type Statement = BatchItem<'sqlite'>;

/**
 * Runs statements as one transaction and wakes whoever follows the feed, and with `work` whoever has something to do.
 * Batches, not interactive transactions: those fail with SQLITE_BUSY as soon as two run at once.
 * @returns each statement's own result
 */
export async function write<T extends Readonly<[Statement, ...Statement[]]>>(
  database: Db,
  statements: T,
  change: Change = 'work',
) {
  const results = await database.batch(statements);
  signal().notify(change);
  return results;
}

/**
 * `write` of which only the results of the last statements are wanted.
 * @returns each of their own results
 */
export async function writeAndRead<T extends Readonly<[Statement, ...Statement[]]>>(
  database: Db,
  writes: Readonly<[Statement, ...Statement[]]>,
  reads: T,
  change: Change = 'work',
): Promise<BatchResponse<T>> {
  const results: unknown[] = await write(database, [...writes, ...reads], change);
  // Of a batch with others before them, the types do not know its end.
  return results.slice(-reads.length) as BatchResponse<T>;
}

/** Reads several statements as one snapshot. */
export function snapshot<T extends Readonly<[Statement, ...Statement[]]>>(database: Db, statements: T) {
  return database.batch(statements);
}

/** Rows of one transaction, so that no writer waits long. */
export const PAGE = 500;

/**
 * Deletes the rows of a table for which a condition holds, a page at a time; others have their turn in between. Nobody
 * is woken: it is for what nobody follows.
 */
export async function deleteInPages(database: Db, table: SQLiteTable, doomed: SQL): Promise<void> {
  const breathe = breather();
  for (;;) {
    const gone = await database
      .delete(table)
      .where(sql`rowid in (select rowid from ${table} where ${doomed} limit ${PAGE})`)
      .returning({ one: sql`1` });
    if (gone.length < PAGE) return;
    await breathe();
  }
}
