import type { Stats } from 'node:fs';
import { type FileHandle, mkdir, open, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Trouble } from '@/db/problems';

/** Below so much free room the page warns. */
const LITTLE_ROOM = 256 * 1024 * 1024;

/**
 * Watches the data directory. It is made where it is not there at first, and never again: what stands in its place later
 * has nothing of what this server knows.
 */
export function watchDisk(dataDir: string): { look(): Promise<Trouble | null>; close(): Promise<void> } {
  // Held open, so that no file system gives its number to another one.
  let own: FileHandle | null = null;
  return {
    async look() {
      try {
        if (own === null) {
          await mkdir(dataDir, { recursive: true });
          own = await open(dataDir);
        }
        const other = await whatIsThere(dataDir, await own.stat());
        if (other) {
          return {
            what: `${dataDir} is no longer the directory that this server started with: ${other}.`,
            hint: 'If it was moved, move it back: jobs go on by themselves then. To begin with what is there now, restart Spicerack.',
            stopsJobs: true,
          };
        }
      } catch (error) {
        return notWritable(dataDir, error);
      }
      return diskProblem(dataDir);
    },
    async close() {
      await own?.close();
    },
  };
}

/** What stands in the place of a directory; null where that is still there. */
async function whatIsThere(path: string, { dev, ino }: Pick<Stats, 'dev' | 'ino'>): Promise<string | null> {
  try {
    const now = await stat(path);
    return now.dev === dev && now.ino === ino ? null : 'another one is in its place';
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'it is gone';
    throw error;
  }
}

/** Whether the data directory can be written, found out by writing. */
export async function diskProblem(dataDir: string): Promise<Trouble | null> {
  // One name, so that what a killed server leaves is taken away by the next one.
  const path = join(dataDir, '.room');
  try {
    await writeFile(path, Buffer.alloc(64 * 1024));
    const { bavail, bsize } = await statfs(dataDir);
    const free = bavail * bsize;
    if (free >= LITTLE_ROOM) return null;
    return {
      what: `The disk is nearly full: ${Math.floor(free / 1024 / 1024)} MB are free in ${dataDir}.`,
      hint: 'Free some room before jobs fail.',
    };
  } catch (error) {
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
