/**
 * Who said what: git passes on what the far side says among its own words. Only our own git can tell of our clone and
 * of our disk; what a remote says about objects and locks is about its own.
 */

/** Marks in git's own voice of what it only repeats: an error packet, the answer to a pack. */
const REPEATED = ['remote:', 'fatal: remote error:', 'error: remote unpack failed:', 'ERROR: '];

/** Tells the lines of an error text, which is clean (`text/foreign.ts`), apart. A far side that has spoken over ssh
 * without git is heard as ours; so words can make us look at our clone, but never prove damage. */
export function whoSaid(stderr: string): { own: string; far: string } {
  const lines = stderr.split('\n');
  const isFar = (line: string) => REPEATED.some((mark) => line.startsWith(mark));
  return {
    own: lines.filter((line) => !isFar(line)).join('\n'),
    far: lines.filter(isFar).join('\n'),
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
