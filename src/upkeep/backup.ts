import { existsSync } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createClient } from '@libsql/client';

/**
 * Writes the database as it is at this moment into one new file, also while servers work on it. The file is whole or
 * not there at all, and this user's alone.
 * @throws Error saying what to do
 */
export async function backUp({ databaseUrl }: { databaseUrl: string }, target: string): Promise<void> {
  if (!databaseUrl.startsWith('file:')) {
    throw new Error('SPICERACK_DATABASE_URL is a database server: back it up with what that server has for it.');
  }
  if (existsSync(target)) throw new Error(`${target} is there already: name a new file.`);
  if (!existsSync(databaseUrl.slice('file:'.length))) {
    throw new Error(`There is no database at ${databaseUrl.slice('file:'.length)}: set SPICERACK_DATA_DIR.`);
  }
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const making = `${target}.making-${process.pid}`;
  const client = createClient({ url: databaseUrl, timeout: 30_000 });
  try {
    await client.execute({ sql: 'vacuum into ?', args: [making] });
    await chmod(making, 0o600);
    await rename(making, target);
  } finally {
    client.close();
    await rm(making, { force: true });
  }
}
