import { git } from './run';

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
 * The size of the change of every pair, in their order, from one process.
 * @throws GitError when a commit does not exist.
 */
export async function diffStats(gitDir: string, pairs: DiffPair[], signal?: AbortSignal): Promise<DiffStat[]> {
  if (pairs.length === 0) return [];
  // A line `COMMIT PARENT` compares the commit with that "parent". `--always`: the commit's id is printed, as the
  // head of its answer, even where nothing differs.
  const { stdout } = await git(['diff-tree', '--stdin', '--shortstat', '-M', '--always'], {
    gitDir,
    input: pairs.map((pair) => `${pair.to} ${pair.from}\n`).join(''),
    signal,
  });
  const stats: DiffStat[] = [];
  for (const line of stdout.toString('latin1').split('\n')) {
    if (/^[0-9a-f]{40,}$/.test(line)) stats.push({ files: 0, additions: 0, deletions: 0 });
    else if (line) stats[stats.length - 1] = parseShortstat(line);
  }
  if (stats.length !== pairs.length) {
    throw new Error(`git diff-tree answered ${stats.length} of ${pairs.length} pairs: a commit is missing`);
  }
  return stats;
}

/** ` 3 files changed, 10 insertions(+), 1 deletion(-)`; parts that are zero may be left out. */
function parseShortstat(line: string): DiffStat {
  const count = (word: string) => Number(line.match(new RegExp(`(\\d+) ${word}`))?.[1] ?? 0);
  return { files: count('file'), additions: count('insertion'), deletions: count('deletion') };
}

/**
 * The paths (latin1, byte for byte) that differ in every pair, in their order, from one process; a rename is two.
 * @throws GitError when a commit does not exist.
 */
export async function changedPaths(gitDir: string, pairs: DiffPair[], signal?: AbortSignal): Promise<string[][]> {
  if (pairs.length === 0) return [];
  const { stdout } = await git(['diff-tree', '--stdin', '--raw', '-r', '-z', '--always', '--no-renames'], {
    gitDir,
    input: pairs.map((pair) => `${pair.to} ${pair.from}\n`).join(''),
    signal,
  });
  const answers: string[][] = [];
  const fields = stdout.toString('latin1').split('\0');
  // `COMMIT NUL (:MODE MODE ID ID STATUS NUL PATH NUL)*`
  for (let at = 0; at < fields.length - 1; at += 1) {
    if (fields[at]?.startsWith(':')) answers.at(-1)?.push(fields[++at] ?? '');
    else answers.push([]);
  }
  if (answers.length !== pairs.length) {
    throw new Error(`git diff-tree answered ${answers.length} of ${pairs.length} pairs: a commit is missing`);
  }
  return answers;
}
