import { oneLine, shorten } from '@/text/foreign';
import { says } from '@/text/says';
import { existingCommits } from '../objects/rev-list';
import { classify, GitError } from '../process/error';
import { BUSY_REMOTE } from '../process/reasons';
import { git } from '../process/run';
import { hostWords, type Said, whoSaid } from '../process/said';
import { branchOf, remoteRefs } from './ls-remote';
import type { RemoteOptions } from './options';
import { makePushRepo, PUSH_REMOTE, type PushRepo, type RefMove } from './push-repo';

/** A ref that the remote, or its lease, did not let go. */
export interface RefusedRef {
  ref: string;
  /** `stale`: it is no longer at `before`. `protected`: the remote's rules or hooks say no. */
  reason: 'stale' | 'protected' | 'other';
  /** In the remote's own words where it gave any. */
  message: string;
}

export type PushResult =
  | { kind: 'pushed' }
  /**
   * `refs` are those at fault; refs that failed only because the push is atomic are not among them. A hook
   * stops at the first ref that it declines, so others may turn up in the next push. `blamed` is false where
   * the remote declined the push as a whole without saying which ref it minds: then all are listed.
   * With `atomic: false` everything not listed was pushed.
   */
  /** `words`: all that was said, clean. */
  | { kind: 'refused'; refs: RefusedRef[]; blamed: boolean; words: string }
  /** Nothing was moved, for a reason that is no ref's: the far side said no, or was not reached, before it began. */
  | Declined
  | { kind: 'atomic_unsupported' }
  /** git cannot push so many refs over http: it gives their leases to its own child by a command line. Nothing was sent. */
  | { kind: 'too_many' };

export interface Declined {
  kind: 'declined';
  /** Of kind `refused` where the host says no in words of its own, which its message then has. */
  error: GitError;
  /** The objects that it does not take, with its reason for each. */
  objects: Array<{ id: string; why: string }>;
  /** The refs of which it says that somebody holds their locks, in its words. */
  locked: Array<Pick<RefusedRef, 'ref' | 'message'>>;
}

/**
 * Moves refs on the remote, all or nothing, each only if it is still at `before`. The commits must be in the
 * clone. Pushing again what the remote already has is a success.
 * @throws GitError where it is not known whether the remote has moved them: read them.
 */
export async function pushAtomic(
  gitDir: string,
  moves: RefMove[],
  options: RemoteOptions & { atomic?: boolean } = {},
): Promise<PushResult> {
  if (moves.length === 0) return { kind: 'pushed' };
  const { atomic = true, ...bounds } = options;
  const args = [
    'push',
    '--porcelain',
    '--no-progress',
    // The host's own settings may say otherwise.
    '--no-follow-tags',
    '--no-signed',
    '--recurse-submodules=no',
    ...(atomic ? ['--atomic'] : []),
    '--force-with-lease',
    '--no-force-if-includes',
    PUSH_REMOTE,
  ];
  // git passes over a ref whose commit it does not find, and pushes the others.
  const commits = new Set(moves.flatMap(({ after }) => after ?? []));
  for (const { id } of await existingCommits(gitDir, commits, bounds.signal)) commits.delete(id);
  const [missing] = commits;
  if (missing) throw new GitError('corrupt', `the clone lacks commit ${missing}, which is to be pushed`, ['push'], '');
  let from: PushRepo;
  try {
    from = await makePushRepo(gitDir, moves, bounds.signal);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return { kind: 'declined', error, objects: [], locked: [] };
  }
  const { code, stdout, stderr, said } = await pushFrom(from, args, bounds);
  if (code === 0) return { kind: 'pushed' };
  if (says(stderr, ['does not support --atomic push'])) return { kind: 'atomic_unsupported' };
  if (says(stderr, ["cannot exec 'send-pack'"])) return { kind: 'too_many' };
  const refused = readRefusal(stdout.toString('utf8'), stderr, said);
  if (!refused) throw classify(['push'], code, stderr, said);
  if (refused.kind === 'declined') return refused;

  // A deletion of a ref that is not there any more counts as stale, but is what was asked for.
  const deletions = moves.filter(({ ref, after }) => after === null && refused.refs.some((r) => r.ref === ref));
  if (deletions.length > 0) {
    const there = await remoteRefs(
      gitDir,
      deletions.map(({ ref }) => ref),
      bounds,
    );
    const gone = new Set(deletions.filter(({ ref }) => !there.has(ref)).map(({ ref }) => ref));
    if (gone.size > 0) {
      const rest = moves.filter(({ ref }) => !gone.has(ref));
      return pushAtomic(gitDir, rest, options);
    }
  }
  return refused;
}

