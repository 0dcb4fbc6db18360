import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from '@/db/problems';
import { shellWord } from '@/text/shell';

/** What a new file or folder of ours is not given: anything for the group and for others. Children inherit it. */
export const UMASK = 0o077;

/** Whether others may read or write what is ours: the data directory, or what stands in it. */
export async function modesProblem(dataDir: string): Promise<Pick<Problem, 'what' | 'hint'> | null> {
  const names = await readdir(dataDir).catch(() => []);
  const wide: string[] = [];
  for (const path of [dataDir, ...names.map((name) => join(dataDir, name))]) {
    // What has gone meanwhile is nobody's to read.
    const found = await stat(path).catch(() => null);
    if (found && (found.mode & UMASK) !== 0) wide.push(path);
  }
  const [first, ...more] = wide;
  if (first === undefined) return null;
  return {
    what: `Other users of this machine may read ${first}${more.length > 0 ? ` and ${more.length} more in it` : ''}.`,
    hint: `Take that away: chmod -R go-rwx ${shellWord(dataDir)}`,
  };
}
