import { LibsqlError } from '@libsql/client';
import { type Facts, logTrouble } from '@/log';

/** Trouble of the database itself, in words for people. */
export interface DatabaseTrouble {
  what: string;
  /** What happens by itself, and what to do. */
  hint: string;
  /** What to do, where nothing happens by itself: no server runs yet. */
  remedy: string;
}

interface Known {
  what: string;
  /** What happens by itself while a server runs; left out where that is nothing. */
  byItself?: string;
  remedy: string;
}

/** Our own code, beside SQLite's: another file, or none, stands where the database was. */
export const MOVED = 'SPICERACK_MOVED';

/** What is wrong with the database, by its code; the first prefix that fits. */
const TROUBLES: Array<[string, Known]> = [
  [
    'SQLITE_BUSY',
    {
      what: 'The database is locked by another program.',
      byItself: 'Nothing is lost; jobs go on by themselves when it is free.',
      remedy: 'End what keeps it open for writing: a backup, a database shell.',
    },
  ],
  [
    'SQLITE_FULL',
    {
      what: 'The disk of the database is full.',
      byItself: 'Nothing is lost; jobs go on by themselves when there is room.',
      remedy: 'Free some room, or set SPICERACK_KEEP_DAYS lower.',
    },
  ],
  [
    'SQLITE_READONLY',
    {
      what: 'The database is read-only.',
      byItself: 'Nothing is lost; jobs go on by themselves when it can be written.',
      remedy: 'Make the file and its folder writable for the user that runs Spicerack.',
    },
  ],
  [
    MOVED,
    {
      what: 'The file of the database is no longer the one that this server opened: it was moved, deleted or replaced.',
      byItself: 'All goes on by itself when it is back at its place.',
      remedy: 'Move it back, or restart Spicerack to begin with what is there now.',
    },
  ],
  [
    'SQLITE_CANTOPEN',
    {
      what: 'The database cannot be opened.',
      remedy: 'Look whether the file and its folder are there, and writable for the user that runs Spicerack.',
    },
  ],
  [
    'SQLITE_IOERR',
    {
      what: 'The disk of the database does not work.',
      byItself: 'Jobs go on by themselves when it works.',
      remedy: 'Look at the disk: it may be full, failing or gone.',
    },
  ],
  [
    'SQLITE_CORRUPT',
    {
      what: 'The database is damaged.',
      remedy: 'Stop Spicerack and bring the file back from a backup, or mend it with `sqlite3 spicerack.db .recover`.',
    },
  ],
  [
    'SQLITE_NOTADB',
    {
      what: 'The database is no database.',
      remedy: 'Stop Spicerack and bring the file back from a backup.',
    },
  ],
];

const UNREACHABLE: Known = {
  what: 'The database server cannot be reached.',
  // What it has done and kept, nobody here knows.
  byItself: 'Jobs go on by themselves when it answers.',
  remedy: 'Look whether the server of SPICERACK_DATABASE_URL runs.',
};

const NOT_TAKEN: Known = {
  what: 'The database server does not take the token of this server.',
  remedy: 'Set SPICERACK_DATABASE_AUTH_TOKEN to one that it takes, and start this server again.',
};

/** What there is to say of a database that takes what it is asked and says nothing, of which no error tells. */
export const SILENT = {
  what: 'The database does not answer.',
  hint: `${UNREACHABLE.byItself} ${UNREACHABLE.remedy}`,
};

/** With which status a database server, or what stands in front of it, refused a request; null where it was something else. */
export function statusOf(error: LibsqlError): number | null {
  const { cause } = error;
  return error.code === 'SERVER_ERROR' && cause instanceof Error && 'status' in cause ? Number(cause.status) : null;
}

/** What a failure says about the database; null where it says nothing: a bug, or bad input. */
export function databaseTrouble(error: unknown): DatabaseTrouble | null {
  const known = knownTrouble(error);
  if (!known) return null;
  const { what, byItself, remedy } = known;
  return { what, hint: byItself ? `${byItself} ${remedy}` : remedy, remedy };
}

function knownTrouble(error: unknown): Known | null {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    if (cause instanceof LibsqlError) {
      const { code } = cause;
      const found = TROUBLES.find(
        ([prefix]) => code.startsWith(prefix) || (prefix === 'SQLITE_BUSY' && code.startsWith('SQLITE_LOCKED')),
      );
      if (found) return found[1];
      const status = statusOf(cause);
      if (status !== null) return status === 401 || status === 403 ? NOT_TAKEN : UNREACHABLE;
    }
    if (/fetch failed|ECONNREFUSED|ECONNRESET|other side closed/.test(cause.message)) return UNREACHABLE;
  }
  return null;
}

/**
 * Says what failed of that which works on rows in the background. Where that is for the database, all of it fails
 * together, and is one line a minute.
 */
export function logFailure(event: string, message: string, error: unknown, facts: Facts = {}): void {
  if (databaseTrouble(error)) {
    logTrouble('database_failed', 'What works in the background waits for the database, and is tried again', error);
  } else logTrouble(event, message, error, facts);
}
