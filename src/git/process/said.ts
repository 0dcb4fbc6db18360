import type { Trace } from './trace';

/**
 * Who said what: git passes on what the far side says among its own words. Only our own git can tell of our clone and
 * of our disk; what a remote says about objects and locks is about its own.
 */

/** Marks in git's own voice of what it only repeats: an error packet, the answer to a pack. */
const REPEATED = ['remote:', 'fatal: remote error:', 'error: remote unpack failed:', 'ERROR: '];

/** An error text by whose words they are. */
export interface Said {
  /** What only our own git can have said. */
  own: string;
  /** All else: the far side, in whatever way it was heard, and ssh. */
  far: string;
  /** Our git's whole voice: its own words, and in which words it repeats the far side's. */
  voice: string;
}

/**
 * Tells the lines of an error text, which is clean (`text/foreign.ts`), apart. Over ssh and from a path the far side's
 * git speaks without a mark, so ours is what git's own trace has too; where there is none, what bears no mark.
 */
export function whoSaid(stderr: string, trace: Trace | null = null): Said {
  const lines = stderr.split('\n');
  const isVoice = (line: string) =>
    !line.startsWith('remote:') &&
    (!trace || trace.said.has(line) || trace.said.has(line.replace(/^(fatal|error|warning|usage|BUG): /, '')));
  const isOwn = (line: string) => isVoice(line) && !REPEATED.some((mark) => line.startsWith(mark));
  return {
    own: lines.filter(isOwn).join('\n'),
    far: lines.filter((line) => !isOwn(line)).join('\n'),
    voice: lines.filter(isVoice).join('\n'),
  };
}

/** Lines in which git and ssh speak for themselves, or sum up what the host has said. */
const OUR_VOICE =
  /^(fatal|error|hint|warning|ssh|To |send-pack|fetch-pack|Pushing to)[: ]|^(Please make sure you have|and the repository exists)/;

/**
 * The host's own words, without its frame of empty lines and `====`: what it says through git, and what it says over
 * ssh before git begins. Empty where it says nothing.
 */
export function hostWords(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => !OUR_VOICE.test(line) || REPEATED.some((mark) => line.startsWith(mark)))
    .map((line) => line.replace(/^(remote: ?|fatal: remote error: |ERROR: |error: remote unpack failed: )/, '').trim())
    .map((line) => line.replace(/^(ERROR|GitLab|error|fatal): /, ''))
    .filter((line) => /[\p{L}\p{N}]/u.test(line))
    .join('\n');
}
