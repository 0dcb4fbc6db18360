import { breather } from '@/breather';
import type { BranchRow } from '@/db/schema';
import { type RemoteBranch, remoteBranches } from '@/git/clone/for-each-ref';
import { objectsAt } from '@/git/objects/cat-file';
import { changedFiles, type DiffPair, type DiffStat, diffStats } from '@/git/objects/diff-tree';
import { type BatchPair, type MergeOutcome, mergeTrees } from '@/git/objects/merge-tree';
import type { BranchForecast } from '@/model/forecast';
import { isKept } from '@/repos/kept';
import { baseOf } from '@/stack/base';
import { Graph } from '@/stack/graph';
import type { History } from '@/stack/history';
import { findMerged, type MergeCandidate, type PullRequestFact } from '@/stack/merged';
import { findRenamed } from '@/stack/renamed';
import { suggestParents } from '@/stack/suggest';
import { loadHistory } from './load-history';
import { keptReasons, type LongLivedInput, longLived, onNewTrunk } from './long-lived';

/** A branch row as the projection knows it. */
export type ProjectedRow = Omit<BranchRow, 'repoId' | 'firstSeenAt' | 'lastSeenAt'>;

export interface ProjectionInput extends LongLivedInput {
  /** The clone, after a fetch. */
  gitDir: string;
  /** Name of the trunk. */
  trunk: string;
  previousRows: ProjectedRow[];
  previousTrunkTip: string | null;
  /** The trunk that `previousTrunkTip` is of, where it was another branch. */
  previousTrunk?: string | null | undefined;
  /** Tips that each branch, and trunk, was seen at before, newest first. */
  branchTips: ReadonlyMap<string, string[]>;
  /** What the forge says, by branch. */
  pullRequests?: ReadonlyMap<string, PullRequestFact>;
  signal?: AbortSignal;
}

export interface Projection {
  trunkTip: string;
  /** Trunk's previous tip is no longer in its history. */
  trunkRewritten: boolean;
  /** A row for every branch that is on the remote, or was: trunk itself has none. */
  rows: ProjectedRow[];
  /** Where branches, and trunk, are now and were not at the last look. */
  newTips: Array<{ branch: string; tip: string }>;
  /** Branches now found merged, and what is to stand where they stood. */
  merged: Array<{ branch: string; into: string }>;
  /** Branches now found deleted on the remote without having been merged. */
  gone: string[];
  /** Branches that now seem to be tracked ones under a new name. */
  renamed: Array<{ from: string; to: string }>;
  /** The branches that stood on another trunk and stand on this one now. */
  follow: string[];
  /** Branches whose own change is too large to be compared, and was not known to be. */
  tooLarge: string[];
}

/**
 * What the branch rows are to be, from the refs of the clone and the rows as they were: a constant number of git
 * processes (eleven at most) however many branches there are. Merges and comparisons whose commits did not
 * change are taken from the previous rows. Writes nothing.
 * @returns null where the remote has no branch of trunk's name.
 * @throws GitError; the signal's reason when it is aborted.
 */
