import type { CommitRange, RangeDiff, RangeDiffPair } from '@/model/changes';
import { oneLine } from '@/text/foreign';
import { visible } from '@/text/visible';
import { tooLarge } from '../process/bounds';
import { gitRecords, gitText } from '../process/run';

/** git compares each commit of one side with each of the other. */
const MOST_COMMITS = 200;

/** Bytes of one pair's difference, of all of them, and of one line. */
const MOST_DIFF = 32 * 1024;
const MOST_BYTES = 512 * 1024;
const MOST_LINE = 2000;

/** `1:  ID = 1:  ID SUBJECT`; a side that is not there is `-:  -------`. */
const PAIR = /^ *(?:\d+|-): +([0-9a-f]+|-+) ([=!<>]) +(?:\d+|-): +([0-9a-f]+|-+) ?(.*)$/;

const KINDS: Record<string, RangeDiffPair['kind']> = { '=': 'same', '!': 'changed', '<': 'dropped', '>': 'added' };

/**
 * The commits of one range against those of another, as `git range-diff` pairs them.
 * @throws GitError when a commit does not exist, or `too_large` for more than `MOST_COMMITS` on a side
 */
export async function rangeDiff(
  gitDir: string,
  before: CommitRange,
  after: CommitRange,
  signal?: AbortSignal,
): Promise<RangeDiff> {
  const ranges = [before, after].map(({ base, tip }) => `${base}..${tip}`);
  for (const range of ranges) {
    const count = Number(await gitText(['rev-list', '--count', range, '--'], { gitDir, signal }));
    if (count > MOST_COMMITS) throw tooLarge(`a branch of more than ${MOST_COMMITS} commits`);
  }
  const pairs: RangeDiffPair[] = [];
  let lines: string[] = [];
  let [size, total] = [0, 0];
  const close = () => {
    const pair = pairs.at(-1);
    if (pair && lines.length > 0) pair.diff = lines.join('\n');
    lines = [];
    size = 0;
  };
  const settings: Array<[string, string]> = [['core.abbrev', 'no']];
  await gitRecords(['range-diff', '--no-color', ...ranges], { gitDir, signal, settings }, (line) => {
    const pair = PAIR.exec(line.slice(0, MOST_LINE));
    if (pair) {
      close();
      const [, old = '', sign = '', now = '', subject = ''] = pair;
      const id = (text: string) => (text.startsWith('-') ? null : text);
      const kind = KINDS[sign] ?? 'changed';
      pairs.push({ kind, before: id(old), after: id(now), subject: oneLine(subject), diff: null });
    } else if (size < MOST_DIFF && total < MOST_BYTES) {
      // Each line of a difference is indented by four.
      const text = line.slice(4, MOST_LINE);
      size += text.length;
      total += text.length;
      lines.push(size < MOST_DIFF && total < MOST_BYTES ? visible(text) : '…');
    }
  });
  close();
  return { pairs, same: pairs.every(({ kind }) => kind === 'same') };
}
