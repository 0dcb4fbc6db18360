import { ObjectReader } from '@/git/objects/cat-file';
import { ChangedPaths } from '@/git/objects/changed-paths';
import { parseCommit } from '@/git/objects/commit';
import { committerLine } from '@/git/objects/identity';
import { isAncestor } from '@/git/objects/is-ancestor';
import { Merger } from '@/git/objects/merge-tree';
import { openQuarantine, type Quarantine } from '@/git/objects/objects';
import { listPicks } from '@/git/objects/picks';
import { listCommits } from '@/git/objects/rev-list';
import { isTooLarge } from '@/git/process/bounds';
import { TreeMerger } from '@/git/trees/tree-merge';
import { CommitGraph } from '@/stack/commit-graph';
import { History } from '@/stack/history';
import type { Engine, PlannedObjects, PlanRequest, Target } from '../engine';
import { conflictReason, inPlace, type Outcome, plannedObjects } from '../outcome';
import { Attributes } from './attributes';
import { type Prepared, Replayer } from './replay';
import { othersBelow, Selection } from './selection';

/**
 * The built-in engine: replays commits in memory, without a work tree, in a quarantine in front of the clone.
 * It differs from `git rebase` on purpose where that loses something: no commit is left out because an equal patch is
 * below, what a merge commit has changed itself is kept, and a message keeps its bytes and its encoding header instead of being converted.
 */
export const gitEngine: Engine = { name: 'git', plan };

async function plan(request: PlanRequest): Promise<PlannedObjects> {
  request.signal.throwIfAborted();
  const quarantine = await openQuarantine(request.gitDir, request.trunk.tip.length);
  try {
    const outcomes = await replayInMemory(request, quarantine);
    return plannedObjects(request, quarantine, outcomes);
  } catch (error) {
    await quarantine.discard();
    throw error;
  }
}

/** Replays every target; each waits only for the one below it. */
export async function replayInMemory(request: PlanRequest, quarantine: Quarantine): Promise<Outcome[]> {
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  const { gitDir, env } = quarantine;
  const options = { gitDir, env, signal };
  const reader = new ObjectReader(options);
  const changes = new ChangedPaths(options);
  const merger = new Merger(quarantine, signal);
  const attributes = new Attributes(quarantine, reader, signal);
  const trees = new TreeMerger(quarantine, reader);
  const commit = remember(async (id: string) =>
    parseCommit(quarantine.held.get(id)?.content ?? (await reader.read(id)).content),
  );
  const paths = remember((id: string) => changes.of(id));
  const tips = request.branches.map(({ tip }) => tip);
  const graphOver = remember(async (trunk: string) => {
    const { commits } = await listCommits(gitDir, tips, [trunk], signal);
    return new History(await CommitGraph.inTurns(commits));
  });
  const aboveTrunk = () => graphOver(request.trunk.tip);
  const inTurn = limiter(AT_ONCE);
  const read = limiter(READ_AT_ONCE);
  const list = (tip: string, below: string[]) => inTurn(() => listPicks(tip, below, options));
  const selection = new Selection(commit, aboveTrunk, request.trunk.tip, list);
  const replayer = new Replayer(
    quarantine,
    { commit, paths, reader, merger, attributes, trees, options },
    committerLine(request.committer),
  );
  const branches = new Map(request.branches.map((branch) => [branch.name, branch]));

  /** Targets that surely or perhaps do not stay where they are. */
  const stirred = new Set<string>();
  const reading: Array<Promise<Prepared>> = [];

  const replayOne = async (target: Target, parent: Promise<Outcome> | undefined): Promise<Outcome> => {
    const branch = branches.get(target.branch);
    const untouched = target.onto === request.trunk.name ? request.trunk : branches.get(target.onto);
    if (!branch || !untouched) throw new Error(`${target.branch} on ${target.onto} is not tracked`);
    if (untouched.tip !== branch.base || stirred.has(target.onto)) stirred.add(target.branch);
    // What does not depend on where the branch below goes is read while that is under way.
    const prepared = stirred.has(target.branch)
      ? read(async () => {
          const below = othersBelow(request, branch, untouched.tip);
          const picks = await selection.picks(branch.tip, branch.base, below);
          const prepare = () => replayer.prepare(picks);
          return picks.some(({ merge }) => merge) ? inTurn(prepare) : prepare();
        })
      : null;
    if (prepared) reading.push(prepared);
    prepared?.catch(() => undefined);
    const under = await parent;
    if (under && 'heldBack' in under.result) {
      return { branch, onto: null, result: { heldBack: { kind: 'below', branch: target.onto } } };
    }
    const onto = { name: untouched.name, tip: under && 'tip' in under.result ? under.result.tip : untouched.tip };
    if (!prepared || onto.tip === branch.base) return { branch, onto, result: inPlace(branch) };
    try {
      const ready = await prepared;
      return await inTurn(async () => {
        // Its own history holds what the parent is now: its merges stay, as `git-spice branch restack` leaves them.
        const contains = (ancestor: string, tip: string) => isAncestor(gitDir, ancestor, tip, signal);
        const merges = ready.picks.some(({ merge }) => merge);
        if (merges && (await contains(onto.tip, branch.tip)) && (await contains(branch.base, onto.tip))) {
          return { branch, onto, result: inPlace(branch) };
        }
        const result = await replayer.replay(ready, onto.tip, onto.name);
        if (!('tip' in result)) return { branch, onto, result: { heldBack: conflictReason(branch, onto, result) } };
        return { branch, onto, result };
      });
    } catch (error) {
      // The others go on.
      if (!isTooLarge(error)) throw error;
      return { branch, onto: null, result: { heldBack: { kind: 'too_large', message: error.message } } };
    }
  };

  const running = new Map<string, Promise<Outcome>>();
  for (const target of request.targets) {
    running.set(target.branch, replayOne(target, running.get(target.onto)));
  }
  // The process that reads is started while the commits are listed.
  if (stirred.size > 0) commit(request.trunk.tip).catch(() => undefined);
  try {
    return await Promise.all(running.values());
  } catch (error) {
    stop.abort(error);
    throw error;
  } finally {
    // What is read for a branch that is held back is still under way.
    await Promise.allSettled([...running.values(), ...reading]);
    quarantine.outlives(Promise.all([reader.close(), changes.close(), merger.close()]));
  }
}

/** Branches that may ask git by a process each at the same time. */
const AT_ONCE = 8;
/** Branches that are read at the same time, from one living process. */
const READ_AT_ONCE = 100;

/** Runs work, at most `free` pieces at a time, in the order in which they come. */
function limiter(free: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: Array<() => void> = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

/** The function, asked once for each id. */
function remember<T>(read: (id: string) => Promise<T>): (id: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (id) => {
    const value = known.get(id) ?? read(id);
    known.set(id, value);
    return value;
  };
}
