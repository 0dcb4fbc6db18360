import { config } from '@/config';
import { oneLine } from '@/text/foreign';
import { saying, says } from '@/text/says';
import type { GitErrorKind } from './error-kind';
import { NO_REASON, REASONS, type Reason } from './reasons';
import { type Said, whoSaid } from './said';

export type { GitErrorKind };

/** A git process that did not do what was asked. `stderr` and `message` are clean (`text/foreign.ts`). */
export class GitError extends Error {
  override readonly name = 'GitError';
  constructor(
    readonly kind: GitErrorKind,
    message: string,
    readonly args: string[],
    readonly stderr: string,
    /** What is known of such words; undefined where nothing is. */
    readonly reason?: Reason,
    /** What of `stderr` only our own git can have said. */
    readonly own: string = whoSaid(stderr).own,
  ) {
    super(message);
  }
}

/** Turns a failed command's words, which are clean (`text/foreign.ts`), into a GitError. */
export function classify(args: string[], code: number, stderr: string, said: Said = whoSaid(stderr)): GitError {
  const [all, own, far] = [saying(stderr), saying(said.own), saying(said.far)];
  const reason = REASONS.find(({ by, words }) => (by === 'own' ? own : all)(words));
  // Without a known reason, and after nothing but the line that ends every conversation, it may have been the network.
  const kind = reason?.kind ?? (ofTheirs(far) ? 'refused' : all(NO_REASON) ? 'unreachable' : 'failed');
  const words = withoutHttpBody(stderr);
  const first = usefulLine(words, reason);
  const message = `git ${args[0]} failed (exit ${code})${first ? `: ${oneLine(first)}` : ''}`;
  return new GitError(kind, message, args, words, reason, said.own);
}

const SPEAKS = new Set(['fetch', 'push', 'ls-remote']);

/** Whether such a command speaks to a remote, so that what fails in it without a reason that is ours is not ours. */
export function speaksToRemote([verb = '']: string[]): boolean {
  return SPEAKS.has(verb);
}

/** What is known of words of the far side, such as those with which it refuses a ref. */
export function reasonOf(words: string): Reason | undefined {
  const all = saying(words);
  return REASONS.find((reason) => reason.by !== 'own' && all(reason.words));
}

/** Whether the far side tells of damage or a full disk in words that would be ours from our own git: those are its own. */
function ofTheirs(far: ReturnType<typeof saying>): boolean {
  return REASONS.some(
    ({ by, kind, words }) => by === 'own' && (kind === 'corrupt' || kind === 'disk_full') && far(words),
  );
}

/** As many lines from the start, and from the end, are looked at for the useful one. */
const MOST_LINES = 200;

/** The line that tells a person most: the one that gives the reason, else the far side's first, else git's first. */
function usefulLine(words: string, reason: Reason | undefined): string | undefined {
  const all = words.split('\n');
  const ends = all.length > 2 * MOST_LINES ? [...all.slice(0, MOST_LINES), ...all.slice(-MOST_LINES)] : all;
  const lines = ends
    // ssh puts its loudest warning into a box.
    .map((line) => (line.startsWith('@') && line.endsWith('@') ? line.slice(1, -1) : line).trim())
    .filter((line) => !ORNAMENT.test(line));
  const telling = lines.filter((line) => !says(line, NO_REASON));
  return (
    (reason && telling.find((line) => says(line, reason.words))) ??
    telling.find((line) => /^(remote|ERROR|ssh):/.test(line)) ??
    telling.find((line) => /^(fatal|error):/.test(line)) ??
    telling[0] ??
    lines[0]
  );
}

/** What git prints around an answer: frames of hosts, progress, advice. */
const ORNAMENT =
  /^(remote:)?[^\p{L}\p{N}]*$|^(remote: )?((Enumerating|Counting|Compressing|Receiving|Resolving|Writing|Unpacking|Analyzing) (objects|deltas)|Total \d|hint:)|^(To |warning: |Warning: Permanently added|Please make sure you have|and the repository exists)/u;

/** Whose words are never the body of an answer. */
const OURS: ReadonlySet<Reason['by']> = new Set(['own', 'git', 'ssh', 'http']);

/**
 * git repeats the body of a remote's HTTP error where that is plain text. It may be any page that this machine can
 * reach and its reader cannot, so of those lines only such are shown as hosts are known to say (`reasons.ts`); where
 * only the public internet is reached, all.
 */
function withoutHttpBody(stderr: string): string {
  const lines = stderr.split('\n');
  if (!lines.some((line) => line.startsWith('fatal: ') && says(line, ["'http://", "'https://"]))) return stderr;
  if (config().remoteHosts === 'public') return stderr;
  const known = REASONS.flatMap(({ by, words }) => (OURS.has(by) ? [] : words));
  const shown = lines.filter((line) => !line.startsWith('remote:') || says(line, known));
  const hidden = lines.length - shown.length;
  if (hidden === 0) return stderr;
  return [`… lines of the answer of the remote that are not shown: ${hidden} …`, ...shown].join('\n');
}
