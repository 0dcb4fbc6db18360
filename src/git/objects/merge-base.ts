import { gitText } from '../process/run';

/** As many as surely fit a command line (2 MiB on Linux, 1 MiB on macOS). */
const AT_ONCE = 10_000;

/**
 * Common ancestors of all the commits given; the best ones where they fit one command line (one, unless histories
 * criss-cross). Empty where there is none. git folds over the commits in the given order: with the newest first, each
 * walk is short.
 * @param atOnce as many as one process is given
 * @throws GitError when a commit does not exist.
 */
export async function commonAncestors(
  gitDir: string,
  commits: string[],
  signal?: AbortSignal,
  atOnce = AT_ONCE,
): Promise<string[]> {
  let found: string[] | null = null;
  for (let at = 0; at < commits.length; at += atOnce) {
    const some: string[] = [...(found ?? []), ...commits.slice(at, at + atOnce)];
    const text = await gitText(['merge-base', '--octopus', '--all', ...some], { gitDir, okCodes: [0, 1], signal });
    found = text.split('\n').filter(Boolean);
    if (found.length === 0) break;
  }
  return found ?? [];
}
