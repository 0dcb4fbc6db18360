import { ObjectReader } from '@/git/cat-file';
import { keepCommits } from '@/git/keep-ref';
import { Merger } from '@/git/merge-tree';
import { openQuarantine, type Quarantine } from '@/git/objects';
import { takePack } from '@/git/pack';
import { listPicks } from '@/git/picks';
import type {
  Engine,
  HeldBackReason,
  Plan,
  PlanBranch,
  PlannedObjects,
  PlanRequest,
  Target,
  Warning,
} from '@/stack/plan';
import { Attributes } from './attributes';
import { type Conflict, type Replayed, Replayer } from './replay';

/**
 * The built-in engine: replays commits in memory, without a work tree, in a quarantine in front of the clone.
 * It differs from `git rebase` on purpose where that loses something: a message keeps its bytes and its encoding
 * header instead of being converted.
 */
export const gitEngine: Engine = { name: 'git', plan };

/** Where a branch will be. */
interface Place {
  name: string;
  tip: string;
}

interface Outcome {
  branch: PlanBranch;
  onto: Place | null;
  result: Replayed | { heldBack: HeldBackReason };
}

async function plan(request: PlanRequest): Promise<PlannedObjects> {
  request.signal.throwIfAborted();
  const quarantine = await openQuarantine(request.gitDir, request.trunk.tip.length);
  try {
    const outcomes = await replayAll(request, quarantine);
    const result = toPlan(outcomes);
    for (const line of report(outcomes)) request.log(line);
    return {
      plan: result,
      take: (keepRef) => take(request, quarantine, result, keepRef),
      discard: () => quarantine.discard(),
    };
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

function inPlace(branch: PlanBranch): Replayed {
  return { tip: branch.tip, rewritten: [], dropped: [], merges: [], signed: [] };
}

function conflict({ commit, subject, files }: Conflict, onto: string): HeldBackReason {
  return { kind: 'conflict', commit, subject, onto, files };
}

function toPlan(outcomes: Outcome[]): Plan {
  const result: Plan = { moves: [], heldBack: [], dropped: [], warnings: [] };
  for (const { branch, onto, result: replayed } of outcomes) {
    if ('heldBack' in replayed) {
      result.heldBack.push({ branch: branch.name, reason: replayed.heldBack });
      continue;
    }
    if (!onto) continue;
    if (replayed.tip !== branch.tip || onto.name !== branch.parent || onto.tip !== branch.base) {
      result.moves.push({
        branch: branch.name,
        before: branch.tip,
        after: replayed.tip,
        parentBefore: branch.parent,
        parentAfter: onto.name,
        baseBefore: branch.base,
        baseAfter: onto.tip,
        rewritten: replayed.rewritten,
      });
    }
    result.dropped.push(...replayed.dropped.map((dropped) => ({ branch: branch.name, ...dropped })));
    result.warnings.push(...warnings(branch.name, replayed));
  }
  return result;
}

function warnings(branch: string, { merges, signed }: Replayed): Warning[] {
  const list: Warning[] = [];
  if (merges.length > 0) {
    const message = `${count(merges, 'merge commit')} of ${branch} flattened, as git rebase does: what was changed in the merge itself is not kept.`;
    list.push({ branch, kind: 'merge_flattened', commits: merges, message });
  }
  if (signed.length > 0) {
    const message = `${count(signed, 'commit')} of ${branch} had a signature, which no replayed commit can keep.`;
    list.push({ branch, kind: 'signature_lost', commits: signed, message });
  }
  return list;
}

function report(outcomes: Outcome[]): string[] {
  return outcomes.map(({ branch, onto, result }) => {
    if ('heldBack' in result) {
      const { heldBack } = result;
      if (heldBack.kind !== 'conflict') return `${branch.name}: held back with the branch below it`;
      const files = heldBack.files.map(({ path }) => path).join(', ');
      return `${branch.name}: held back, ${heldBack.commit.slice(0, 7)} "${heldBack.subject}" conflicts in ${files || 'a way that git cannot merge'}`;
    }
    if (result.tip === branch.tip) return `${branch.name}: in place on ${onto?.name}`;
    const dropped = result.dropped.length > 0 ? `, ${result.dropped.length} dropped` : '';
    return `${branch.name}: ${count(result.rewritten, 'commit')} replayed onto ${onto?.name}${dropped}`;
  });
}

function count(list: unknown[], noun: string): string {
  return `${list.length} ${noun}${list.length === 1 ? '' : 's'}`;
}

async function take(request: PlanRequest, quarantine: Quarantine, { moves }: Plan, keepRef: string): Promise<void> {
  if (moves.length === 0) return;
  const { committer, branches, trunk, gitDir, signal } = request;
  const after = moves.map((move) => move.after);
  const before = moves.flatMap((move) => move.before ?? []);
  if (moves.some(({ rewritten }) => rewritten.length > 0)) {
    await takePack(quarantine, after, [trunk.tip, ...branches.map(({ tip }) => tip)], signal);
  }
  const line = `${committer.name} <${committer.email}> ${committer.date}`;
  await keepCommits(gitDir, keepRef, [...after, ...before], line, signal);
}
