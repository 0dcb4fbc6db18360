import type { DisposableClone } from '@/git/clone/disposable-clone';
import { formatCommit, subjectOf } from '@/git/objects/commit';
import type { Quarantine } from '@/git/objects/objects';
import { hasEqualPatch, listPicks, type Pick } from '@/git/objects/picks';
import { git } from '@/git/process/run';
import type { Warning } from '@/model/plan';
import type { PlanBranch, PlanRequest } from '../engine';
import type { Replayed, Replayer } from '../git/replay';
import { type CommitSource, othersBelow } from '../git/selection';
import { conflictReason, inPlace, type Outcome, type Place } from '../outcome';
import { readConflict } from './conflict';
import { odd, type Spice } from './driver';
import { carryNotes, noteCommits, readRewrites } from './rewrites';
import { openStage, type Stage } from './stage';

/** The tools of one plan. */
export interface Workshop {
  quarantine: Quarantine;
  copy: DisposableClone;
  spice: Spice;
  /** Reads a commit. */
  commit: CommitSource;
  /** Explains conflicts. */
  replayer: Replayer;
  /** `Name <email> seconds zone` */
  committer: string;
  /** Of the branches that were restacked by whole stacks (`whole-stacks.ts`). */
  whole: ReadonlyMap<string, Outcome>;
}

/**
 * Replays the targets that no whole stack brought one by one, bottom up, in a fresh copy, and reads off what became of
 * them. Each is moved onto the tip that its parent has by then (`upstack onto`); a restack is a move onto the same parent.
 *
 * From below git-spice bounds a replay by one commit, the recorded base (`git rebase --onto PARENT BASE branch`;
 * read and tried: v0.31.2). Left to itself it replays trunk commits that were merged into the branch. The `git`
 * engine's rule has more bounds: what is below the base, in the parent, and in trunk, is not the branch's own. So
 * git-spice is given a throw-away merge of all of them as base, and then both engines replay the same.
 *
 * Three things `git rebase` gets wrong by design, and git-spice with it: it leaves out commits of which an equal patch
 * is below, though that may be another change, or taken back since; it leaves out what a merge commit has changed
 * itself; and it stops at a commit whose change is below, in lines that were edited since. Such branches are replayed by the `git` engine.
 *
 * Where they differ and stay so: git-spice converts messages to `i18n.commitEncoding`, and a branch that has no
 * history in common with its parent is an error.
 *
 * @throws GitError with git-spice's own words when it does anything but replay or conflict.
 */
