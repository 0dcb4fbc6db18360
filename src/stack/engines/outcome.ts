import { keepCommits, takeAndKeep } from '@/git/clone/keep-ref';
import { treesOf } from '@/git/objects/cat-file';
import { parseCommit } from '@/git/objects/commit';
import { committerLine } from '@/git/objects/identity';
import type { Quarantine } from '@/git/objects/objects';
import { listCommits } from '@/git/objects/rev-list';
import type { HeldBackReason, Plan, Warning } from '@/model/plan';
import { CommitGraph } from '@/stack/commit-graph';
import { History } from '@/stack/history';
import type { PlanBranch, PlannedObjects, PlanRequest } from './engine';
import type { Conflict, Replayed } from './git/replay';

/** A branch and where it is after the plan. */
export interface Place {
  name: string;
  tip: string;
}

/** What became of a target. `onto` is the branch that it stands on now; null where it is held back with that one. */
export interface Outcome {
  branch: PlanBranch;
  onto: Place | null;
  result: Replayed | { heldBack: HeldBackReason };
}

/**
 * What both engines end with: the outcomes, bottom up, as a plan, and the quarantine that holds its objects.
 * @param warnings what the engine has to say beyond the outcomes
 */
export function plannedObjects(
  request: PlanRequest,
  quarantine: Quarantine,
  outcomes: Outcome[],
  warnings: Warning[] = [],
): PlannedObjects {
  const plan = toPlan(outcomes);
  plan.warnings.push(...warnings);
  for (const line of report(outcomes)) request.log(line);
  return {
    plan,
    take: (keepRef) => take(request, quarantine, plan, keepRef),
    async history(commits, without) {
      const { gitDir, env } = quarantine;
      await quarantine.flush('commits');
      const from = [...commits, ...plan.moves.map(({ after }) => after)];
      const { commits: listed } = await listCommits(gitDir, from, without, request.signal, env);
      return new History(await CommitGraph.inTurns(listed));
    },
    trees: () => trees(request, quarantine, plan),
    discard: () => quarantine.discard(),
  };
}

/** The outcome of a branch that stands on its parent's tip already. */
export function inPlace(branch: PlanBranch): Replayed {
  return { tip: branch.tip, rewritten: [], dropped: [], merges: [], signed: [] };
}

/** Why a branch does not go onto a place, with what one needs to take it there by hand. */
export function conflictReason({ tip, base }: PlanBranch, onto: Place, conflict: Conflict): HeldBackReason {
  const { commit, subject, files, merges } = conflict;
  const byHand = { parent: onto.name, tip, base, ...(merges.length > 0 ? { merges } : {}) };
  return { kind: 'conflict', commit, subject, onto: onto.tip, files, byHand };
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

function warnings(branch: string, { merges, signed, rewritten }: Replayed): Warning[] {
  const list: Warning[] = [];
  if (merges.length > 0) {
    const carried = rewritten.filter(({ from }) => merges.includes(from));
    const kept =
      carried.length > 0
        ? `; what ${count(carried, 'of them', 'of them')} changed beside the merge is an ordinary commit now`
        : '';
    const message = `${count(merges, 'merge commit')} of ${branch} flattened, as git rebase does${kept}.`;
    list.push({ branch, kind: 'merge_flattened', commits: merges, message });
  }
  if (signed.length > 0) {
    const message = `${count(signed, 'commit')} of ${branch} had a signature, which no replayed commit can keep.`;
    list.push({ branch, kind: 'signature_lost', commits: signed, message });
  }
  return list;
}

/** One line for each branch that the plan has looked at and could place. Those held back are told with their reasons, by whoever has the whole plan. */
function report(outcomes: Outcome[]): string[] {
  return outcomes.flatMap(({ branch, onto, result }) => {
    if ('heldBack' in result) return [];
    if (result.tip === branch.tip) return [`${branch.name}: in place on ${onto?.name}`];
    const dropped = result.dropped.length > 0 ? `, ${result.dropped.length} dropped` : '';
    return [`${branch.name}: ${count(result.rewritten, 'commit')} replayed onto ${onto?.name}${dropped}`];
  });
}

function count(list: unknown[], noun: string, nouns = `${noun}s`): string {
  return `${list.length} ${list.length === 1 ? noun : nouns}`;
}

async function take(request: PlanRequest, quarantine: Quarantine, { moves }: Plan, ref: string): Promise<void> {
  if (moves.length === 0) return;
  const { branches, trunk, signal } = request;
  const commits = [...moves.map(({ after }) => after), ...moves.flatMap(({ before }) => before ?? [])];
  const keep = { ref, commits, committer: committerLine(request.committer) };
  if (moves.every(({ rewritten }) => rewritten.length === 0)) return keepCommits(request.gitDir, keep, signal);
  const present = [trunk.tip, ...branches.map(({ tip }) => tip)];
  await takeAndKeep(quarantine, keep, present, signal);
}

async function trees(
  { signal }: PlanRequest,
  { gitDir, env, held }: Quarantine,
  { moves }: Plan,
): Promise<Map<string, string>> {
  const known = new Map<string, string | null>();
  for (const { after } of moves) {
    const commit = held.get(after);
    if (commit) known.set(after, parseCommit(commit.content).tree);
  }
  const others = moves.flatMap(({ after }) => (known.has(after) ? [] : [after]));
  const ids = await treesOf(others, { gitDir, env, signal });
  for (const [i, after] of others.entries()) known.set(after, ids[i] ?? null);
  return new Map(
    moves.flatMap(({ branch, after }): Array<[string, string]> => {
      const tree = known.get(after);
      return tree ? [[branch, tree]] : [];
    }),
  );
}
