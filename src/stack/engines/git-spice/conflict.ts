import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DisposableClone } from '@/git/clone/disposable-clone';
import { pathBeforeMove } from '@/git/objects/merge-tree';
import { type GitOptions, git, gitText } from '@/git/process/run';
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
  const names = unmerged.split('\0').filter(Boolean);
  if (names.length === 0) return null;
  const [short = '', subject = ''] = (await gitText(['log', '-1', '--format=%h%n%s', commit], options)).split('\n');
  const files = await pathsBeforeMove(names, [parent, commit], ['HEAD', `${short} (${subject})`], options);
  return {
    commit,
    subject: oneLine(subject),
    files: files.map((path) => ({ path, kinds: [], text: null })),
    merges: [],
  };
}

/** `pathBeforeMove`, each path once. A rebase's labels may end the name of a real file, which one of its sides has. */
async function pathsBeforeMove(
  names: string[],
  sides: string[],
  labels: string[],
  options: GitOptions,
): Promise<string[]> {
  const own = new Set<string>();
  const asked = names.filter((name) => pathBeforeMove(name, labels) !== name);
  for (const side of asked.length > 0 ? sides : []) {
    const listed = await git(['ls-tree', '--full-tree', '--name-only', '-z', side, '--', ...asked], options);
    for (const name of listed.stdout.toString('utf8').split('\0')) own.add(name);
  }
  return [...new Set(names.map((name) => (own.has(name) ? name : pathBeforeMove(name, labels))))];
}