export async function replayAll(
  workshop: Workshop,
  request: PlanRequest,
): Promise<{ outcomes: Outcome[]; warnings: Warning[] }> {
  const { copy, spice, whole } = workshop;
  const { trunk, targets, signal } = request;
  const options = { ...copy.options, signal };
  const branches = new Map(request.branches.map((branch) => [branch.name, branch]));
  /** Where each branch is by now; null where it is held back. */
  const places = new Map<string, Place | null>([...request.branches, trunk].map((place) => [place.name, place]));
  const outcomes: Outcome[] = [];
  const warnings: Warning[] = [];

  const isAncestor = async (ancestor: string, commit: string) =>
    (await git(['merge-base', '--is-ancestor', ancestor, commit], { ...options, okCodes: [0, 1] })).code === 0;

  let opened: Stage | null = null;
  const openOnce = async () => {
    if (opened) return opened;
    await carryNotes(copy);
    opened = await openStage(copy, spice, trunk.tip, signal);
    return opened;
  };

  /** Where the branch goes, and what becomes of it there. */
  const replay = async (branch: PlanBranch, onto: Place, ontoBefore: string): Promise<Outcome['result']> => {
    const { name, tip: before, base } = branch;
    const below = [...new Set([base, trunk.tip, ...othersBelow(request, branch, ontoBefore)])];
    const picks = await listPicks(before, below, options);
    const own = picks.map(({ commit }) => commit);
    const bound = await join(workshop, [onto.tip, ...below]);
    const { quarantine, replayer } = workshop;
    const prepared = await replayer.prepare(picks);
    const replayHere = async () => {
      const replayed = await replayer.replay(prepared, onto.tip, onto.name);
      await quarantine.flush();
      return replayed;
    };
    if (prepared.changes.size > 0 || (await hasEqualPatch(before, bound, options))) {
      const replayed = await replayHere();
      return 'tip' in replayed ? replayed : { heldBack: conflictReason(branch, onto, replayed) };
    }
    const stage = await openOnce();
    await noteCommits(own, options);
    const move = await stage.move({ branch: before, parent: onto.tip, bound });
    for (const message of move.warnings) {
      request.log(`git-spice, ${name}: ${message}`);
      warnings.push({ branch: name, kind: 'engine', commits: [], message });
    }
    if (!move.ok) {
      const conflict = await readConflict(copy, onto.name, workshop.replayer, signal);
      if (!conflict) throw odd(`move ${name} onto ${onto.name}`, move);
      await stage.abort();
      const replayed = await replayHere();
      if ('tip' in replayed) return replayed;
      return { heldBack: conflictReason(branch, onto, conflict) };
    }
    const tip = await stage.tip();
    // It can skip a branch and exit with 0.
    if (!(await isAncestor(onto.tip, tip))) throw odd(`move ${name} onto ${onto.name}`, move);
    const made = await listPicks(tip, [onto.tip], options);
    return compare(picks, made, tip, await readRewrites(own, options), workshop.commit);
  };

  const before = new Map([...request.branches, trunk].map(({ name, tip }) => [name, tip]));
  for (const target of targets) {
    const branch = branches.get(target.branch);
    const onto = places.get(target.onto);
    if (!branch || onto === undefined) throw new Error(`${target.branch} on ${target.onto} is not tracked`);
    const { name, tip, base } = branch;
    let result: Outcome['result'];
    const done = whole.get(name);
    if (done && onto && done.onto?.tip === onto.tip) {
      result = done.result;
    } else if (onto === null) {
      result = { heldBack: { kind: 'below', branch: target.onto } };
    } else if (base === onto.tip || ((await isAncestor(base, onto.tip)) && (await isAncestor(onto.tip, tip)))) {
      result = inPlace(branch);
    } else {
      result = await replay(branch, onto, before.get(target.onto) ?? onto.tip);
    }
    outcomes.push({ branch, onto, result });
    places.set(name, 'tip' in result ? { name, tip: result.tip } : null);
  }
  return { outcomes, warnings };
}

/** A throw-away commit that has the histories of all. */
async function join({ quarantine, commit, committer }: Workshop, commits: string[]): Promise<string> {
  const { tree } = await commit(commits[0] ?? '');
  const merge = { tree, parents: [...new Set(commits)], author: committer, encoding: null, message: '' };
  return quarantine.write('commit', formatCommit(merge, committer));
}

/** What became of a branch's own commits, by those that it has over its parent before and after. */
async function compare(
  own: Pick[],
  made: Pick[],
  tip: string,
  rewrites: ReadonlyMap<string, string>,
  readCommit: CommitSource,
): Promise<Replayed> {
  const rewritten = made.flatMap(({ commit: to }) => {
    const from = rewrites.get(to);
    return from ? [{ from, to }] : [];
  });
  const kept = new Set(made.map(({ commit }) => commit));
  const replayed = new Set(rewritten.map(({ from }) => from));
  const result: Replayed = { tip, rewritten, dropped: [], merges: [], signed: [] };
  for (const { commit: id, merge } of own) {
    if (kept.has(id)) continue;
    const commit = await readCommit(id);
    if (merge) result.merges.push(id);
    else if (!replayed.has(id)) result.dropped.push({ commit: id, subject: subjectOf(commit) });
    else if (commit.signed) result.signed.push(id);
  }
  return result;
}
