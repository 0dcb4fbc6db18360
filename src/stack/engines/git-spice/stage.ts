import type { DisposableClone } from '@/git/clone/disposable-clone';
import { git, gitText } from '@/git/process/run';
import { odd, type Spice, type SpiceOutcome } from './driver';

/**
 * All that git-spice is shown of a repository: the branch whose turn it is, its parent (as trunk), and the commit
 * that bounds the replay from below (as the branch that it is moved off). These are all the names that it hears.
 *
 * Three branches, because it looks up every tracked branch for every command: with 40 tracked ones, a move starts 150
 * git processes and a stack of as many branches takes minutes; with these, it starts 36 (v0.31.2). And because
 * nothing stands on the branch, nothing else moves with it.
 */
export const PARENT = 'parent';
export const BOUND = 'bound';
export const BRANCH = 'branch';

/** git-spice's own record; its format is its own business. */
const STATE = 'refs/spice/data';

/** Commit ids: the branch, the parent that it is to stand on, and a commit whose history is left behind. */
export interface Scene {
  branch: string;
  parent: string;
  bound: string;
}

export interface Stage {
  /** Moves the branch onto its parent. When it fails, whatever it left in the copy is there to be looked at. */
  move(scene: Scene): Promise<SpiceOutcome>;
  /** The branch's commit now. */
  tip(): Promise<string>;
  /** Takes back a rebase that waits. */
  abort(): Promise<void>;
}

/** Sets git-spice up in a fresh copy, with the work tree at `commit`. @throws GitError */
export async function openStage(
  copy: DisposableClone,
  spice: Spice,
  commit: string,
  signal: AbortSignal,
): Promise<Stage> {
  const options = { ...copy.options, signal };
  const setRefs = (refs: Record<string, string>) => {
    const input = Object.entries(refs).map(([ref, to]) => `update ${ref} ${to}\n`);
    return git(['update-ref', '--stdin'], { ...options, input: input.join('') });
  };
  const must = async (doing: string, ...args: string[]) => {
    const outcome = await spice(...args);
    if (!outcome.ok) throw odd(doing, outcome);
    return outcome;
  };

  await setRefs({ [head(PARENT)]: commit, [head(BOUND)]: commit });
  await git(['checkout', '--quiet', '--detach', commit], options);
  await must('set up the repository', 'repo', 'init', `--trunk=${PARENT}`);
  const tracked = await must('set up the repository', 'branch', 'track', `--base=${PARENT}`, BOUND);
  const state = await gitText(['rev-parse', '--verify', '--quiet', STATE], { ...options, okCodes: [0, 1] });
  if (!state) throw odd('set up the repository', tracked);

  return {
    async move({ branch, parent, bound }) {
      // The last move left its branch checked out: let go of it, where it is.
      await git(['update-ref', '--no-deref', 'HEAD', 'HEAD'], options);
      await setRefs({ [head(BRANCH)]: branch, [head(PARENT)]: parent, [head(BOUND)]: bound, [STATE]: state });
      const { warnings } = await must('track the branch', 'branch', 'track', `--base=${BOUND}`, BRANCH);
      const moved = await spice('upstack', 'onto', `--branch=${BRANCH}`, PARENT);
      return { ...moved, warnings: [...warnings, ...moved.warnings] };
    },
    tip: () => gitText(['rev-parse', head(BRANCH)], options),
    async abort() {
      await must('abort the rebase', 'rebase', 'abort');
    },
  };
}

const head = (branch: string) => `refs/heads/${branch}`;
