import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Trouble } from '@/db/problems';
import { OtherDataDir, sameDataDir } from '@/git/clone/data-dir';

/** Below so much free room the page warns. */
const LITTLE_ROOM = 256 * 1024 * 1024;

/** Whether the data directory is still there and can be written, found out by writing. */
export async function diskProblem(dataDir: string): Promise<Trouble | null> {
  // One name, so that what a killed server leaves is taken away by the next one.
  const path = join(dataDir, '.room');
  try {
    await sameDataDir(dataDir);
    await writeFile(path, Buffer.alloc(64 * 1024));
    const { bavail, bsize } = await statfs(dataDir);
    const free = bavail * bsize;
    if (free >= LITTLE_ROOM) return null;
    return {
      what: `The disk is nearly full: ${Math.floor(free / 1024 / 1024)} MB are free in ${dataDir}.`,
      hint: 'Free some room before jobs fail.',
    };
  } catch (error) {
    if (error instanceof OtherDataDir) return { what: error.message, hint: error.hint, stopsJobs: true };
    return notWritable(dataDir, error);
  } finally {
    // Where it could not be made it cannot be removed either.
    await rm(path, { force: true }).catch(() => undefined);
  }
}

function notWritable(dataDir: string, error: unknown): Trouble {
  const code = codeOf(error);
  const waits = 'Nothing is lost; jobs go on by themselves when';
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return {
      what: `The disk is full: nothing can be written in ${dataDir}.`,
      hint: `${waits} there is room. Free some.`,
      stopsJobs: true,
    };
  }
  return {
    what: `${dataDir} cannot be written (${String(code ?? error)}).`,
    hint: `${waits} it can. Make it writable for the user that runs Spicerack.`,
    stopsJobs: true,
  };
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : null);
