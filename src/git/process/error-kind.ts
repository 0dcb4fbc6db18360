/** What went wrong with a git process, as far as a caller can act on it. */
export type GitErrorKind =
  /** The remote did not answer, or answered with a network or server fault: trying again may help. */
  | 'unreachable'
  /** The remote demands a login that git could not give. */
  | 'auth'
  /** The remote has no such repository (many hosts answer so when a login is missing). */
  | 'not_found'
  /** The remote answers, and says no or cannot: neither another login nor time mends it. */
  | 'refused'
  /** The remote does not show that it is the one that we mean. */
  | 'untrusted'
  | 'timeout'
  /** Somebody ended it (the system, short of memory; an administrator): trying again helps. */
  | 'killed'
  /** Another process holds a lock in our clone: trying again helps. */
  | 'lock'
  | 'disk_full'
  /** Our data directory cannot be written to. */
  | 'unwritable'
  /** The temporary folder is missing, or not ours to write: a person has to see to it. */
  | 'no_place'
  /** The clone is damaged: making it anew helps. */
  | 'corrupt'
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
