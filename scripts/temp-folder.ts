import { readFileSync, statfsSync } from 'node:fs';

/** What the tests need at most at one time, several times over, in bytes. */
const ROOM = 4 * 1024 ** 3;

/**
 * Where tests put what they throw away: into memory, where that is mounted with room and programs (hooks) may be started
 * from it; null otherwise. A database waits for the disk after each transaction, and git after each pack: that is kept
 * for those whose data it is.
 * @param mounts the system's mounts, as Linux lists them
 */
export function memoryFolder(mounts = readMounts()): string | null {
  const mount = mounts
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, at]) => at === '/dev/shm');
  if (mount?.[2] !== 'tmpfs' || !mount[3]?.split(',').includes('rw') || mount[3].split(',').includes('noexec'))
    return null;
  const { bavail, bsize } = statfsSync('/dev/shm');
  return bavail * bsize >= ROOM ? '/dev/shm' : null;
}

function readMounts(): string {
  try {
    return readFileSync('/proc/mounts', 'utf8');
  } catch {
    // No Linux.
    return '';
  }
}
