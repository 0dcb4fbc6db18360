import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, LibsqlError, type Transaction } from '@libsql/client';

/** What is held, so that no collection of garbage closes it. */
const held = new Set<Transaction>();

/**
 * Takes a file for this process, which is made where it is missing; nothing is in it. It is SQLite's own lock, an open
 * write on a file without tables, so the system takes it away with the process however that ends, also between
 * containers that share the directory on one system.
 * @param patienceMs for how long to wait for whoever has it
 * @returns how to give it back before the process ends; null where another process still has it
 */
export async function lockFile(path: string, patienceMs: number): Promise<(() => void) | null> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
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
      if (performance.now() - begun > patienceMs) return null;
    }
    await sleep(100);
  }
}
