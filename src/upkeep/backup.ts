import { constants, existsSync } from 'node:fs';
import { access, chmod, mkdir, rename, rm } from 'node:fs/promises';
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
  const from = databaseUrl.slice('file:'.length);
  await access(from, constants.R_OK | constants.W_OK).catch((error: NodeJS.ErrnoException) => {
    throw new Error(whyNotOpened(from, error.code));
  });
  const folder = dirname(target);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`${folder} cannot be written (${code}): name a file in a folder of this user's.`);
  }
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

/** What is said of a database that cannot be read and written, by the system's error code, and what to do. */
export function whyNotOpened(from: string, code: string | undefined): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `There is no database at ${from}: set SPICERACK_DATA_DIR.`;
    case 'EACCES':
    case 'EPERM':
      return `${from} is not this user's (${code}): make the backup as the user that runs Spicerack.`;
    default:
      return `${from} cannot be read and written (${code}): mend that first, then make the backup.`;
  }
}
