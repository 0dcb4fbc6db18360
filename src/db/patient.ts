import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, type InArgs, type InStatement, LibsqlError, type TransactionMode } from '@libsql/client';
import { statusOf } from './trouble';
import { mayBeDone } from './writes';

/** How long a statement waits for another writer before it fails with SQLITE_BUSY, in milliseconds. */
const PATIENCE_MS = 5000;

/** The first pause between two tries, in milliseconds; it doubles up to the longest. */
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 300;

/**
 * Waits for another process's lock without standing still, comes back to life after any trouble with the file, and
 * waits for a database server that is away for a moment.
 *
 * libsql 0.18 runs SQLite in the calling thread: its own `timeout` blocks everything, requests and leases alike.
 * So it is kept short and the waiting is done here. And a statement that failed (SQLITE_BUSY, SQLITE_FULL, …) is
 * not reset until it is garbage-collected; until then every COMMIT on its connection fails with "SQL statements
 * in progress". So such a failure gets fresh connections. To a server, each statement has a connection of its own.
 * @param onTrouble told of every failure that is the database's own, and not the statement's
 */
export function patient(client: Client, onTrouble: (error: unknown) => void = () => undefined): Client {
  const isFile = client.protocol === 'file';

  async function attempt<T>(work: () => Promise<T>, reads: boolean): Promise<T> {
    const begun = performance.now();
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
      try {
        const answer = await work();
        if (!reads) mayBeDone();
        return answer;
      } catch (error) {
        const kind = troubleOf(error);
        if (!reads && !isUndone(error, kind)) mayBeDone();
        if (kind === null || client.closed) throw error;
        if (isFile && kind !== 'disturbed') client.reconnect();
        // A failed statement has done nothing, and a failed batch was rolled back: trying again is safe. Of what was
        // sent and never answered nobody knows that, so only reading is tried again.
        const isOver = kind === 'broken' || (kind === 'cut' && !reads);
        if (isOver || performance.now() - begun > PATIENCE_MS) {
          onTrouble(error);
          throw error;
        }
        await sleep(pause);
      }
    }
  }
  return {
    execute: (statement: InStatement, args?: InArgs) =>
      attempt(
        () => (typeof statement === 'string' ? client.execute(statement, args) : client.execute(statement)),
        onlyReads(statement),
      ),
    batch: (statements, mode) => attempt(() => client.batch(statements, mode), statements.every(onlyReads)),
    migrate: (statements) => attempt(() => client.migrate(statements), false),
    // Not tried again: it may have done half of its statements.
    executeMultiple: (sql) => {
      mayBeDone();
      return client.executeMultiple(sql);
    },
    transaction: (mode?: TransactionMode) => {
      mayBeDone();
      return client.transaction(mode ?? 'write');
    },
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

function onlyReads(statement: InStatement | [string, InArgs?]): boolean {
  const sql = typeof statement === 'string' ? statement : Array.isArray(statement) ? statement[0] : statement.sql;
  return /^\s*select\b/i.test(sql);
}

/** Whether it is known of what failed that it has done nothing: it was never sent, or the database itself says no to it. */
function isUndone(error: unknown, kind: ReturnType<typeof troubleOf>): boolean {
  if (kind === 'away' || kind === 'locked' || kind === 'disturbed') return true;
  if (kind === 'cut' || !(error instanceof LibsqlError)) return false;
  const status = statusOf(error);
  return status === null ? error.code.startsWith('SQLITE_') : status < 500;
}

/** Nobody listens, so nothing was sent. */
const AWAY = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** The connection broke before the answer. */
const CUT = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * What an error says about the connection: somebody else has the lock; the connection was closed under it by
 * `reconnect`, before it did anything; the file is in trouble; nothing reached the server; or it broke off before it
 * answered. Null where it is about the statement itself.
 */
function troubleOf(error: unknown): 'locked' | 'disturbed' | 'broken' | 'away' | 'cut' | null {
  if (error instanceof LibsqlError) {
    if (/^SQLITE_(BUSY|LOCKED)/.test(error.code)) return 'locked';
    if (error.code === 'CLIENT_CLOSED') return 'disturbed';
    if (/^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|NOTADB|CORRUPT|PROTOCOL)/.test(error.code)) return 'broken';
    const status = statusOf(error);
    // What stands in front of it may have handed the request on before it lost the server.
    return status === null ? null : [502, 503, 504].includes(status) ? 'cut' : 'broken';
  }
  const code =
    error instanceof Error && error.cause instanceof Error && 'code' in error.cause ? error.cause.code : null;
  if (typeof code !== 'string') return null;
  return AWAY.has(code) ? 'away' : CUT.has(code) ? 'cut' : null;
}
