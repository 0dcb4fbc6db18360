import { ObjectReader } from '@/git/cat-file';
import { Merger } from '@/git/merge-tree';
import { openQuarantine, type Quarantine } from '@/git/objects';
import { listPicks } from '@/git/picks';
import type { Engine, HeldBackReason, PlannedObjects, PlanRequest, Target } from '@/stack/plan';
import { inPlace, type Outcome, plannedObjects } from '../outcome';
import { Attributes } from './attributes';
import { type Conflict, Replayer } from './replay';

/**
 * The built-in engine: replays commits in memory, without a work tree, in a quarantine in front of the clone.
 * It differs from `git rebase` on purpose where that loses something: a message keeps its bytes and its encoding
 * header instead of being converted.
 */
export const gitEngine: Engine = { name: 'git', plan };

async function plan(request: PlanRequest): Promise<PlannedObjects> {
  request.signal.throwIfAborted();
  const quarantine = await openQuarantine(request.gitDir, request.trunk.tip.length);
  try {
    const outcomes = await replayAll(request, quarantine);
    return plannedObjects(request, quarantine, outcomes);
  } catch (error) {
    await quarantine.discard();
    throw error;
  }
}

/** Replays every target; each waits only for the one below it. */
async function replayAll(request: PlanRequest, quarantine: Quarantine): Promise<Outcome[]> {
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  const { gitDir, env } = quarantine;
  const { name, email, date } = request.committer;
  const reader = new ObjectReader({ gitDir, env, signal });
  const merger = new Merger(quarantine, signal);
  const attributes = new Attributes(quarantine, reader, signal);
  const replayer = new Replayer(quarantine, reader, merger, attributes, `${name} <${email}> ${date}`);
  const branches = new Map(request.branches.map((branch) => [branch.name, branch]));

  const replayOne = async (target: Target, below: Promise<Outcome> | undefined): Promise<Outcome> => {
    const branch = branches.get(target.branch);
    const untouched = target.onto === request.trunk.name ? request.trunk : branches.get(target.onto);
    if (!branch || !untouched)
      throw new Error(`the plan names ${target.branch} on ${target.onto}, which is not tracked`);
    const under = await below;
    if (under && 'heldBack' in under.result) {
      return { branch, onto: null, result: { heldBack: { kind: 'below', branch: target.onto } } };
    }
    const onto = { name: untouched.name, tip: under && 'tip' in under.result ? under.result.tip : untouched.tip };
    if (onto.tip === branch.base) return { branch, onto, result: inPlace(branch) };
    const picks = await listPicks(onto.tip, branch.tip, branch.base, { gitDir, env, signal });
    const result = await replayer.replay(picks, onto.tip, onto.name);
    return { branch, onto, result: 'tip' in result ? result : { heldBack: conflict(result, onto.tip) } };
  };

  const running = new Map<string, Promise<Outcome>>();
  for (const target of request.targets) {
    running.set(target.branch, replayOne(target, running.get(target.onto)));
  }
  try {
    return await Promise.all(running.values());
  } catch (error) {
    stop.abort(error);
    throw error;
  } finally {
    await Promise.allSettled(running.values());
    await Promise.all([reader.close(), merger.close()]);
  }
}

function conflict({ commit, subject, files }: Conflict, onto: string): HeldBackReason {
  return { kind: 'conflict', commit, subject, onto, files };
}
