import { type HunkData, parseDiff } from 'react-diff-view';

export type View = 'unified' | 'split';

/** Characters of a line beyond which it is folded: of a file that is one line nobody reads more. */
const LONG_LINE = 300;

/** What git has cut already says how long it is, in the end. */
const CUT = /… \([\d,]+ bytes\)$/;

/** A patch with its long lines cut, and how many those are. */
export function foldLines(patch: string): { text: string; count: number } {
  let count = 0;
  const lines = patch.split('\n').map((line) => {
    if (line.length <= LONG_LINE) return line;
    count += 1;
    return `${line.slice(0, LONG_LINE)}${CUT.exec(line)?.[0] ?? '…'}`;
  });
  return count === 0 ? { text: patch, count } : { text: lines.join('\n'), count };
}

/**
 * The hunks of a patch, and what it says of the file's end. It comes without headers, and whoever reads it wants some.
 * Side by side, a line stands beside what it became.
 */
export function read(patch: string, view: View): { hunks: HunkData[]; end: string | null } {
  const options = view === 'split' ? { nearbySequences: 'zip' as const } : {};
  const [file] = parseDiff(`diff --git a/x b/x\n--- a/x\n+++ b/x\n${patch}\n`, options);
  if (!file) return { hunks: [], end: null };
  const { hunks, oldEndingNewLine: before, newEndingNewLine: after } = file;
  const had = hunks.some(({ oldStart }) => oldStart > 0);
  const has = hunks.some(({ newStart }) => newStart > 0);
  return { hunks, end: endWords(had && !before, has && !after, had, has) };
}

/** What is to be said of a file's last line, which usually ends in a newline; null where it does before and after. */
function endWords(lacked: boolean, lacks: boolean, had: boolean, has: boolean): string | null {
  if (lacks) return `No newline at the end of the file${had && !lacked ? ' any more' : ''}.`;
  return lacked ? `There was no newline at the end of the file${has ? '; now there is' : ''}.` : null;
}
