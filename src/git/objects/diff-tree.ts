import { isTooLarge, MAX_TOO_LARGE } from '../process/bounds';
import { gitRecords } from '../process/run';

/** Size of a change, in lines. Binary files count as files only. */
export interface DiffStat {
  files: number;
  additions: number;
  deletions: number;
}

/** Compares `from` with `to`, both commits by id. */
export interface DiffPair {
  from: string;
  to: string;
}

/**
 * The size of the change of every pair, in their order, from one process; null for one that is too large to be compared.
 * @throws GitError when a commit does not exist, or too many pairs are too large.
 */
export function diffStats(gitDir: string, pairs: DiffPair[], signal?: AbortSignal): Promise<Array<DiffStat | null>> {
  return compareAll<DiffStat>(pairs, async (open, answers) => {
    let stat: DiffStat | null = null;
    await diffTree(['--shortstat', '-M'], open, { gitDir, signal }, (line) => {
      if (/^[0-9a-f]{40,}$/.test(line)) stat = { files: 0, additions: 0, deletions: 0 };
      else if (line) stat = parseShortstat(line);
      else if (stat) {
        answers.push(stat);
        stat = null;
      }
    });
  });
}

/**
 * Compares pairs until one is too large, and goes on behind that one.
 * @param compare puts the answers in as they come; each answer is complete before the next pair is begun.
 */
async function compareAll<T>(
  pairs: DiffPair[],
  compare: (open: DiffPair[], answers: Array<T | null>) => Promise<void>,
): Promise<Array<T | null>> {
  const answers: Array<T | null> = [];
  let room = MAX_TOO_LARGE;
  while (answers.length < pairs.length) {
    try {
      await compare(pairs.slice(answers.length), answers);
    } catch (error) {
      if (!isTooLarge(error) || --room < 0) throw error;
      answers.push(null);
      continue;
    }
    if (answers.length !== pairs.length) {
      throw new Error(`git diff-tree answered ${answers.length} of ${pairs.length} pairs: a commit is missing`);
    }
  }
  return answers;
}

/** A line `COMMIT PARENT` compares the commit with that "parent". */
function diffTree(
  how: string[],
  pairs: DiffPair[],
  options: Parameters<typeof gitRecords>[1],
  each: (record: string) => void,
): Promise<unknown> {
  // `--always`: the commit's id is printed, as the head of its answer, even where nothing differs.
  const args = ['diff-tree', '--stdin', ...how, '--always'];
  // A line that is no id is printed as it is, and has everything before it written out: so what ends the process is
  // the first pair without an answer.
  const input = pairs.map((pair) => `${pair.to} ${pair.from}\n\n`).join('');
  return gitRecords(args, { encoding: 'latin1', ...options, input }, each);
}

/** ` 3 files changed, 10 insertions(+), 1 deletion(-)`; parts that are zero may be left out. */
function parseShortstat(line: string): DiffStat {
  const count = (word: string) => Number(line.match(new RegExp(`(\\d+) ${word}`))?.[1] ?? 0);
  return { files: count('file'), additions: count('insertion'), deletions: count('deletion') };
}

const MOST_PATHS = 5000;

/**
 * The paths (latin1, byte for byte) that differ in every pair, in their order, from one process; `MOST_PATHS` of each at
 * most, and none for a pair that is too large to be compared. A rename is two.
 * @throws GitError when a commit does not exist, or too many pairs are too large.
 */
export async function changedPaths(gitDir: string, pairs: DiffPair[], signal?: AbortSignal): Promise<string[][]> {
  const all = await namesOf(['--no-renames'], 1, gitDir, pairs, signal);
  return all.map((records) => records.flat());
}

/**
 * Old path → new path of what was renamed, of every pair; all else as in `changedPaths`.
 * @throws GitError when a commit does not exist, or too many pairs are too large.
 */
export async function renamedPaths(
  gitDir: string,
  pairs: DiffPair[],
  signal?: AbortSignal,
): Promise<Array<Map<string, string>>> {
  const all = await namesOf(['-M', '--diff-filter=R'], 2, gitDir, pairs, signal);
  return all.map((records) => new Map(records.flatMap(([from, to]) => (from && to ? [[from, to]] : []))));
}

/** The names in the records of each pair's difference, `count` in each. */
async function namesOf(
  how: string[],
  count: number,
  gitDir: string,
  pairs: DiffPair[],
  signal: AbortSignal | undefined,
): Promise<string[][][]> {
  const all = await compareAll<string[][]>(pairs, async (open, answers) => {
    let answer: string[][] = [];
    let names: string[] = [];
    let missing = 0;
    // `COMMIT NUL (:MODE MODE ID ID STATUS NUL (PATH NUL)+)* LF`
    const options = { gitDir, signal, separator: '\0' as const };
    await diffTree(['--raw', '-r', '-z', ...how], open, options, (field) => {
      if (missing > 0) {
        names.push(field);
        missing -= 1;
        if (missing === 0 && answer.length < MOST_PATHS) answer.push(names);
        return;
      }
      if (field.startsWith(':')) {
        names = [];
        missing = count;
      } else if (field.startsWith('\n')) {
        answers.push(answer);
        answer = [];
      }
    });
  });
  return all.map((records) => records ?? []);
}
