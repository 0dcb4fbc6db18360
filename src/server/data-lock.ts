import { join } from 'node:path';
import { lockFile } from './file-lock';

/** A file of the data directory; nothing is in it. */
export const LOCK_FILE = 'lock.db';

/** For how long a server that has just been told to end may still be there, in milliseconds. */
const ENDING_MS = 3000;

/**
 * Takes the data directory for this process: two servers on one would mend and tend the same clones, as the same
 * machine.
 * @returns how to give it back before the process ends
 * @throws Error saying what to do, where another server has it or it cannot be written
 */
export async function lockDataDir(dataDir: string, patienceMs = ENDING_MS): Promise<() => void> {
  const unlock = await lockFile(join(dataDir, LOCK_FILE), patienceMs).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : null;
    if (code === null) throw error;
    throw new Error(
      code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL'
        ? `The disk of ${dataDir} is full: free some room, and start again.`
        : `${dataDir} cannot be written (${code}): make it a directory of the user that runs Spicerack, or set SPICERACK_DATA_DIR to one that is.`,
    );
  });
  if (unlock) return unlock;
  throw new Error(
    `Another Spicerack server uses ${dataDir}. Stop that one, or set SPICERACK_DATA_DIR to a directory of this server's own; several servers share SPICERACK_DATABASE_URL, never a directory.`,
  );
}
