import { oneLine } from '@/text/foreign';
import { gitRecords } from '../process/run';

/**
 * The commits of `tip` that none of `without` has, newest first, with their subjects for people; at most `max` of them.
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
  const found: Array<{ commit: string; subject: string }> = [];
  await gitRecords(args, { gitDir, signal, separator: '\0' }, (record) => {
    const end = record.indexOf(' ');
    if (end > 0) found.push({ commit: record.slice(0, end), subject: oneLine(record.slice(end + 1)) });
  });
  return found;
}
