import { git } from '../process/run';
import type { Quarantine } from './objects';

/**
 * Takes the objects that `wanted` needs and `present` lacks out of a quarantine into its clone, as one pack.
 * @param present commits that the clone has with all their history.
 * @throws GitError when the clone would not hold everything that `wanted` needs.
 */
export async function takePack(
  quarantine: Pick<Quarantine, 'gitDir' | 'env'>,
  wanted: string[],
  present: string[],
  signal?: AbortSignal,
): Promise<void> {
  const { gitDir, env } = quarantine;
  const lines = (ids: string[]) => ids.map((id) => `${id}\n`).join('');
  const { stdout: pack } = await git(['pack-objects', '--revs', '--stdout', '-q', '--window=0'], {
    gitDir,
    env,
    input: `${lines(wanted)}--not\n${lines(present)}`,
    signal,
  });
  await git(['index-pack', '--stdin'], { gitDir, input: pack, signal });
  // index-pack does not look whether what the pack's objects name is there; this is the check that a fetch makes.
  const check = ['rev-list', '--objects', '--quiet', '--stdin', '--not', '--all'];
  await git(check, { gitDir, input: lines(wanted), signal });
}
