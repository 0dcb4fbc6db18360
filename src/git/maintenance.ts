import { type GitOptions, git } from './run';

/**
 * Keeps a clone quick to read: packs loose objects and small packs, loose refs, and writes the commit graph.
 * It never prunes: what is unreferenced stays until the clone is removed, so a reader cannot lose an object.
 * Call it under the repo's lease, while no disposable clone of it lives.
 * @throws GitError
 */
export async function maintainClone(
  gitDir: string,
  options: Pick<GitOptions, 'signal' | 'timeoutMs' | 'record'> = {},
): Promise<void> {
  await git(['pack-refs', '--all', '--prune'], { ...options, gitDir });
  await git(['repack', '--geometric=2', '-d', '-l', '--quiet'], { ...options, gitDir });
  await git(['commit-graph', 'write', '--reachable', '--split', '--no-progress'], { ...options, gitDir });
}

/** Whether maintenance is worth its time: many loose objects, or many packs. Reads folders; starts one process. */
export async function needsMaintenance(gitDir: string): Promise<boolean> {
  const { stdout } = await git(['count-objects', '-v'], { gitDir });
  const count = (name: string) => Number(stdout.toString().match(new RegExp(`^${name}: (\\d+)$`, 'm'))?.[1] ?? 0);
  return count('count') > 2000 || count('packs') > 30;
}
