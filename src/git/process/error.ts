import { oneLine } from '@/text/foreign';
import { says } from '@/text/says';
import { whoSaid } from './said';

/** What went wrong with a git process, as far as a caller can act on it. */
export type GitErrorKind =
  /** The remote did not answer, or answered with a network or server fault: trying again may help. */
  | 'unreachable'
  /** The remote demands a login that git could not give. */
  | 'auth'
  /** The remote has no such repository (many hosts answer so when a login is missing). */
  | 'not_found'
  | 'timeout'
  /** Somebody ended it (the system, short of memory; an administrator): trying again helps. */
  | 'killed'
  /** Another process holds a lock, in our clone or on the remote: trying again helps. */
  | 'lock'
  | 'disk_full'
  /** Our own git finds our clone damaged; a look at the clone proves it (`clone/fsck.ts`). */
  | 'corrupt'
  /** The far side says no, or is in trouble of its own (its objects, its disk): neither another login nor time mends it. */
  | 'refused'
  /** It would take more than is read or allowed: output, refs, commits, or memory (`bounds.ts`). */
  | 'too_large'
  /** The remote points to another address, which is not followed. */
  | 'redirect'
  /** The remote is in a private network, where remotes are not allowed. */
  | 'private'
  /** The protocol is not among the allowed ones. */
  | 'protocol'
  /** The program is not there. */
  | 'missing'
  | 'failed';

/** A git process that did not do what was asked. `stderr` and `message` are clean (`text/foreign.ts`). */
export class GitError extends Error {
  override readonly name = 'GitError';
  constructor(
    readonly kind: GitErrorKind,
    message: string,
    readonly args: string[],
    readonly stderr: string,
  ) {
    super(message);
  }
}

/**
 * git has no exit codes for these; the phrases are those of git, curl, ssh and the hosts under LC_ALL=C, as `says`
 * takes them. First match wins.
 */
const PHRASES: Array<[GitErrorKind, string[]]> = [
  ['disk_full', ['No space left on device', 'Disk quota exceeded']],
  ['protocol', ["transport '*' not allowed", "protocol '*' is not supported"]],
  // A local remote that belongs to another user; git then also says that it could not read from the remote.
  ['failed', ['detected dubious ownership']],
  [
    'auth',
    [
      'could not read Username',
      'could not read Password',
      'Authentication failed',
      'Permission denied (',
      'Permission denied,(',
      'Permission denied please',
      'Permission denied, please',
      'Permission denied,please',
      'Permission to * denied',
      'marked as read only',
      'terminal prompts disabled',
      'HTTP 401',
      'HTTP 403',
      'returned error: 401',
      'returned error: 403',
      'Host key verification failed',
    ],
  ],
  [
    'not_found',
    [
      "repository '*' not found",
      'Repository not found',
      'does not appear to be a git repository',
      'returned error: 404',
      'repository *does not exist',
      'project you were looking for could not be found',
    ],
  ],
  // git words it as a lock that it did not get ("cannot lock ref …: reference broken").
  ['corrupt', ['reference broken']],
  ['lock', ["Unable to create '*.lock'", 'cannot lock ref', 'could not lock']],
  [
    'corrupt',
    [
      'not a git repository',
      'object file * is empty',
      'loose object * is corrupt',
      'bad object',
      'packfile * is corrupt',
      'packfile * cannot be',
      'packfile * does not',
      'unable to read tree',
      'unable to read sha1',
      'invalid sha1 pointer',
      'missing blob',
      'unexpected line in *packed-refs',
      'bad tree object',
      'unresolved deltas',
      'broken link',
      'did not send all necessary objects',
    ],
  ],
  [
    'redirect',
    ['returned error: 301', 'returned error: 302', 'returned error: 303', 'returned error: 307', 'returned error: 308'],
  ],
  [
    'unreachable',
    [
      'Could not resolve host',
      'Could not resolve proxy',
      'Connection refused',
      'Connection reset',
      'Connection timed out',
      'Connection closed',
      'Failed to connect',
      "Couldn't connect",
      'Operation timed out',
      'Operation too slow',
      'Network is unreachable',
      'No route to host',
      'early EOF',
      'unexpected disconnect',
      'hung up unexpectedly',
      'RPC failed',
      'returned error: 5',
      'returned error: 429',
      'SSL_',
      'Empty reply',
      'transfer closed',
      'Could not read from remote repository',
    ],
  ],
];

/** What is ours in our own git's words, and the far side's in the words of the far side. */
const THEIRS: Partial<Record<GitErrorKind, GitErrorKind>> = {
  corrupt: 'refused',
  disk_full: 'refused',
};

function kindOf(stderr: string): GitErrorKind {
  const { own, far } = whoSaid(stderr);
  if (says(ourOutcry(own), OUT_OF_MEMORY)) return 'too_large';
  for (const [kind, phrases] of PHRASES) {
    const theirs = THEIRS[kind];
    if (!theirs && says(stderr, phrases)) return kind;
    if (theirs && says(own, phrases)) return kind;
    if (theirs && says(far, phrases)) return theirs;
  }
  return 'failed';
}

/** Turns a failed command's words, which are clean (`text/foreign.ts`), into a GitError. */
export function classify(args: string[], code: number, stderr: string): GitError {
  const kind = kindOf(stderr);
  const words = withoutHttpBody(stderr);
  const first = words
    .split('\n')
    .map((line) => line.trim())
    .find((line) => /^(fatal|error|ssh|remote):/i.test(line));
  return new GitError(kind, `git ${args[0]} failed (exit ${code})${first ? `: ${oneLine(first)}` : ''}`, args, words);
}

const OUT_OF_MEMORY = ['out of memory', 'cannot allocate memory', 'malloc failed', 'mmap failed'];

/** The lines with which our own git gives up. */
function ourOutcry(own: string): string {
  const lines = own.split('\n').filter((line) => line.startsWith('fatal: ') || line.startsWith('error: '));
  return lines.join('\n');
}

/**
 * git repeats the body of a remote's HTTP error where that is plain text. It may be any page that this machine can
 * reach and its reader cannot, so nobody is shown it.
 */
function withoutHttpBody(stderr: string): string {
  const lines = stderr.split('\n');
  if (!lines.some((line) => line.startsWith('fatal: ') && says(line, ["'http://", "'https://"]))) return stderr;
  return lines.filter((line) => !line.startsWith('remote:')).join('\n');
}
