import { MAX_BRANCHES, tooLarge } from '../process/bounds';
import { GitError } from '../process/error';
import { REASONS } from '../process/reasons';
import { type GitOptions, gitRecords } from '../process/run';
import type { RemoteOptions } from './options';

/** What the remote says about its trunk. */
export type RemoteHead =
  /** `by` says how it was found: the remote's HEAD names it, or HEAD does not help and it has the usual name. */
  | { kind: 'trunk'; name: string; tip: string; by: 'head' | 'name' }
  /** It has no branch at all. */
  | { kind: 'empty' }
  /** HEAD names a branch that is not there (`missing`) or no branch (`detached`), and there is no usual name. */
  | { kind: 'missing' | 'detached'; branches: string[] };

/**
 * Runs `ls-remote` and hands on its lines. A list is believed only from a git: to a page of one line, such as one to
 * sign in, git says nothing, and a remote would look empty.
 * @throws GitError
 */
export async function lsRemote(
  args: string[],
  options: GitOptions & { encoding?: 'utf8' | 'latin1' },
  each: (value: string, ref: string) => void,
): Promise<void> {
  const command = ['ls-remote', ...args];
  let lines = 0;
  const { metGit } = await gitRecords(command, options, (line) => {
    lines += 1;
    const [value = '', ref = ''] = line.split('\t');
    each(value, ref);
  });
  if (lines > 0 || metGit !== false) return;
  const reason = REASONS.find(({ name }) => name === 'no git');
  throw new GitError('refused', 'What answers at this address is no git.', command, '', reason);
}

/** Names of a trunk where HEAD gives none, in this order. */
const USUAL = ['main', 'master'];

/**
 * Asks the remote for its trunk. `remote` is a URL, or a clone's folder as `{ gitDir }`.
 * @throws GitError
 */
export async function remoteHead(
  remote: string | { gitDir: string },
  options: RemoteOptions = {},
): Promise<RemoteHead> {
  const [where, gitDir] = typeof remote === 'string' ? [remote, {}] : ['origin', { gitDir: remote.gitDir }];
  const args = ['--symref', '--', where];
  let head: { name: string | null } | undefined;
  const tips = new Map<string, string>();
  await lsRemote(args, { ...options, ...gitDir }, (value, ref) => {
    const branch = branchOf(ref);
    if (branch) {
      if (tips.size === MAX_BRANCHES) throw tooLarge(`the remote has more than ${MAX_BRANCHES} branches`, args);
      tips.set(branch, value);
    } else if (ref === 'HEAD') head ??= { name: value.startsWith('ref: ') ? branchOf(value.slice(5)) : null };
  });
  if (tips.size === 0) return { kind: 'empty' };
  const named = head?.name ? tips.get(head.name) : undefined;
  if (head?.name && named) return { kind: 'trunk', name: head.name, tip: named, by: 'head' };
  for (const name of USUAL) {
    const tip = tips.get(name);
    if (tip) return { kind: 'trunk', name, tip, by: 'name' };
  }
  // A HEAD that names a missing branch is not listed at all (git 2.39, protocol 2).
  return { kind: head ? 'detached' : 'missing', branches: [...tips.keys()].sort() };
}

/**
 * The branch that the remote's HEAD names; null where it names none that is there.
 * @throws GitError
 */
export async function remoteHeadName(gitDir: string, options: RemoteOptions = {}): Promise<string | null> {
  let name: string | null = null;
  await lsRemote(['--symref', '--', 'origin', 'HEAD'], { ...options, gitDir }, (value, ref) => {
    if (ref === 'HEAD' && value.startsWith('ref: ')) name ??= branchOf(value.slice(5));
  });
  return name;
}

/**
 * What the remote has now for these full ref names; a ref that it does not have is not in the map.
 * @throws GitError
 */
export async function remoteRefs(
  gitDir: string,
  refs: Iterable<string>,
  options: RemoteOptions = {},
): Promise<Map<string, string>> {
  const wanted = new Set(refs);
  // Patterns would match the ends of names; all branches are as quick, since the server filters by prefix.
  const found = new Map<string, string>();
  await lsRemote(['--heads', '--', 'origin'], { ...options, gitDir }, (tip, ref) => {
    if (wanted.has(ref)) found.set(ref, tip);
  });
  return found;
}

/** The name of the branch that a ref is; null where it is none. */
export function branchOf(ref: string): string | null {
  return ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : null;
}