export async function computeProjection(input: ProjectionInput): Promise<Projection | null> {
  const { gitDir, signal, branchTips, previousTrunkTip } = input;
  const refs = await remoteBranches(gitDir, signal);
  const trunk = refs.get(input.trunk);
  if (!trunk) return null;
  refs.delete(input.trunk);

  const known = input.previousRows.filter((row) => row.name !== input.trunk);
  const history = await loadHistory(gitDir, trunk.tip, commitsToKnow(refs, known, previousTrunkTip), signal);
  const oldTrunk = input.previousTrunk ? { name: input.previousTrunk, tip: previousTrunkTip } : null;
  const {
    rows: before,
    follow,
    stays,
  } = oldTrunk ? onNewTrunk(history, trunk, refs, known, oldTrunk) : { rows: known, follow: [], stays: false };
  const previous = new Map(before.map((row) => [row.name, row]));
  const reasons = await keptReasons(history, trunk, refs, previous, input);
  const unmoved = longLived(reasons, previous);

  // First what is still there at all: that decides who is whose parent.
  const merges = rememberedMerges(gitDir, signal);
  const sizes = (pairs: DiffPair[]) => diffStats(gitDir, pairs, signal);
  const candidates = (await mergeCandidates(refs, before, history, input, trunk.tip)).filter(
    ({ name }) => !unmoved.has(name),
  );
  const touchesTrunksFile = (pairs: DiffPair[]) => touchesFileOf(gitDir, trunk.tip, pairs, signal);
  const found = await findMerged(history, trunk, candidates, { merges, sizes, touchesTrunksFile });
  const rows = [...new Set([...refs.keys(), ...previous.keys()])].sort().map((name): ProjectedRow => {
    const ref = refs.get(name);
    const was = previous.get(name);
    const merged = found.has(name) || (isStillMerged(was, ref) && !unmoved.has(name));
    const kept = stays && name === oldTrunk?.name ? true : (was?.kept ?? null);
    const keptReason = merged ? null : (reasons.get(name) ?? null);
    return { ...(was ?? newRow(name)), ...(ref && seen(ref)), kept, keptReason, merged, gone: !ref && !merged };
  });

  // Then where each stands.
  const graph = new Graph(rows, trunk.name);
  const live = rows.filter((row) => !row.merged && !row.gone);
  const tipOf = (name: string) => (name === trunk.name ? trunk.tip : (graph.get(name)?.tip ?? null));
  const trees = new Map([trunk, ...refs.values()].map(({ tip, tree }) => [tip, tree]));
  const suggestions = await suggestParents(
    history,
    trunk,
    live.map(({ name, tip, tracked, parent }) => {
      const pullRequestBase = input.pullRequests?.get(name)?.base;
      return { name, tip, tracked, parent, tips: branchTips.get(name) ?? [], pullRequestBase };
    }),
  );
  const mergedTips = tipsMergedInto(rows, graph);
  for (const row of rows) {
    const isLive = !row.merged && !row.gone;
    row.suggestedParent = isLive ? (suggestions.get(row.name) ?? null) : null;
    row.needsRestack = false;
    if (!isLive) row.forecast = null;
  }
  const stances: Stance[] = [];
  const breath = breather();
  for (const row of live) {
    await breath();
    const parent = row.tracked ? graph.effectiveParent(row.name) : (row.suggestedParent ?? trunk.name);
    const parentTip = tipOf(parent);
    const was = previous.get(row.name);
    const base = baseOf(history, {
      tip: row.tip,
      parentTip,
      recorded: row.tracked ? row.base : null,
      parentTips: row.baseNamed ? [] : (branchTips.get(parent) ?? []),
      mergedTips: mergedTips.get(parent),
      hadWork: hadWork(history, was, row.tip),
    });
    stances.push({ row, was, parentTip: parentTip && history.has(parentTip) ? parentTip : null, base });
  }
  for (const stance of stances) {
    await breath();
    describeStance(history, stance);
    if (isKept(stance.row)) stance.row.needsRestack = false;
  }
  const renamed = findRenamed(history, rows, (name) => !previous.has(name));
  for (const row of rows) row.renamedFrom = renamed.get(row.name) ?? null;

  // Then what that means in content. What is too large to be measured is not merged.
  const unmeasured = await measureAll(stances, sizes);
  await forecastAll(history, stances, trees, merges, unmeasured);

  const tips = [...refs.values(), trunk].map(({ name, tip }) => ({ branch: name, tip }));
  return {
    trunkTip: trunk.tip,
    trunkRewritten: !oldTrunk && previousTrunkTip !== null && !history.isAncestor(previousTrunkTip, trunk.tip),
    rows,
    newTips: tips.filter(({ branch, tip }) => branchTips.get(branch)?.[0] !== tip),
    merged: [...found].sort().map((branch) => ({ branch, into: graph.effectiveParent(branch) })),
    gone: rows.filter((row) => row.gone && !previous.get(row.name)?.gone).map((row) => row.name),
    renamed: [...renamed].flatMap(([to, from]) => (previous.get(to)?.renamedFrom === from ? [] : [{ from, to }])),
    follow,
    tooLarge: [...unmeasured].sort(),
  };
}

/** Where a live branch stands. */
interface Stance {
  row: ProjectedRow;
  was: ProjectedRow | undefined;
  /** Tip of what it stands on (untracked: of the suggested parent); null where that commit is not there any more. */
  parentTip: string | null;
  base: string | null;
}