async function pushFrom(from: PushRepo, args: string[], bounds: RemoteOptions) {
  try {
    return await git(args, { ...bounds, gitDir: from.gitDir, okCodes: [0, 1, 128] });
  } finally {
    await from.remove();
  }
}

/**
 * What a push that failed says about its refs, or that nothing was moved: `stdout` is that of `--porcelain`, `stderr` is
 * clean. Null where it does not say.
 * @throws GitError where the remote had begun and did not say how it went
 */
export function readRefusal(
  stdout: string,
  stderr: string,
  whose: Said = whoSaid(stderr),
): (PushResult & { kind: 'refused' }) | Declined | null {
  // What a hook prints proves nothing.
  if (says(whose.voice, TOOK_NOTHING)) return declined(stderr, whose);
  const rejected = readPorcelain(stdout);
  return rejected.length === 0 ? null : blame(rejected, stderr, whose);
}

/**
 * How git says that the far side has taken nothing: it did not come to its list of refs, it answered the request
 * that carries the push with a refusal, or it did not take the objects, after which no ref is looked at.
 */
const TOOK_NOTHING = [
  'fatal: Could not read from remote repository',
  'hung up upon initial contact',
  "fatal: unable to access '",
  'fatal: remote error: ',
  "fatal: repository '*' not found",
  'fatal: Authentication failed',
  'fatal: could not read Username',
  'fatal: could not read Password',
  "fatal: transport '*' not allowed",
  'error: RPC failed; HTTP 3',
  'error: RPC failed; HTTP 4',
  'error: remote unpack failed: ',
  // Dumb http: it looks for a lock before anything else.
  'error: Cannot access URL ',
  'error: no DAV locking support',
];

/** What passes by itself, where it is why nothing was taken: the way there, or a host that is busy. */
const PASSES = [
  'ssh: ',
  'ssh_exchange_identification',
  'kex_exchange_identification',
  'connection ',
  'broken pipe',
  'timed out',
  'error: 408',
  'error: 429',
  'error: 5',
  'too many',
  'rate limit',
  'try again',
  'temporarily',
  'unavailable',
  'maintenance',
  'overload',
];

function declined(stderr: string, whose: Said): Declined {
  const error = classify(['push'], 128, stderr, whose);
  // As the error has it: without what nobody is to see.
  const said = error.stderr;
  const words = hostWords(said);
  const objects = [...words.matchAll(/^object ([0-9a-f]{40,64}): (.+)$/gm)].map(([, id = '', why = '']) => ({
    id,
    why: oneLine(why),
  }));
  const unpacked = said.split('\n').some((line) => line.startsWith('error: remote unpack failed: '));
  const saidNo =
    unpacked || (error.kind === 'unreachable' && words !== '') || says(said, ['error: RPC failed; HTTP 4']);
  // The far side had to say no to what our own git broke off, for want of memory, say.
  const isOurs = error.reason?.by === 'own';
  const isFinal = saidNo && !isOurs && !['auth', 'not_found', 'redirect'].includes(error.kind) && !says(said, PASSES);
  if (!isFinal) return { kind: 'declined', error, objects, locked: [] };
  const status = said.match(/returned error: (\d+)/)?.[1];
  const message = words ? shorten(words, MOST_WORDS) : status ? `it answered HTTP ${status}` : error.message;
  const refused = new GitError('refused', message, ['push'], said, error.reason);
  return { kind: 'declined', error: refused, objects, locked: [] };
}

/** The most of a remote's words that each ref they are about is given, in characters; the log has them all. */
const MOST_WORDS = 1000;

interface Rejection {
  ref: string;
  /** What stands in brackets: `rejected` by our side, `remote rejected` or `remote failure` by the other. */
  by: string;
  reason: string;
}

/** The `!` lines of `git push --porcelain`: `! TAB from:to TAB [by] (reason)`. */
function readPorcelain(stdout: string): Rejection[] {
  return stdout.split('\n').flatMap((line) => {
    const [flag, refs = '', ...words] = line.split('\t');
    const ref = refs.slice(refs.lastIndexOf(':') + 1);
    const answer = words.join('\t');
    const end = answer.indexOf(']');
    if (flag !== '!' || !refs.includes(':') || !ref || !answer.startsWith('[') || end < 2) return [];
    const by = answer.slice(1, end);
    const reason = answer.slice(end + 1);
    return [{ ref, by, reason: reason.startsWith(' (') && reason.endsWith(')') ? oneLine(reason.slice(2, -1)) : by }];
  });
}

