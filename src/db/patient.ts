import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, type InArgs, type InStatement, LibsqlError, type TransactionMode } from '@libsql/client';

/** How long a statement waits for another writer before it fails with SQLITE_BUSY, in milliseconds. */
const PATIENCE_MS = 5000;

/** The first pause between two tries, in milliseconds; it doubles up to the longest. */
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 300;

/**
 * Waits for another process's lock without standing still, and comes back to life after any trouble with the file.
 *
 * libsql 0.18 runs SQLite in the calling thread: its own `timeout` blocks everything, requests and leases alike.
 * So it is kept short and the waiting is done here. And a statement that failed (SQLITE_BUSY, SQLITE_FULL, …) is
 * not reset until it is garbage-collected; until then every COMMIT on its connection fails with "SQL statements
 * in progress". So such a failure gets fresh connections.
 * @param onTrouble told of every failure that is the database's own, and not the statement's
 */
export function patient(client: Client, onTrouble: (error: unknown) => void = () => undefined): Client {
  async function attempt<T>(work: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
      try {
        return await work();
      } catch (error) {
        const kind = troubleOf(error);
        if (kind === null || client.closed) throw error;
        if (kind !== 'disturbed') client.reconnect();
        // A failed statement has done nothing, and a failed batch was rolled back: trying again is safe.
        if (kind === 'broken' || performance.now() - begun > PATIENCE_MS) {
          onTrouble(error);
          throw error;
        }
        await sleep(pause);
      }
    }
  }
  return {
    execute: (statement: InStatement, args?: InArgs) =>
      attempt(() => (typeof statement === 'string' ? client.execute(statement, args) : client.execute(statement))),
    batch: (statements, mode) => attempt(() => client.batch(statements, mode)),
    migrate: (statements) => attempt(() => client.migrate(statements)),
    // Not tried again: it may have done half of its statements.
    executeMultiple: (sql) => client.executeMultiple(sql),
    transaction: (mode?: TransactionMode) => client.transaction(mode ?? 'write'),
    sync: () => client.sync(),
    reconnect: () => client.reconnect(),
    close: () => client.close(),
    get closed() {
      return client.closed;
    },
    get protocol() {
      return client.protocol;
    },
  };
}

/**
 * What an error says about the connection: somebody else has the lock; the connection was closed under it by
 * `reconnect`, before it did anything; or the file is in trouble. Null where it is about the statement itself.
 */
function troubleOf(error: unknown): 'locked' | 'disturbed' | 'broken' | null {
  if (!(error instanceof LibsqlError)) return null;
  if (/^SQLITE_(BUSY|LOCKED)/.test(error.code)) return 'locked';
  if (error.code === 'CLIENT_CLOSED') return 'disturbed';
  return /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|NOTADB|CORRUPT|PROTOCOL)/.test(error.code) ? 'broken' : null;
}
