import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitError } from './error';

/**
 * Makes a folder for the time of one command in the system's temporary folder, under a name by which what killed
 * processes left behind is found (`objects.ts`).
 * @throws GitError as `noPlace` makes it
 */
export async function makeTempFolder(name: 'copy' | 'quarantine' = 'copy'): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), `spicerack-${name}-${process.pid}-`));
  } catch (error) {
    throw noPlace(error);
  }
}

/** What a fault of our own disk means: `disk_full`, else `no_place`. Anything but a fault of the system is itself. */
export function noPlace(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error;
  const isFull = error.code === 'ENOSPC' || error.code === 'EDQUOT';
  const what = isFull ? 'The temporary folder is full' : 'The temporary folder cannot be written to';
  return new GitError(isFull ? 'disk_full' : 'no_place', `${what}: ${error.message}`, [], '');
}
