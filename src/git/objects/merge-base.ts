import { gitText } from '../process/run';

/** Longest list that surely fits a command line (128 KiB for one argument, 2 MiB in all on Linux; 1 MiB on macOS). */
const LIMIT = 10_000;

/**
 * The best commits that are ancestors of every one given (one, unless histories criss-cross). Empty where there is
 * none, and where there are too many commits to ask for. git folds over them in the given order: with the newest
 * first, each walk is short.
 * @throws GitError when a commit does not exist.
 */
export async function commonAncestors(gitDir: string, commits: string[], signal?: AbortSignal): Promise<string[]> {
  if (commits.length > LIMIT) return [];
  const args = ['merge-base', '--octopus', '--all', ...commits];
  const text = await gitText(args, { gitDir, okCodes: [0, 1], signal });
  return text.split('\n').filter(Boolean);
}
