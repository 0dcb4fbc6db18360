import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, LibsqlError, type Transaction } from '@libsql/client';

/** A file of the data directory; nothing is in it. */
export const LOCK_FILE = 'lock.db';

/** What is held, so that no collection of garbage closes it. */
const held = new Set<Transaction>();

/** For how long a server that has just been told to end may still be there, in milliseconds. */
const ENDING_MS = 3000;

/**
 * Takes the data directory for this process: two servers on one would mend and tend the same clones, as the same
 * machine. It is SQLite's own lock, an open write on a file without tables, so the system takes it away with the
 * process however that ends, also between containers that share the directory on one system.
 * @returns how to give it back before the process ends
 * @throws Error saying what to do, where another server has it
 */
export async function lockDataDir(dataDir: string, patienceMs = ENDING_MS): Promise<() => void> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, LOCK_FILE);
  closeSync(openSync(path, 'a', 0o600));
  const begun = performance.now();
  for (;;) {
    const client = createClient({ url: `file:${path}` });
    try {
      const lock = await client.transaction('write');
      held.add(lock);
      return () => {
        lock.close();
        held.delete(lock);
        client.close();
      };
    } catch (error) {
      client.close();
      if (!(error instanceof LibsqlError) || !/^SQLITE_(BUSY|LOCKED)/.test(error.code)) throw error;
      if (performance.now() - begun > patienceMs) {
        throw new Error(
          `Another Spicerack server uses ${dataDir}. Stop that one, or set SPICERACK_DATA_DIR to a directory of this server's own; several servers share SPICERACK_DATABASE_URL, never a directory.`,
        );
      }
    }
    await sleep(100);
  }
}
