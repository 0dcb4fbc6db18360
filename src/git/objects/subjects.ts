import { git } from '../process/run';

/**
 * The commits of `tip` that none of `without` has, newest first, with their subjects; at most `max` of them.
 * @throws GitError
 */
export async function subjects(
  gitDir: string,
  tip: string,
  without: string[],
  max: number,
  signal?: AbortSignal,
): Promise<Array<{ commit: string; subject: string }>> {
  const range = [tip, ...without.map((id) => `^${id}`)];
  const args = ['log', '--topo-order', '-z', '--format=%H %s', `--max-count=${max}`, ...range, '--'];
  const { stdout } = await git(args, { gitDir, signal });
  return stdout
    .toString('utf8')
    .split('\0')
    .filter(Boolean)
    .map((line) => ({ commit: line.slice(0, line.indexOf(' ')), subject: line.slice(line.indexOf(' ') + 1) }));
}
