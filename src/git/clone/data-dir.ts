import { type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import { config } from '@/config';

// Next bundles its instrumentation hook and its routes apart, so module state is not shared between them.
const shared = globalThis as typeof globalThis & { __spicerackDataDirs?: Map<string, Promise<FileHandle>> };

/** The data directories as this process first saw them, held open: so no file system gives their numbers to others. */
function first(dataDir: string): Promise<FileHandle> {
  shared.__spicerackDataDirs ??= new Map();
  const seen = shared.__spicerackDataDirs;
  const opened = seen.get(dataDir) ?? mkdir(dataDir, { recursive: true }).then(() => open(dataDir));
  seen.set(dataDir, opened);
  // One that cannot be made now may be later.
  opened.catch(() => seen.delete(dataDir));
  return opened;
}

/** The data directory was moved, deleted or replaced under the running server. */
export class OtherDataDir extends Error {
  override readonly name = 'OtherDataDir';
  readonly hint =
    'If it was moved, move it back: jobs go on by themselves then. To begin with what is there now, restart Spicerack; what is asked for meanwhile may be lost with that.';
}

/**
 * Makes sure that the data directory is the one with which this process began. It is made where it is not there at first,
 * and never again: what stands in its place later has nothing of what this server knows.
 * @throws OtherDataDir; the system's error where it cannot be made or looked at
 */
export async function sameDataDir(dataDir = config().dataDir): Promise<void> {
  const own = await first(dataDir);
  const [then, now] = await Promise.all([own.stat(), stat(dataDir).catch(noneThere)]);
  if (now?.dev === then.dev && now.ino === then.ino) return;
  const what = now ? 'something else is in its place' : 'it is gone';
  throw new OtherDataDir(`${dataDir} is no longer the directory that this server started with: ${what}.`);
}

function noneThere(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
