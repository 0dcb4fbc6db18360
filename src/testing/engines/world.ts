import { join } from 'node:path';
import { makeRemote, type Remote } from '@/demo/remote';
import { git, gitText } from '@/git/process/run';
import type { Engine, PlanBranch, PlannedObjects, PlanRequest, Target } from '@/stack/engines/engine';

export const COMMITTER = { name: 'Räck', email: 'rack@example.com', date: '1763900000 +0130' };

/** A remote, the bare clone that an engine reads, and the tracking of its branches. */
export interface World {
  readonly remote: Remote;
  /** The clone: branches at `refs/remotes/origin/<name>`, none of its own. */
  readonly gitDir: string;
  /** Tracks a branch where it stands now: its base is the parent's tip. Track bottom up. */
  track(branch: string, parent?: string): Promise<void>;
  /** Fetches, and asks the engine for a plan; every tracked branch onto its parent unless `targets` says otherwise. */
  plan(engine: Engine, targets?: Target[], signal?: AbortSignal): Promise<PlannedObjects>;
  /** Plans, takes the objects into the clone and throws the quarantine away. */
  restack(engine: Engine, targets?: Target[]): Promise<Restacked>;
  /** git in the clone; text without its last newline. */
  run(...args: string[]): Promise<string>;
}

export interface Restacked extends Pick<PlannedObjects, 'plan'> {
  /** Where the branch is in the plan, or stays. */
  tip(branch: string): string;
}

const KEEP = 'refs/spicerack/keep/test';

/** Makes an empty remote and its clone below `dir`. */
export async function makeWorld(dir: string, trunk = 'main'): Promise<World> {
  const remote = await makeRemote(join(dir, 'remote.git'), { trunk });
  const gitDir = join(dir, 'clone.git');
  await git(['init', '--bare', '--quiet', '--template=', gitDir]);
  const tracked = new Map<string, Omit<PlanBranch, 'tip'>>();
  const run = (...args: string[]) => gitText(args, { gitDir });

  const request = async (targets: Target[] | undefined, signal: AbortSignal): Promise<PlanRequest> => {
    await run('fetch', '--quiet', '--prune', remote.dir, '+refs/heads/*:refs/remotes/origin/*');
    const tips = await remote.tips();
    return {
      gitDir,
      trunk: { name: trunk, tip: tips[trunk] ?? '' },
      branches: [...tracked.values()].map((row) => ({ ...row, tip: tips[row.name] ?? '' })),
      targets: targets ?? [...tracked.values()].map(({ name, parent }) => ({ branch: name, onto: parent })),
      committer: COMMITTER,
      signal,
      log: () => undefined,
    };
  };

  const world: World = {
    remote,
    gitDir,
    run,
    async track(name, parent = trunk) {
      tracked.set(name, { name, parent, base: await remote.tip(parent) });
    },
    async plan(engine, targets, signal = new AbortController().signal) {
      return engine.plan(await request(targets, signal));
    },
    async restack(engine, targets) {
      const planned = await world.plan(engine, targets);
      await planned.take(KEEP);
      await planned.discard();
      const tips = await remote.tips();
      return {
        plan: planned.plan,
        tip: (branch) => planned.plan.moves.find((move) => move.branch === branch)?.after ?? tips[branch] ?? '',
      };
    },
  };
  return world;
}