/** Tells the refs at fault from those that only shared their push. The words are those of git 2.39 and of hosts. */
function blame(rejected: Rejection[], stderr: string, whose: Said): (PushResult & { kind: 'refused' }) | Declined {
  const words = remoteWords(stderr);
  const message = shorten(words, MOST_WORDS);
  if (rejected.some(({ by }) => by === 'remote failure')) {
    throw new GitError('unreachable', 'The remote ended the push without saying how it went.', ['push'], stderr);
  }
  if (rejected.some(({ reason }) => reason === 'unpacker error')) return declined(stderr, whose);
  // To see whether a push is whole, git looks at all that it has: one broken ref of its own fails every push.
  const lacks = rejected.some(({ reason }) => reason === 'missing necessary objects');
  if (lacks && says(words, ['bad object refs/'])) return declined(stderr, whose);

  // The remote's transaction failed while it was writing: only its words name the ref.
  const failed = rejected.filter(({ reason }) => /^atomic transaction failed|^failed to update ref/.test(reason));
  if (failed.length > 0) {
    const named = failed.flatMap(({ ref }): RefusedRef[] => {
      const line = words.split('\n').find((l) => l.includes(`cannot lock ref '${ref}'`));
      if (!line) return [];
      const moved = /but expected|reference already exists|unable to resolve reference/.test(line);
      return [{ ref, reason: moved ? 'stale' : 'other', message: oneLine(line.replace(/^error: /, '')) }];
    });
    if (says(words, ['cannot lock ref *Unable to create *.lock'])) {
      const locked = named.filter(({ message }) => says(message, ["Unable to create '*.lock'"]));
      const branches = locked.map(({ ref }) => branchOf(ref) ?? ref).join(', ');
      const busy = branches ? `The remote is busy with ${branches}: somebody holds its lock there.` : BUSY_REMOTE.means;
      const error = new GitError('lock', busy, ['push'], stderr, BUSY_REMOTE);
      return { kind: 'declined', error, objects: [], locked };
    }
    if (named.length > 0) return { kind: 'refused', refs: named, blamed: true, words: stderr };
    const refs = failed.map(({ ref, reason }): RefusedRef => ({ ref, reason: 'other', message: message || reason }));
    return { kind: 'refused', refs, blamed: refs.length === 1, words: stderr };
  }

  const atFault = rejected.filter(({ reason }) => !/^atomic push fail(ed|ure)$/.test(reason));
  const refs = atFault.map(({ ref, by, reason }): RefusedRef => {
    // Azure DevOps says so of a ref that somebody has moved.
    if (by === 'rejected' || reason.includes('TF401028'))
      return { ref, reason: 'stale', message: 'it has moved on the remote' };
    return { ref, reason: PROTECTED.test(reason) ? 'protected' : 'other', message: message || reason };
  });
  // A pre-receive hook declines all refs at once; its words may name the one that it minds.
  const asOne = atFault.length > 1 && atFault.every(({ reason }) => reason === 'pre-receive hook declined');
  if (!asOne) return { kind: 'refused', refs, blamed: true, words: stderr };
  const named = refs.filter(({ ref }) => mentions(words, ref));
  return named.length > 0
    ? { kind: 'refused', refs: named, blamed: true, words: stderr }
    : { kind: 'refused', refs, blamed: false, words: stderr };
}

/** Reasons by which a remote guards a ref: hooks and rules, `receive.deny*`, a branch that is checked out there. */
const PROTECTED =
  /hook declined|rule violation|protected|prohibited|not allowed|denied|permission|non-fast-forward|checked out|hidden ref/i;

/** What the remote's side printed, without git's own summing up. */
function remoteWords(stderr: string): string {
  return (
    stderr
      .split('\n')
      .flatMap((line) => (line.startsWith('remote:') ? line.slice('remote:'.length).trim() : []))
      // Hosts put frames around their words.
      .filter((line) => /[\p{L}\p{N}]/u.test(line) && !/^error: (hook declined to update|denying )/.test(line))
      .join('\n')
  );
}

/** Whether the text names the ref, in full or as a branch, and not as a part of a longer name. */
function mentions(text: string, ref: string): boolean {
  const branch = ref.replace(/^refs\/heads\//, '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(^|[^\\w./-]|refs/heads/)${branch}(?![\\w/-]|\\.\\w)`, 'm').test(text);
}
