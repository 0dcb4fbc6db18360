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
  /** Another process holds a lock in our clone: trying again helps. */
  | 'lock'
  | 'disk_full'
  /** The clone is damaged: making it anew helps. */
  | 'corrupt'
  /** It would take more than is read or allowed: output, refs, commits, or memory (`bounds.ts`). */
  | 'too_large'
  /** The protocol is not among the allowed ones. */
  | 'protocol'
  /** The program is not there. */
  | 'missing'
  | 'failed';

/** A git process that did not do what was asked. `stderr` and `message` hold no credentials. */
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

/** git has no exit codes for these; the phrases are those of git, curl and ssh under LC_ALL=C. First match wins. */
const PHRASES: Array<[GitErrorKind, RegExp]> = [
  // Our own git's words, never those of the far side ("remote: fatal: …").
  ['too_large', /^(fatal|error): .*(out of memory|cannot allocate memory|malloc failed|mmap failed)/im],
  ['disk_full', /No space left on device|Disk quota exceeded/i],
  ['protocol', /transport '.*' not allowed|protocol '.*' is not supported/i],
  // A local remote that belongs to another user; git then also says that it could not read from the remote.
  ['failed', /detected dubious ownership/],
  [
    'auth',
    /could not read (Username|Password)|Authentication failed|Permission denied[ ,](\(|please)|Permission to \S+ denied|marked as read only|terminal prompts disabled|HTTP 40[13]|returned error: 40[13]|Host key verification failed/i,
  ],
  [
    'not_found',
    /repository '.*' not found|Repository not found|does not appear to be a git repository|returned error: 404|repository .*does not exist|project you were looking for could not be found/i,
  ],
  // git words it as a lock that it did not get ("cannot lock ref …: reference broken").
  ['corrupt', /reference broken/],
  ['lock', /Unable to create '.*\.lock'|cannot lock ref|could not lock/i],
  [
    'corrupt',
    /not a git repository|object file .* is empty|loose object .* is corrupt|bad object|packfile .* (is corrupt|cannot be|does not)|unable to read (tree|sha1)|invalid sha1 pointer|missing blob|unexpected line in .*packed-refs|bad tree object|unresolved deltas|broken link|did not send all necessary objects/i,
  ],
  [
    'unreachable',
    /Could not resolve (host|proxy)|Connection (refused|reset|timed out|closed)|Failed to connect|Couldn't connect|Operation timed out|Operation too slow|Network is unreachable|No route to host|early EOF|unexpected disconnect|hung up unexpectedly|RPC failed|returned error: 5\d\d|returned error: 429|SSL_|Empty reply|transfer closed|Could not read from remote repository/i,
  ],
];

/** Turns a failed command's words into a GitError. */
export function classify(args: string[], code: number, stderr: string): GitError {
  const kind = PHRASES.find(([, phrase]) => phrase.test(stderr))?.[0] ?? 'failed';
  const last = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^(fatal|error|ssh|remote):/i.test(line))
    .at(0);
  return new GitError(kind, `git ${args[0]} failed (exit ${code})${last ? `: ${last}` : ''}`, args, stderr);
}