/** The commits that the rules ask about. Rows that are settled are left out: their old tips would lie far below. */
function* commitsToKnow(
  refs: Map<string, RemoteBranch>,
  before: ProjectedRow[],
  previousTrunkTip: string | null,
): Iterable<string> {
  const needed = new Set(
    before.filter((row) => refs.has(row.name) && !isStillMerged(row, refs.get(row.name))).map((row) => row.parent),
  );
  for (const row of before) {
    const ref = refs.get(row.name);
    if (isStillMerged(row, ref)) continue;
    // A branch that was deleted longer ago matters only as somebody's parent.
    if (!ref && row.gone && !needed.has(row.name)) continue;
    yield ref?.tip ?? row.tip;
    if (row.base !== null) yield row.base;
  }
  const known = new Set(before.map((row) => row.name));
  for (const ref of refs.values()) if (!known.has(ref.name)) yield ref.tip;
  if (previousTrunkTip !== null) yield previousTrunkTip;
}

/** Merged stays merged while the branch stays where it was, and when it is deleted. */
function isStillMerged(was: ProjectedRow | undefined, ref: RemoteBranch | undefined): boolean {
  return was?.merged === true && (ref === undefined || ref.tip === was.tip);
}

/** Whether the branch was seen with commits of its own, which it still holds at `tip`. */
function hadWork(history: History, was: ProjectedRow | undefined, tip: string): boolean {
  if (!was) return false;
  const had = was.base === null ? was.ahead > 0 : was.tip !== was.base;
  return had && (was.tip === tip || history.isAncestor(was.tip, tip));
}

async function mergeCandidates(
  refs: Map<string, RemoteBranch>,
  before: ProjectedRow[],
  history: History,
  { previousTrunkTip, pullRequests }: ProjectionInput,
  trunkTip: string,
): Promise<MergeCandidate[]> {
  const breath = breather();
  const previous = new Map(before.map((row) => [row.name, row]));
  const tips = new Map([...before, ...refs.values()].map(({ name, tip }) => [name, tip]));
  const candidates: MergeCandidate[] = [];
  for (const [name, tip] of tips) {
    await breath();
    const was = previous.get(name);
    if (isStillMerged(was, refs.get(name))) continue;
    candidates.push({
      name,
      tip,
      base: was?.base ?? null,
      hadWork: hadWork(history, was, tip),
      pullRequest: pullRequests?.get(name),
      knownToChange: was?.tip === tip && previousTrunkTip === trunkTip,
    });
  }
  return candidates;
}

function newRow(name: string): ProjectedRow {
  return {
    name,
    tip: '',
    parent: null,
    base: null,
    tracked: false,
    suggestedParent: null,
    baseNamed: false,
    kept: null,
    keptReason: null,
    renamedFrom: null,
    needsRestack: false,
    ahead: 0,
    behind: 0,
    additions: 0,
    deletions: 0,
    forecast: null,
    merged: false,
    gone: false,
    subject: '',
    author: '',
    committedAt: null,
    prNumber: null,
    prState: null,
    prUrl: null,
    prBase: null,
    prHead: null,
    ci: null,
    review: null,
  };
}

function seen({ tip, subject, author, committedAt }: RemoteBranch): Partial<ProjectedRow> {
  return { tip, subject, author, committedAt };
}

/** The tips of merged branches, by the branch (or trunk) that has their work now. */
export function tipsMergedInto(
  rows: Array<Pick<ProjectedRow, 'name' | 'tip' | 'merged'>>,
  graph: Graph,
): Map<string, Set<string>> {
  const tips = new Map<string, Set<string>>();
  for (const row of rows) {
    if (!row.merged) continue;
    const into = graph.effectiveParent(row.name);
    tips.set(into, (tips.get(into) ?? new Set()).add(row.tip));
  }
  return tips;
}

/** Base, distance and need of a restack. */
function describeStance(history: History, { row, parentTip, base }: Stance): void {
  if (row.tracked) row.base = base;
  row.ahead = history.ownCommits(
    row.tip,
    [parentTip, base].flatMap((id) => id ?? []),
  ).length;
  row.behind = parentTip === null ? 0 : history.aheadBehind(row.tip, parentTip).behind;
  // What is below the base was the parent's: where the parent has it no more, a restack takes it from under the branch.
  const standsOnOld = parentTip !== null && base !== null && !history.isAncestor(base, parentTip);
  row.needsRestack = row.tracked && parentTip !== null && (row.behind > 0 || standsOnOld);
}

/**
 * What a restack of each tracked branch onto its parent would meet; known answers are kept.
 * @param unmeasured branches whose own change is too large already
 */
