import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DisposableClone } from '@/git/disposable-clone';
import { git, gitText } from '@/git/run';
import type { ConflictFile, HeldBackReason } from '@/stack/plan';

/** Where `git rebase` keeps its state while it waits, one folder for each of its two ways. */
const REBASE_FOLDERS = ['rebase-merge', 'rebase-apply'];

/**
 * The conflict that a rebase of the branch in the copy waits at; null where none waits. git-spice has no exit code
 * for it: what is left in the repository tells.
 */
export async function readConflict(
  copy: DisposableClone,
  branch: string,
  onto: string,
  signal: AbortSignal,
): Promise<Extract<HeldBackReason, { kind: 'conflict' }> | null> {
  const options = { ...copy.options, signal };
  const folder = REBASE_FOLDERS.map((name) => join(copy.gitDir, name)).find(existsSync);
  if (!folder) return null;
  const head = (await readFile(join(folder, 'head-name'), 'utf8')).trim();
  if (head !== `refs/heads/${branch}`) return null;
  const [commit = '', subject = ''] = (await gitText(['log', '-1', '--format=%H%x00%s', 'REBASE_HEAD'], options)).split(
    '\0',
  );
  const unmerged = (await git(['diff', '--name-only', '--diff-filter=U', '-z'], options)).stdout.toString('utf8');
  const files = unmerged
    .split('\0')
    .filter(Boolean)
    .map((path): ConflictFile => ({ path, kinds: [], text: null }));
  return { kind: 'conflict', commit, subject, onto, files };
}
