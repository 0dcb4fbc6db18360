import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gitText } from '../process/run';
import { makeTempFolder, noPlace } from '../process/temp-folder';

/** A ref of the remote that shall go from one commit id to another; null is "not there". */
export interface RefMove {
  /** Full name: `refs/heads/<branch>`. */
  ref: string;
  before: string | null;
  after: string | null;
}

/** The name of the remote in it: one that no setting of the host is about. */
export const PUSH_REMOTE = 'spicerack-push';

/**
 * A throw-away repository that knows by itself what is to be pushed: `git push --force-with-lease spicerack-push` in it
 * moves the refs, each only if it is still at `before`. Its objects are the clone's. A command line holds some ten
 * thousand moves at most, and `git push` takes refs from no other input; files hold any number, and all go as one push.
 */
export interface PushRepo {
  readonly gitDir: string;
  /** End the processes that work in it first. */
  remove(): Promise<void>;
}

/** @throws GitError where the clone has no remote, or the temporary folder takes nothing (`disk_full`, `no_place`) */
export async function makePushRepo(clone: string, moves: RefMove[], signal?: AbortSignal): Promise<PushRepo> {
  const url = await gitText(['config', '--file', join(clone, 'config'), 'remote.origin.url'], { signal });
  const folder = await makeTempFolder();
  // Named as the clone is, so that whoever looks at the process sees whose push it is.
  const gitDir = join(folder, basename(clone));
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    await mkdir(join(gitDir, 'refs'), { recursive: true });
    await mkdir(join(gitDir, 'objects', 'info'), { recursive: true });
    await writeFile(join(gitDir, 'objects', 'info', 'alternates'), `${quoted(join(clone, 'objects'))}\n`);
    await writeFile(join(gitDir, 'HEAD'), 'ref: refs/heads/none\n');
    await writeFile(join(gitDir, 'packed-refs'), packedRefs(moves));
    await writeFile(join(gitDir, 'config'), configuration(url, moves));
    return { gitDir, remove };
  } catch (error) {
    await remove();
    throw noPlace(error);
  }
}

/**
 * What is pushed, and where a lease without a value finds it: the remote-tracking ref; where there is none, the ref must
 * not be there.
 */
function packedRefs(moves: RefMove[]): string {
  const lines = moves.flatMap(({ ref, before, after }) => [
    ...(before ? [{ name: tracking(ref), tip: before }] : []),
    ...(after ? [{ name: pushed(ref), tip: after }] : []),
  ]);
  // In the order of bytes.
  lines.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  return ['# pack-refs with: sorted ', ...lines.map(({ name, tip }) => `${tip} ${name}`), ''].join('\n');
}

const tracking = (ref: string) => ref.replace(/^refs\//, 'refs/tracking/');
const pushed = (ref: string) => ref.replace(/^refs\//, 'refs/push/');

function configuration(url: string, moves: RefMove[]): string {
  const isSha256 = moves.some(({ before, after }) => (after ?? before)?.length === 64);
  return [
    '[core]',
    `repositoryformatversion = ${isSha256 ? 1 : 0}`,
    'bare = true',
    // It is gone in a moment.
    'fsync = none',
    ...(isSha256 ? ['[extensions]', 'objectformat = sha256'] : []),
    `[remote "${PUSH_REMOTE}"]`,
    `url = ${quoted(url)}`,
    'fetch = +refs/*:refs/tracking/*',
    // git holds each refspec of its own against each ref of the remote, a pattern against all at once.
    'push = refs/push/*:refs/*',
    ...moves.flatMap(({ ref, after }) => (after ? [] : [`push = ${quoted(`:${ref}`)}`])),
    '',
  ].join('\n');
}

/** As git's configuration files and lists of alternates take it. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n')}"`;
}
