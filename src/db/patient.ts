import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, type InArgs, type InStatement, LibsqlError, type TransactionMode } from '@libsql/client';
import { MOVED, statusOf } from './trouble';
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
 *
 * A fresh connection opens what stands at the path, and makes it where nothing does. Where that is not the file that was
 * opened first, there is none: it would know nothing of what was written.
 * @param onTrouble told of every failure that is the database's own, and not the statement's
 * @param file the path of the database; null for that of a server
 */
export function patient(
  client: Client,
  onTrouble: (error: unknown) => void = () => undefined,
  file: string | null = null,
): Client {
  const isFile = client.protocol === 'file';
  /** The file as it was opened first: as long as a connection holds it, no other one gets its number. */
  let own: string | null = null;
  /** Whether a failed statement still hangs on the connection. */
  let isStale = false;

  /** Right before something is sent, which then opens it: nothing can come in between. */
  function renew(): void {
    if (own !== null && numberOf(file) !== own) {
      throw new LibsqlError('The database is not the file that was opened', MOVED);
    }
    client.reconnect();
    isStale = false;
  }

  async function attempt<T>(work: () => Promise<T>, reads: boolean): Promise<T> {
    const begun = performance.now();
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
      try {
        if (isStale) renew();
        const answer = await work();
        own ??= numberOf(file);
        if (!reads) mayBeDone();
        return answer;
      } catch (error) {
        const kind = troubleOf(error);
        if (!reads && !isUndone(error, kind)) mayBeDone();
        if (kind === null || client.closed) throw error;
        if (isFile && kind !== 'disturbed') isStale = true;
        // A failed statement has done nothing, and a failed batch was rolled back: trying again is safe. Of what was
        // sent and never answered nobody knows that, so only reading is tried again.
        const isOver = kind === 'broken' || kind === 'moved' || (kind === 'cut' && !reads);
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

/** What tells a file from any other at the same time; null where there is none. */
function numberOf(file: string | null): string | null {
  const found = file === null ? undefined : statSync(file, { throwIfNoEntry: false });
  return found ? `${found.dev} ${found.ino}` : null;
}

function onlyReads(statement: InStatement | [string, InArgs?]): boolean {
  const sql = typeof statement === 'string' ? statement : Array.isArray(statement) ? statement[0] : statement.sql;
  return /^\s*select\b/i.test(sql);
}

/** Whether it is known of what failed that it has done nothing: it was never sent, or the database itself says no to it. */
function isUndone(error: unknown, kind: ReturnType<typeof troubleOf>): boolean {
  if (kind === 'away' || kind === 'locked' || kind === 'disturbed' || kind === 'moved') return true;
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
 * `reconnect`, before it did anything; the file is in trouble, or is another one; nothing reached the server; or it broke
 * off before it answered. Null where it is about the statement itself.
 */
function troubleOf(error: unknown): 'locked' | 'disturbed' | 'broken' | 'moved' | 'away' | 'cut' | null {
  if (error instanceof LibsqlError) {
    if (error.code === MOVED) return 'moved';
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
