import { existsSync } from 'node:fs';
import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GitOptions, git, gitText } from '../process/run';

type MaintenanceOptions = Pick<GitOptions, 'signal' | 'timeoutMs' | 'record'>;

/** Where the time of the last thorough maintenance is kept: the file's own time. */
const THOROUGH = 'spicerack-packed';

/** How often what nothing refers to any more is dropped. It rewrites every pack, so seldom. */
const THOROUGH_EVERY_MS = 7 * 86_400_000;

/**
 * Keeps a clone quick to read and no larger than it has to be: packs loose objects, small packs and refs, and
 * writes the commit graph; once a week it makes one pack and drops what no ref reaches. Needs no time of grace, for
 * it may only run while nobody adds objects to the clone: hold the clone (`upkeep/tend-clone.ts`). It can be killed
 * at any moment; readers are not disturbed.
 * @throws GitError
 */
export async function maintainClone(gitDir: string, options: MaintenanceOptions = {}): Promise<void> {
  const run = (args: string[]) => git(args, { ...options, gitDir });
  await run(['pack-refs', '--all', '--prune']);
  if (await isThoroughDue(gitDir)) {
    // It may name commits that go now.
    await rm(join(gitDir, COMMIT_GRAPHS), { recursive: true, force: true });
    await run(['repack', '-a', '-d', '-l', '--quiet']);
    await run(['prune', '--expire=now']);
    await writeFile(join(gitDir, THOROUGH), '');
  } else {
    await run(['repack', '--geometric=2', '-d', '-l', '--quiet']);
  }
  await run(WRITE_GRAPH);
}

const COMMIT_GRAPHS = 'objects/info/commit-graphs';
const WRITE_GRAPH = ['commit-graph', 'write', '--reachable', '--split', '--no-progress'];

/**
 * Writes the clone's commit graph where there is none; maintenance renews it. Without one, git lists what one commit has
 * and another lacks by dates, and where those run backwards for more than a few commits it lists what both have. With
 * one, however old, `rev-list --topo-order` is exact: what the graph does not have is walked whole. A shallow clone
 * cannot have one. (git 2.39, revision.c: `generation_numbers_enabled`.)
 * @throws GitError
 */
export async function ensureCommitGraph(gitDir: string, options: MaintenanceOptions = {}): Promise<void> {
  if (existsSync(join(gitDir, COMMIT_GRAPHS, 'commit-graph-chain'))) return;
  await git(WRITE_GRAPH, { ...options, gitDir });
}

/** Whether maintenance is worth its time: many loose objects or packs, or a week has gone. Starts one process. */
export async function needsMaintenance(gitDir: string, signal?: AbortSignal): Promise<boolean> {
  if (await isThoroughDue(gitDir)) return true;
  const answer = await gitText(['count-objects', '-v'], { gitDir, signal });
  const count = (name: string) => Number(answer.match(new RegExp(`^${name}: (\\d+)$`, 'm'))?.[1] ?? 0);
  return count('count') > 2000 || count('packs') > 30;
}

/**
 * What says whether the clone may lack commits that it had, beside those that its branches reach: it was made anew, or
 * what nothing refers to was dropped. Two of these are equal where neither was done in between.
 */
export async function cloneAge(gitDir: string): Promise<string> {
  const of = (name: string) =>
    stat(join(gitDir, name)).then(
      ({ ino, mtimeMs }) => `${ino} ${mtimeMs}`,
      () => '',
    );
  return (await Promise.all([of('HEAD'), of(THOROUGH)])).join(' ');
}

/** A clone that was never packed whole counts from when it was made. */
async function isThoroughDue(gitDir: string): Promise<boolean> {
  const age = async (name: string) => Date.now() - (await stat(join(gitDir, name))).mtimeMs;
  const last = await age(THOROUGH).catch(() => age('HEAD'));
  return last > THOROUGH_EVERY_MS;
}
