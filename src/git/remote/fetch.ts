import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LeftOutRef } from '@/model/left-out';
import { changeFormat, objectFormat } from '../clone/init';
import { GitError } from '../process/error';
import { git, gitRecords } from '../process/run';
import { advertisedBranches, chooseBranches, shownName } from './advertised';
import type { RemoteOptions } from './options';

/** What a fetch has brought. */
export interface Fetched {
  /** What the clone has now of the remote's branches: name → id. */
  branches: Map<string, string>;
  /** What the remote lists beside those, by name. Their refs are not in the clone. */
  leftOut: LeftOutRef[];
  /** The remote is a shallow clone, so ours is one. */
  shallow: boolean;
}

/**
 * Brings the remote's branches into the clone: `refs/remotes/origin/*` is then what the remote had, deleted
 * branches included. No tags, no FETCH_HEAD, no maintenance.
 *
 * The remote is asked first what it has: where the clone has just that, nothing is fetched; and what was fetched is
 * held against it, for git leaves out a ref and says that all went well. A clone in another object format than the
 * remote's is set aside for one in that.
 * @param options.trunk stays a branch where it is an alias
 * @throws GitError
 */
export async function fetchRemote(
  gitDir: string,
  { trunk = null, ...options }: RemoteOptions & { trunk?: string | null } = {},
): Promise<Fetched> {
  const advertised = await advertisedBranches(gitDir, options);
  const [first] = advertised;
  if (first) {
    const format = first.tip.length === 64 ? 'sha256' : 'sha1';
    if ((await objectFormat(gitDir)) !== format) await changeFormat(gitDir, format, options.signal);
  }
  const { taken, leftOut } = chooseBranches(advertised, { trunk, foldsCase: foldsCase(gitDir) });

  // Refs that cannot be read are those of a damaged clone: what git says of it when it fetches is known.
  const before = await clonedRefs(gitDir, options.signal).catch((error: unknown) => {
    if (error instanceof GitError) return null;
    throw error;
  });
  const isCurrent = before?.size === taken.size && [...taken].every(([bytes, tip]) => before.get(bytes) === tip);
  if (isCurrent && !isShallow(gitDir)) return fetched(taken, leftOut, false);

  await fetchBranches(gitDir, leftOut.keys(), options);
  const after = await clonedRefs(gitDir, options.signal);
  const notGiven = [...taken].filter(([bytes, tip]) => {
    const now = after.get(bytes);
    // It has moved since the remote was asked, unless it is where it was.
    return now !== tip && (now === undefined || now === before?.get(bytes));
  });
  if (notGiven.length > 0) {
    const again = new Map((await advertisedBranches(gitDir, options)).map(({ bytes, tip }) => [bytes, tip]));
    for (const [bytes] of notGiven) {
      const tip = again.get(bytes);
      if (tip === undefined || tip === after.get(bytes)) continue;
      leftOut.set(bytes, { name: shownName(bytes), reason: 'not_given' });
    }
  }
  // The clone must not show what a ref was before it could not be read any more.
  const stale = [...leftOut.keys()].filter((bytes) => after.delete(bytes));
  if (stale.length > 0) await deleteRefs(gitDir, stale, options.signal);
  return fetched(after, leftOut, isShallow(gitDir));
}

function fetched(refs: Map<string, string>, leftOut: Map<string, LeftOutRef>, shallow: boolean): Fetched {
  return {
    branches: new Map([...refs].map(([bytes, tip]) => [Buffer.from(bytes, 'latin1').toString('utf8'), tip])),
    leftOut: [...leftOut].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, ref]) => ref),
    shallow,
  };
}

const TRACKING = 'refs/remotes/origin/';

/** The fetch itself, without the branches whose bytes are given. */
async function fetchBranches(gitDir: string, without: Iterable<string>, options: RemoteOptions): Promise<void> {
  const refspecs = [`+refs/heads/*:${TRACKING}*`, ...[...without].map((bytes) => `^refs/heads/${bytes}`)];
  await git(
    [
      'fetch',
      '--prune',
      '--no-prune-tags',
      '--no-tags',
      '--no-write-fetch-head',
      '--no-auto-maintenance',
      '--no-recurse-submodules',
      '--no-progress',
      '--quiet',
      // A shallow remote's refs are refused otherwise; once it has all commits, so have we.
      '--update-shallow',
      ...(isShallow(gitDir) ? ['--unshallow'] : []),
      // What the host's own settings say of refs is not asked for.
      '--refmap=',
      '--stdin',
      'origin',
    ],
    { ...options, gitDir, input: Buffer.from(`${refspecs.join('\n')}\n`, 'latin1') },
  );
}

/** The clone's branches of the remote, by the bytes of their names: the ids. Their objects are looked at, too. */
async function clonedRefs(gitDir: string, signal: AbortSignal | undefined): Promise<Map<string, string>> {
  const refs = new Map<string, string>();
  const format = '--format=%(objectname) %(objecttype) %(symref) %(refname)';
  await gitRecords(['for-each-ref', format, TRACKING], { gitDir, signal, encoding: 'latin1' }, (line) => {
    const [tip = '', , symref, ...ref] = line.split(' ');
    if (!symref) refs.set(ref.join(' ').slice(TRACKING.length), tip);
  });
  return refs;
}

async function deleteRefs(gitDir: string, names: string[], signal: AbortSignal | undefined): Promise<void> {
  const commands = names.map((bytes) => `delete ${TRACKING}${bytes}\n`).join('');
  await git(['update-ref', '--no-deref', '--stdin'], { gitDir, signal, input: Buffer.from(commands, 'latin1') });
}

/** Whether the clone lacks what is below a certain commit. */
export function isShallow(gitDir: string): boolean {
  return existsSync(join(gitDir, 'shallow'));
}

/** Whether the clone's disk takes `Foo` and `foo` for one name. */
function foldsCase(gitDir: string): boolean {
  return existsSync(join(gitDir, 'head'));
}

/**
 * Asks the remote for commits by id. Many remotes keep (and give out) commits that no branch holds any more,
 * for a while; those that refuse just do not bring them, so look afterwards what is there.
 * @throws GitError when the remote cannot be reached
 */
export async function fetchCommits(gitDir: string, commits: string[], options: RemoteOptions = {}): Promise<void> {
  const quiet = ['--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', '--no-recurse-submodules', '--quiet'];
  try {
    const input = commits.map((commit) => `${commit}\n`).join('');
    await git(['fetch', ...quiet, '--stdin', 'origin'], { ...options, gitDir, input });
  } catch (error) {
    // "not our ref", "no such remote ref": it has answered, and does not have them or does not give them.
    if (error instanceof GitError && (error.kind === 'failed' || error.kind === 'refused')) return;
    throw error;
  }
}