async function forecastAll(
  history: History,
  stances: Stance[],
  trees: Map<string, string>,
  merges: (pairs: BatchPair[]) => Promise<MergeOutcome[]>,
  unmeasured: ReadonlySet<string>,
): Promise<void> {
  const breath = breather();
  const open: Array<{ row: ProjectedRow; parentTip: string; pair: BatchPair }> = [];
  for (const { row, was, parentTip, base } of stances) {
    await breath();
    const known = knownForecast(was, row.tip, parentTip, base);
    row.forecast = null;
    if (!row.tracked || parentTip === null) continue;
    if (!row.needsRestack) {
      row.forecast = { tip: row.tip, parentTip, outcome: 'in_place', files: [] };
    } else if (known) {
      row.forecast = known;
    } else if (unmeasured.has(row.name)) {
      row.forecast = { tip: row.tip, parentTip, outcome: 'too_large', files: [] };
    } else {
      // What is below the base is not replayed (a parent that was rewritten or squashed), so it must not be merged.
      const oursTree = trees.get(parentTip);
      const isOwnBase = base !== null && oursTree !== undefined && base !== history.mergeBase(row.tip, parentTip);
      const pair = { ours: parentTip, theirs: row.tip, base: isOwnBase ? { commit: base, oursTree } : undefined };
      open.push({ row, parentTip, pair });
    }
  }
  const outcomes = await merges(open.map(({ pair }) => pair));
  for (const [i, { row, parentTip }] of open.entries()) {
    const outcome = outcomes[i];
    if (outcome) row.forecast = { tip: row.tip, parentTip, ...describeOutcome(outcome) };
  }
}

/** The previous row's forecast where it was made from the same commits; its other numbers are good then, too. */
function knownForecast(
  was: ProjectedRow | undefined,
  tip: string,
  parentTip: string | null,
  base: string | null,
): BranchForecast | null {
  const forecast = was?.base === base ? was?.forecast : null;
  return forecast?.tip === tip && forecast.parentTip === parentTip ? forecast : null;
}

function describeOutcome(outcome: MergeOutcome): Pick<BranchForecast, 'outcome' | 'files'> {
  if (!outcome.clean && outcome.tooLarge) return { outcome: 'too_large', files: [] };
  return outcome.clean ? { outcome: 'clean', files: [] } : { outcome: 'conflict', files: outcome.files };
}

/**
 * Lines added and deleted over the base; kept where the last look was at the same commits.
 * @returns the branches whose change is too large to be measured
 */
async function measureAll(
  stances: Stance[],
  sizes: (pairs: DiffPair[]) => Promise<Array<DiffStat | null>>,
): Promise<Set<string>> {
  const open = stances.flatMap(({ row, was, parentTip, base }) =>
    base === null || knownForecast(was, row.tip, parentTip, base) ? [] : [{ row, from: base, to: row.tip }],
  );
  const stats = await sizes(open);
  for (const [i, { row }] of open.entries()) {
    row.additions = stats[i]?.additions ?? 0;
    row.deletions = stats[i]?.deletions ?? 0;
  }
  return new Set(open.flatMap(({ row }, i) => (stats[i] ? [] : [row.name])));
}

/** `mergeTrees` that starts no process for pairs that it has answered. */
function rememberedMerges(gitDir: string, signal: AbortSignal | undefined) {
  const known = new Map<string, MergeOutcome>();
  const key = ({ ours, theirs, base }: BatchPair) => `${ours} ${theirs} ${base?.commit}`;
  return async (pairs: BatchPair[]): Promise<MergeOutcome[]> => {
    const open = [...new Map(pairs.filter((pair) => !known.has(key(pair))).map((pair) => [key(pair), pair])).values()];
    for (const [i, outcome] of (await mergeTrees(gitDir, open, signal)).entries()) {
      const pair = open[i];
      if (pair) known.set(key(pair), outcome);
    }
    return pairs.flatMap((pair) => known.get(key(pair)) ?? []);
  };
}

/** How many files of a change are looked up: nearly always the first one decides. */
const SAMPLE = 3;

/** For each pair, whether its change touches a file that `commit` has as `from` has it, as far as a sample shows. */
async function touchesFileOf(
  gitDir: string,
  commit: string,
  pairs: DiffPair[],
  signal: AbortSignal | undefined,
): Promise<boolean[]> {
  const changes = await changedFiles(gitDir, pairs, SAMPLE, signal);
  const samples = changes.map((files) => files.filter(({ path }) => !path.includes('\n')));
  const paths = [...new Set(samples.flat().map(({ path }) => path))];
  const ids = await objectsAt(gitDir, commit, paths, signal);
  const idAt = new Map(paths.map((path, i) => [path, ids[i]]));
  return samples.map((files) => files.some(({ path, before }) => idAt.get(path) === before));
}
