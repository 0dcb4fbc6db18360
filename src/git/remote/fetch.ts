import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LeftOutRef } from '@/model/left-out';
import { type ClonedRefs, clonedRefs, type RemoteBranch } from '../clone/for-each-ref';
import { changeFormat, objectFormat } from '../clone/init';
import { GitError } from '../process/error';
import { git } from '../process/run';
import { advertisedBranches, chooseBranches, shownName } from './advertised';
import type { RemoteOptions } from './options';

/** What a fetch has brought. */
export interface Fetched {
  /** What the clone has now of the remote's branches: name → id. */
  branches: Map<string, string>;
  /** The same with what their commits tell: those that are branches to work with. */
  refs: Map<string, RemoteBranch>;
  /** What the remote lists beside those, by name. Their refs are not in the clone; those that are broken stay as they were. */
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
 *
 * One ref whose commit the remote does not have would stop all: the remote names that commit, one at a time, and the
 * fetch goes again without the refs that are listed with it then.
 * @param options.trunk stays a branch where it is an alias
 * @throws GitError
 */
export async function fetchRemote(
  gitDir: string,
  { trunk = null, ...options }: RemoteOptions & { trunk?: string | null } = {},
): Promise<Fetched> {
  const missing = new Set<string>();
  for (;;) {
    const listed = new Set<string>();
    try {
      return await fetchListed(gitDir, { trunk, missing, listed }, options);
    } catch (error) {
      const found = missing.size < MOST_MISSING ? notThere(error).filter((id) => listed.has(id)) : [];
      if (found.length === 0) throw error;
      for (const id of found) missing.add(id);
    }
  }
}

/** Each costs a fetch of its own; a remote that lacks more than these is damaged as a whole. */
const MOST_MISSING = 20;

/** The ids that the far side names as it refuses. What our own git says is about the clone. */
function notThere(error: unknown): string[] {
  if (!(error instanceof GitError) || (error.kind !== 'refused' && error.kind !== 'failed')) return [];
  const own = new Set(error.own.split('\n'));
  const far = error.stderr.split('\n').filter((line) => !own.has(line));
  return far.join('\n').match(/\b([0-9a-f]{64}|[0-9a-f]{40})\b/g) ?? [];
}

/**
 * One look and one fetch.
 * @param missing ids that the remote lists and does not have
 * @param listed is given the ids that are to be taken
 */
async function fetchListed(
  gitDir: string,
  { trunk, missing, listed }: { trunk: string | null; missing: ReadonlySet<string>; listed: Set<string> },
  options: RemoteOptions,
): Promise<Fetched> {
  // The clone is asked at the same time. Refs that cannot be read are those of a damaged clone: what git says of it when
  // it fetches is known.
  const known = (): Promise<ClonedRefs | null> =>
    clonedRefs(gitDir, options.signal).catch((error: unknown) => {
      if (error instanceof GitError) return null;
      throw error;
    });
  const [asked, had] = await Promise.allSettled([advertisedBranches(gitDir, options), known()]);
  if (asked.status === 'rejected') throw asked.reason;
  if (had.status === 'rejected') throw had.reason;
  const advertised = asked.value;
  let before = had.value;
  const [first] = advertised;
  if (first) {
    const format = first.tip.length === 64 ? 'sha256' : 'sha1';
    if ((await objectFormat(gitDir)) !== format) {
      await changeFormat(gitDir, format, options.signal);
      before = await known();
    }
  }
  const { taken, leftOut } = chooseBranches(advertised, { trunk, missing, foldsCase: foldsCase(gitDir) });
  for (const tip of taken.values()) listed.add(tip);
  const isBroken = (bytes: string) => leftOut.get(bytes)?.reason === 'broken';
  const isCurrent =
    before !== null &&
    [...before.tips.keys()].every((bytes) => taken.has(bytes) || isBroken(bytes)) &&
    [...taken].every(([bytes, tip]) => before.tips.get(bytes) === tip);
  if (before && isCurrent && !isShallow(gitDir)) return fetched(before, leftOut, false);

  // A first fetch works as much as it waits: to unpack all of a repository keeps a place.
  const { away: _, ...here } = options;
  await fetchBranches(gitDir, leftOut.keys(), before?.tips.size ? options : here);
  const after = await clonedRefs(gitDir, options.signal);
  const notGiven = [...taken].filter(([bytes, tip]) => {
    const now = after.tips.get(bytes);
    // It has moved since the remote was asked, unless it is where it was.
    return now !== tip && (now === undefined || now === before?.tips.get(bytes));
  });
  if (notGiven.length > 0) {
    const again = new Map((await advertisedBranches(gitDir, options)).map(({ bytes, tip }) => [bytes, tip]));
    for (const [bytes] of notGiven) {
      const tip = again.get(bytes);
      if (tip === undefined || tip === after.tips.get(bytes)) continue;
      leftOut.set(bytes, { name: shownName(bytes), reason: 'not_given' });
    }
  }
  // The clone must not show what a ref was before it could not be read any more. One that is broken was not deleted, and
  // nobody has moved it: it stays as it was until it is mended.
  const stale = [...leftOut.keys()].filter((bytes) => !isBroken(bytes) && after.tips.delete(bytes));
  for (const bytes of stale) after.branches.delete(nameOf(bytes));
  if (stale.length > 0) await deleteRefs(gitDir, stale, options.signal);
  return fetched(after, leftOut, isShallow(gitDir));
}

const nameOf = (bytes: string) => Buffer.from(bytes, 'latin1').toString('utf8');

function fetched({ tips, branches }: ClonedRefs, leftOut: Map<string, LeftOutRef>, shallow: boolean): Fetched {
  return {
    branches: new Map([...tips].map(([bytes, tip]) => [nameOf(bytes), tip])),
    refs: branches,
    leftOut: [...leftOut].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, ref]) => ref),
    shallow,
  };
}

const TRACKING = 'refs/remotes/origin/';

/** Names that only a broken repository lists: git takes them in no refspec, and passes over them by itself. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are among what git forbids.
const NO_NAME = /[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|(^|\/)(\.|\/|$)|\.$|\.lock(\/|$)/;

/** The fetch itself, without the branches whose bytes are given. */
async function fetchBranches(gitDir: string, without: Iterable<string>, options: RemoteOptions): Promise<void> {
  const excluded = [...without].filter((bytes) => !NO_NAME.test(bytes));
  const refspecs = [`+refs/heads/*:${TRACKING}*`, ...excluded.map((bytes) => `^refs/heads/${bytes}`)];
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
