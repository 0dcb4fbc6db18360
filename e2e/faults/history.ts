import type { Remote } from '@/demo/remote';
import { gitText } from '@/git/process/run';

/** All commits that the remote's branches hold, read once: many questions cost no process then. */
export interface RemoteHistory {
  /** Branch → tip. */
  tips: Record<string, string>;
  /** Whether a commit or branch has the other in its history. */
  contains(from: string, ancestor: string): boolean;
  /** Subjects of what `from` has and `over` has not, oldest first. */
  subjects(from: string, over?: string): string[];
}

export async function readHistory(remote: Remote): Promise<RemoteHistory> {
  const tips = await remote.tips();
  const format = '--format=%H%x09%P%x09%s';
  const lines = await gitText(['log', '--branches', '--topo-order', '--reverse', format], { gitDir: remote.dir });
  const commits = new Map<string, { subject: string; known: Set<string> }>();
  for (const line of lines.split('\n').filter(Boolean)) {
    const [id = '', parents = '', subject = ''] = line.split('\t');
    const known = new Set([id]);
    for (const parent of parents.split(' ')) for (const below of commits.get(parent)?.known ?? []) known.add(below);
    commits.set(id, { subject, known });
  }
  const known = (name: string) => commits.get(tips[name] ?? name)?.known ?? new Set<string>();
  return {
    tips,
    contains: (from, ancestor) => known(from).has(tips[ancestor] ?? ancestor),
    subjects(from, over = '') {
      const below = known(over);
      const mine = known(from);
      return [...commits].filter(([id]) => mine.has(id) && !below.has(id)).map(([, { subject }]) => subject);
    },
  };
}
