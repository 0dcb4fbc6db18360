import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DisposableClone } from '@/git/clone/disposable-clone';
import { git, gitText } from '@/git/process/run';
import { oneLine } from '@/text/foreign';
import type { Conflict, Replayer } from '../git/replay';
import { BRANCH } from './stage';

/** Where `git rebase` keeps its state while it waits, one folder for each of its two ways. */
const REBASE_FOLDERS = ['rebase-merge', 'rebase-apply'];

/**
 * The conflict that a rebase onto the branch `onto` waits at in the copy; null where none waits. git-spice has no
 * exit code for it: what is left in the repository tells. The files are described by the `git` engine's own
 * merge of the same commit onto the same parent, so that both engines speak of a conflict alike.
 */
export async function readConflict(
  copy: DisposableClone,
  onto: string,
  replayer: Replayer,
  signal: AbortSignal,
): Promise<Conflict | null> {
  const options = { ...copy.options, signal };
  const folder = REBASE_FOLDERS.map((name) => join(copy.gitDir, name)).find(existsSync);
  if (!folder) return null;
  const head = (await readFile(join(folder, 'head-name'), 'utf8')).trim();
  if (head !== `refs/heads/${BRANCH}`) return null;
  const [parent = '', commit = ''] = (await gitText(['rev-parse', 'HEAD', 'REBASE_HEAD'], options)).split('\n');
  const merged = await replayer.replay(await replayer.prepare([{ commit, merge: false }]), parent, onto);
  if ('files' in merged) return merged;
  // The two merges disagree, and then the paths are all that is known; or it waits for another reason.
  const unmerged = (await git(['diff', '--name-only', '--diff-filter=U', '-z'], options)).stdout.toString('utf8');
  const files = unmerged.split('\0').filter(Boolean);
  if (files.length === 0) return null;
  const subject = oneLine(await gitText(['log', '-1', '--format=%s', commit], options));
  return { commit, subject, files: files.map((path) => ({ path, kinds: [], text: null })), merges: [] };
}
