import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GitError } from '../process/error';
import { git, gitText } from '../process/run';
import { asideOf, objectFormat } from './init';

/** Whether there is a damaged clone to take from. One in another object format waits until that is the clone's again. */
export async function isSetAside(gitDir: string): Promise<boolean> {
  if (!existsSync(asideOf(gitDir))) return false;
  return (await objectFormat(asideOf(gitDir))) === (await objectFormat(gitDir));
}

/** Deletes the clone that was set aside, if there is one. */
export function removeAside(gitDir: string): Promise<void> {
  return rm(asideOf(gitDir), { recursive: true, force: true });
}

/**
 * Takes commits with all that they need out of the clone that was set aside into the new one; what the remote has of
 * them fills the holes.
 * @param groups commits that are of use only together
 * @returns for each group those of its commits that could not be taken
 * @throws GitError for reasons that are not the objects'; the signal's reason when it is aborted
 */
export async function salvage(gitDir: string, groups: string[][], signal?: AbortSignal): Promise<string[][]> {
  const env = { GIT_ALTERNATE_OBJECT_DIRECTORIES: join(asideOf(gitDir), 'objects') };
  const ofRemote = await gitText(['for-each-ref', '--format=^%(objectname)', 'refs/remotes'], { gitDir, signal });
  const take = async (commits: string[]): Promise<boolean> => {
    if (commits.length === 0) return true;
    const input = `${[...commits, ofRemote].join('\n')}\n`;
    const args = ['pack-objects', '--revs', '-q', '--no-reuse-delta', join(gitDir, 'objects/pack/pack')];
    try {
      await git(args, { gitDir, env, input, signal });
      // The same check as after a fetch, without the other clone.
      const check = commits.map((id) => `${id}\n`).join('');
      await git(['rev-list', '--objects', '--quiet', '--stdin', '--not', '--all'], { gitDir, input: check, signal });
      return true;
    } catch (error) {
      if (error instanceof GitError && (error.kind === 'failed' || error.kind === 'corrupt')) return false;
      throw error;
    }
  };
  // Most often all of it is whole.
  if (await take(groups.flat())) return groups.map(() => []);
  const lost: string[][] = [];
  for (const group of groups) {
    const missing: string[] = [];
    if (!(await take(group))) for (const commit of group) if (!(await take([commit]))) missing.push(commit);
    lost.push(missing);
  }
  return lost;
}
