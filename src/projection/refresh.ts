import { breather, inTurns } from '@/breather';
import { type RemoteBranch, remoteBranches } from '@/git/clone/for-each-ref';
import { objectsAt, treesOf } from '@/git/objects/cat-file';
import { changedPaths, type DiffPair, type DiffStat, diffStats, renamedPaths } from '@/git/objects/diff-tree';
import { commitIdentities } from '@/git/objects/identities';
import type { BatchPair, MergeOutcome } from '@/git/objects/merge-tree';
import { newestCommits } from '@/git/objects/rev-list';
import { type TreeMerges, treeMerges } from '@/git/trees/merge-trees';
import type { BranchForecast } from '@/model/forecast';
import { isKept } from '@/repos/kept';
import type { History } from '@/stack/history';
import { findLandings } from '@/stack/landing';
import type { Landing, LandingQuestions } from '@/stack/landing-evidence';
import { findRenamed } from '@/stack/renamed';
import { LINE } from '@/stack/stretches';
import { type ProjectedRow, type ProjectionInput, seenTips } from './input';
import { asTheyLanded, asTheyWere, besides, landingCandidates } from './landing-candidates';
import { abandonedPlaces, byBranch, isLanded, type KnownLanding, voidLandings } from './landings';
import { loadHistory } from './load-history';
import { keptReasons, longLived, onNewTrunk } from './long-lived';
import { type Stance, standings } from './standings';
import { beginAnew, namedAlike } from './used-again';

/** The most paths in conflict that a branch row carries. */
const MOST_FILES = 100;

export interface Projection {
  trunkTip: string;
  /** Trunk's previous tip is no longer in its history. */
  trunkRewritten: boolean;
  /** A row for every branch that is on the remote, or was: trunk itself has none. */
  rows: ProjectedRow[];
  /** Where branches, and trunk, are now and were not at the last look; and whether they are other ones from there on. */
  newTips: Array<{ branch: string; tip: string; anew: boolean }>;
  /** What is now found to have landed. */
  landings: Landing[];
  /** Of branches that go on: the commits, newest first, that are now found to have landed. */
  landedInPart: Array<{ branch: string; into: string; commits: string[] }>;
  /** What is now found to hold no more. */
  voided: KnownLanding[];
  /** What holds at another commit: trunk was rewritten, and has that instead of the one that it was found at. */
  remade: Array<Pick<KnownLanding, 'id' | 'at'>>;
  /** Branches now found merged: what they have landed in, and what is to stand where they stood. */
  merged: Array<{ branch: string; into: string; onto: string }>;
  /**
   * Branches that were merged and are not any more: what they had landed in has it no more, or they were pushed to, on
   * top of what has landed or instead of it.
   */
  reopened: Array<{ branch: string; lost: KnownLanding[]; isOnTop: boolean }>;
  /** Branches now found deleted on the remote without having been merged. */
  gone: string[];
  /**
   * Branches that were deleted and are there again; where there is nothing of what they were, also those that stand on
   * them and have that as their own now.
   */
  returned: Array<{ branch: string; keeping?: string[] | undefined }>;
  /** Commits of a parent, newest first, that are the branch's own now: the parent was moved back, or has them no more. */
  handedDown: Array<{ branch: string; parent: string; commits: string[] }>;
  /** Branches that now seem to be tracked ones under a new name. */
  renamed: Array<{ from: string; to: string }>;
  /** The branches that stood on another trunk and stand on this one now. */
  follow: string[];
  /** The trunk at the last look, where that was another branch. */
  oldTrunk: string | null;
  /** That one, where this one has taken its place: what had landed in that is in this one. */
  trunkBefore: string | null;
  /** Branches whose own change is too large to be compared, and was not known to be. */
  tooLarge: string[];
}

/**
 * What the branch rows are to be, from the refs of the clone and the rows as they were: a constant number of git
 * processes (seven at most, some more where something has landed) however many branches there are. Merges and
 * comparisons whose commits did not change are taken from the previous rows. Writes nothing.
 * @returns null where the remote has no branch of trunk's name.
 * @throws GitError; the signal's reason when it is aborted.
 */
export async function computeProjection(input: ProjectionInput): Promise<Projection | null> {
  const { gitDir, signal } = input;
  const refs = input.refs ?? (await remoteBranches(gitDir, signal));
  const trees = new Map([...refs.values()].map(({ tip, tree }) => [tip, tree]));
  const clone = { allRefs: refs, trees, treeMerges: treeMerges(gitDir, { signal, trees }) };
  try {
    const projection = await project(input, clone, new Set());
    if (!projection) return null;
    // Whether a branch that was deleted has landed is known only now: what had landed in it goes by that.
    const abandoned = abandonedPlaces(input.landings, projection.voided, projection.rows);
    return abandoned.size > 0 ? await project(input, clone, abandoned) : projection;
  } finally {
    await clone.treeMerges.close();
  }
}

/** What the clone has, and merges in it. */
interface Clone {
  allRefs: ReadonlyMap<string, RemoteBranch>;
  /** By the tips of these. */
  trees: ReadonlyMap<string, string>;
  treeMerges: TreeMerges;
}

async function project(
  input: ProjectionInput,
  { allRefs, trees, treeMerges }: Clone,
  abandoned: ReadonlySet<string>,
): Promise<Projection | null> {
  const { gitDir, signal, previousTrunkTip } = input;
  const refs = new Map(allRefs);
  const trunk = refs.get(input.trunk);
  if (!trunk) return null;
  refs.delete(input.trunk);

  const known = input.previousRows.filter((row) => row.name !== input.trunk).map((row) => ({ ...row }));
  const line: string[] = [];
  const needed = () => [...commitsToKnow(refs, known, previousTrunkTip, input.landings, trunk.name), ...line];
  let history = await loadHistory(gitDir, trunk.tip, needed(), signal);
  const open = known.filter(({ name, tracked, merged }) => tracked && !merged && refs.has(name));
  const isApart = (tip: string | null | undefined) => tip && history.mergeBase(tip, trunk.tip) === null;
  if ([previousTrunkTip, ...open.map(({ name }) => refs.get(name)?.tip)].some(isApart)) {
    // Trunk was rewritten from its first commit on: what has landed is somewhere on its new line.
    line.push(...(await newestCommits(gitDir, trunk.tip, { count: LINE, isLine: true }, signal)).slice(-1));
    history = await loadHistory(gitDir, trunk.tip, needed(), signal);
  }
  const oldTrunk = input.previousTrunk ? { name: input.previousTrunk, tip: previousTrunkTip } : null;
  const {
    rows: before,
    follow,
    stays,
  } = oldTrunk ? onNewTrunk(history, trunk, refs, known, oldTrunk) : { rows: known, follow: [], stays: false };
  const authors = (commits: string[]) => commitIdentities(gitDir, commits, signal);
  const usedAgain = await beginAnew(history, trunk, refs, before, authors);
  const seen = seenTips(input, new Set(usedAgain.keys()));
  const previous = new Map(before.map((row) => [row.name, row]));
  const reasons = await keptReasons(history, trunk, refs, previous, input);
  const unmoved = longLived(reasons, previous);
  const trunkBefore = oldTrunk && !stays ? oldTrunk.name : null;
  const followed = new Set(follow);
  const landings = input.landings.map((one): KnownLanding => {
    const into = one.into === trunkBefore ? trunk.name : one.into;
    const retargeted = one.retargeted.map((moved) =>
      followed.has(moved.branch) && moved.parent === oldTrunk?.name ? { ...moved, parent: trunk.name } : moved,
    );
    return { ...one, into, retargeted };
  });

  // First what is still true of what was known.
  const tipNow = (name: string) => refs.get(name)?.tip;
  const placesOf = (name: string) => {
    const tip = tipNow(name);
    return tip === undefined ? null : { tip, previous: previous.get(name)?.tip };
  };
  const targets = { trunk: { ...trunk, previous: previousTrunkTip }, abandoned, placesOf };
  const { voided, remade } = await voidLandings(gitDir, history, landings, targets, signal);
  if (voided.length > 0) {
    const again = voided.flatMap(({ branch, base, upTo }) => [base, upTo, tipNow(branch) ?? previous.get(branch)?.tip]);
    history = await loadHistory(gitDir, trunk.tip, [...needed(), ...again.flatMap((id) => id ?? [])], signal);
  }
  const isVoided = new Set<unknown>(voided);
  const holding = byBranch<Landing>(landings.filter((one) => !one.isVoid && !isVoided.has(one)));
  const lost = byBranch(landings.filter((one) => one.isVoid || isVoided.has(one)));
  const voidedOf = byBranch(voided);
  const others = await namedAlike(history, trunk.tip, refs, voided, authors);
  const { emptied, keeping } = takeBack(history, voided, previous, refs, trunk, others);

  const takenIn = await takenInOnTop(gitDir, history, { trunk, refs, previous, holding, signal });
  for (const landing of takenIn) holding.set(landing.branch, [...(holding.get(landing.branch) ?? []), landing]);

  // Then what has landed since: that decides who is whose parent.
  const merges = rememberedMerges(treeMerges, history);
  const isShaken = new Set(voided.map(({ branch }) => branch));
  const rowsNow = () =>
    inTurns([...new Set([...refs.keys(), ...previous.keys()])].sort(), (name): ProjectedRow => {
      const ref = refs.get(name);
      const was = previous.get(name);
      const tip = ref?.tip ?? lastTip(history, was?.tip ?? '', holding.get(name), seen.ever(name));
      // What is settled is not in the history; it stays so unless something of it is void.
      const isSettled = was?.merged === true && was.tip === tip && !isShaken.has(name);
      // Who resets a branch to trunk once all of it has landed leaves nothing open there.
      const isReset = history.isAncestor(tip, trunk.tip) && isLanded(history, holding.get(name), was?.tip ?? tip);
      const merged = !unmoved.has(name) && (isSettled || isReset || isLanded(history, holding.get(name), tip));
      const kept = stays && name === oldTrunk?.name ? true : (was?.kept ?? null);
      const keptReason = merged ? null : (reasons.get(name) ?? null);
      const marks = { kept, keptReason, merged, gone: !ref && !merged };
      return { ...(was ?? newRow(name)), ...(ref && shownOf(ref)), tip, ...marks };
    });
  const standing = standings(history, trunk, previous, { ...input, seen }, { holding, lost });
  const mayHaveLanded = await landingCandidates(
    history,
    await standing(await rowsNow()),
    previous,
    refs,
    { ...input, seen },
    { trunkTip: trunk.tip, holding, lost, unmoved },
  );
  const candidates = mayHaveLanded.filter(({ name }) => !emptied.has(name));
  const ask = landingQuestions(gitDir, merges, signal);
  const found = [...takenIn, ...(await findLandings(history, candidates, ask))];
  const isFound = new Set(found.map(({ branch, upTo }) => `${branch} ${upTo}`));
  const { rewritten, taking } = asTheyWere(history, candidates, previous, input);
  for (const former of [rewritten, asTheyLanded(history, candidates, voided), taking]) {
    // What stands on one that only took something in has nothing that it has not.
    const others = former === taking ? [] : besides(former, candidates);
    for (const landing of await findLandings(history, [...former, ...others], ask)) {
      const key = `${landing.branch} ${landing.upTo}`;
      if (!isFound.has(key)) found.push(landing);
      isFound.add(key);
    }
  }
  const hold = (landing: Landing) => holding.set(landing.branch, [...(holding.get(landing.branch) ?? []), landing]);
  for (const landing of found.slice(takenIn.length)) hold(landing);
  const isTakenIn = new Set(takenIn.map(({ branch }) => branch));
  for (const landing of await takenInOnTop(gitDir, history, { trunk, refs, previous, holding, signal })) {
    if (isTakenIn.has(landing.branch)) continue;
    found.push(landing);
    hold(landing);
  }

  // Then where each stands.
  const rows = await rowsNow();
  const { graph, stances, suggestions } = await standing(rows);
  for (const row of rows) {
    const isLive = !row.merged && !row.gone;
    row.suggestedParent = isLive ? (suggestions.get(row.name) ?? null) : null;
    row.needsRestack = false;
    if (!isLive) row.forecast = null;
  }
  const live = stances.filter(({ row }) => !row.merged && !row.gone);
  const liveNames = new Set(live.map(({ row }) => row.name));
  const breath = breather();
  for (const stance of live) {
    await breath();
    describeStance(history, stance);
    if (isKept(stance.row)) stance.row.needsRestack = false;
  }
  const isNew = (name: string) => !previous.has(name);
  const renamed = await findRenamed(history, trunk.tip, rows, isNew, authors);
  for (const row of rows) row.renamedFrom = renamed.get(row.name) ?? null;

  // Then what that means in content. What is too large to be measured is not merged.
  const stored = new Map(input.previousRows.map((row) => [row.name, row]));
  const unmeasured = await measureAll(live, stored, (pairs) => diffStats(gitDir, pairs, signal));
  await forecastAll(history, live, trees, merges, unmeasured);

  const was = (row: ProjectedRow) => previous.get(row.name);
  const handedDown = await inTurns(live, ({ row, base }) => {
    const known = was(row);
    const stood = keeping.get(row.name) ?? known?.base;
    if (!row.tracked || !known || !stood || base === null || known.merged || known.tip !== row.tip) return [];
    if (stood === base || !history.isAncestor(base, stood)) return [];
    const commits = history.ownCommits(stood, [base, trunk.tip]);
    return commits.length > 0 ? [{ branch: row.name, parent: row.parent ?? trunk.name, commits }] : [];
  });
  const tips = [...refs.values(), trunk].map(({ name, tip }) => ({ branch: name, tip, anew: usedAgain.has(name) }));
  return {
    trunkTip: trunk.tip,
    trunkRewritten: !oldTrunk && previousTrunkTip !== null && !history.isAncestor(previousTrunkTip, trunk.tip),
    rows,
    newTips: tips.filter(({ branch, tip, anew }) => anew || seen.now(branch)[0] !== tip),
    landings: found,
    landedInPart: found.flatMap(({ branch, into, base, upTo }) =>
      liveNames.has(branch) ? [{ branch, into, commits: history.ownCommits(upTo, [base]) }] : [],
    ),
    voided,
    remade: remade.map(({ id, at }) => ({ id, at })),
    merged: rows
      .filter((row) => row.merged && !was(row)?.merged)
      .map(({ name }) => {
        const onto = graph.effectiveParent(name);
        return { branch: name, into: holding.get(name)?.at(-1)?.into ?? onto, onto };
      }),
    reopened: rows
      .filter((row) => !row.merged && was(row)?.merged)
      .map(({ name, tip }) => ({
        branch: name,
        lost: voidedOf.get(name) ?? [],
        isOnTop: !usedAgain.has(name) && (holding.get(name) ?? []).some(({ upTo }) => history.isAncestor(upTo, tip)),
      })),
    gone: rows.filter((row) => row.gone && !was(row)?.gone).map((row) => row.name),
    returned: rows
      .filter((row) => !row.gone && was(row)?.gone && (!row.merged || usedAgain.get(row.name)?.length))
      .map(({ name }) => ({ branch: name, keeping: usedAgain.get(name) })),
    handedDown: handedDown.flat(),
    renamed: [...renamed].flatMap(([to, from]) => (previous.get(to)?.renamedFrom === from ? [] : [{ from, to }])),
    follow,
    oldTrunk: oldTrunk?.name ?? null,
    trunkBefore,
    tooLarge: [...unmeasured].sort(),
  };
}

/** The last commit of a branch that was deleted: the forge may know of a newer one than any fetch has seen. */
function lastTip(history: History, seen: string, landings: Landing[] = [], tips: string[] = []): string {
  const newer = landings.find(
    ({ evidence, upTo }) => evidence === 'forge' && !history.isAncestor(upTo, seen) && !tips.includes(upTo),
  );
  return newer?.upTo ?? seen;
}

/**
 * Takes back what has followed from landings that hold no more: bases go down again, and what was moved off the branch
 * stands on it again, if it is there. Changes the rows in place.
 * @param others branches of which the name alone is there: what was moved off stays, with all that it had as its own
 * @returns of what was moved off, those that have no work of their own but only what they stood on, and where those stood
 * that have that as their own now
 */
function takeBack(
  history: History,
  voided: KnownLanding[],
  rows: ReadonlyMap<string, ProjectedRow>,
  refs: ReadonlyMap<string, RemoteBranch>,
  trunk: RemoteBranch,
  others: ReadonlySet<string>,
): { emptied: Set<string>; keeping: Map<string, string> } {
  const emptied = new Set<string>();
  const keeping = new Map<string, string>();
  for (const { branch, base, upTo, retargeted } of voided) {
    const row = rows.get(branch);
    if (row?.base && row.base !== base && history.isAncestor(base, row.base) && history.isAncestor(row.base, upTo)) {
      row.base = base;
    }
    if (!row || !refs.has(branch)) continue;
    for (const moved of retargeted) {
      const child = rows.get(moved.branch);
      if (!child?.tracked || child.parent !== moved.parent) continue;
      // Whatever it stands on that is there no more is its own, as far as the branch has it not: nothing is lost.
      const below = moved.parent === trunk.name ? trunk.tip : refs.get(moved.parent)?.tip;
      const tip = refs.get(moved.branch)?.tip;
      if (tip === child.base) emptied.add(moved.branch);
      if (others.has(branch) && child.base) keeping.set(moved.branch, child.base);
      if (below && tip) child.base = history.mergeBase(tip, below) ?? child.base;
      if (others.has(branch)) child.baseNamed = true;
      else child.parent = branch;
    }
  }
  return { emptied, keeping };
}

/**
 * Of branches that have landed and were pushed to since: what is on top of that, where it is no work but only what they
 * have landed in, taken in again.
 */
async function takenInOnTop(
  gitDir: string,
  history: History,
  {
    trunk,
    refs,
    previous,
    holding,
    signal,
  }: {
    trunk: RemoteBranch;
    refs: ReadonlyMap<string, RemoteBranch>;
    previous: ReadonlyMap<string, ProjectedRow>;
    holding: ReadonlyMap<string, Landing[]>;
    signal: AbortSignal | undefined;
  },
): Promise<Landing[]> {
  const pushed = [...previous.values()].flatMap((row) => {
    const ref = refs.get(row.name);
    const landing = holding.get(row.name)?.find(({ upTo }) => upTo === row.tip);
    if (!ref || ref.tip === row.tip || !landing || !history.isAncestor(row.tip, ref.tip)) return [];
    const into = landing.into === trunk.name ? trunk : refs.get(landing.into);
    const at = into && !history.isAncestor(ref.tip, into.tip) ? history.mergeBase(ref.tip, into.tip) : null;
    return at === null || history.isAncestor(at, row.tip) ? [] : [{ ref, landing, at }];
  });
  const trees = await treesOf(
    pushed.map(({ at }) => at),
    { gitDir, signal },
  );
  return pushed.flatMap(({ ref, landing: { branch, into, upTo }, at }, i): Landing[] =>
    trees[i] === ref.tree ? [{ branch, base: upTo, upTo: ref.tip, into, evidence: 'content', at }] : [],
  );
}

function landingQuestions(
  gitDir: string,
  merges: LandingQuestions['merges'],
  signal: AbortSignal | undefined,
): LandingQuestions {
  return {
    merges,
    paths: (pairs) => changedPaths(gitDir, pairs, signal),
    renamed: (pairs) => renamedPaths(gitDir, pairs, signal),
    trees: (commits) => treesOf(commits, { gitDir, signal }),
    objects: (places) => objectsAt(places, { gitDir, signal }),
  };
}

/** The commits that the rules ask about. Rows that are settled are left out: their old tips would lie far below. */
function* commitsToKnow(
  refs: Map<string, RemoteBranch>,
  before: ProjectedRow[],
  previousTrunkTip: string | null,
  landings: KnownLanding[],
  trunk: string,
): Iterable<string> {
  const isSettled = (row: ProjectedRow) => {
    const ref = refs.get(row.name);
    return row.merged && (!ref || ref.tip === row.tip);
  };
  const needed = new Set(before.filter((row) => refs.has(row.name) && !isSettled(row)).map((row) => row.parent));
  const isBack = new Set(before.filter((row) => row.gone && refs.has(row.name)).map((row) => row.name));
  // What a branch seems to be under a new name is held against it again.
  for (const row of before) needed.add(row.renamedFrom);
  const open = new Set<string>();
  for (const row of before) {
    if (isSettled(row)) continue;
    const ref = refs.get(row.name);
    // A branch that was deleted longer ago matters only as somebody's parent, or where its own is back.
    if (!ref && row.gone && !needed.has(row.name) && !isBack.has(row.parent ?? '')) continue;
    open.add(row.name);
    yield row.tip;
    if (ref) yield ref.tip;
    if (row.base !== null) yield row.base;
  }
  for (const { branch, base, upTo, into, at, isVoid } of landings) {
    if (open.has(branch)) yield* [base, upTo];
    if (!isVoid && into !== trunk && refs.has(into)) yield at;
  }
  const known = new Set(before.map((row) => row.name));
  for (const ref of refs.values()) if (!known.has(ref.name)) yield ref.tip;
  if (previousTrunkTip !== null) yield previousTrunkTip;
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

function shownOf({ tip, subject, author, committedAt }: RemoteBranch): Partial<ProjectedRow> {
  return { tip, subject, author, committedAt };
}

/** Base, distance and need of a restack. */
function describeStance(history: History, { row, parentTip, base, trunkTip }: Stance): void {
  if (row.tracked) row.base = base;
  row.ahead = history.ownCommits(
    row.tip,
    [parentTip, base, trunkTip].flatMap((id) => id ?? []),
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
  trees: ReadonlyMap<string, string>,
  merges: (pairs: BatchPair[]) => Promise<MergeOutcome[]>,
  unmeasured: ReadonlySet<string>,
): Promise<void> {
  const breath = breather();
  const open: Array<{ row: ProjectedRow; parentTip: string; pair: BatchPair }> = [];
  for (const { row, was, parentTip, base } of stances) {
    await breath();
    const known = knownForecast(was, row.tip, parentTip, base);
    row.forecast = null;
    // Of what no action moves there is nothing to say.
    if (!row.tracked || parentTip === null || isKept(row)) continue;
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

/** The previous row's forecast where it was made from the same commits. */
function knownForecast(
  was: ProjectedRow | undefined,
  tip: string,
  parentTip: string | null,
  base: string | null,
): BranchForecast | null {
  const forecast = was?.base === base ? was?.forecast : null;
  return forecast?.tip === tip && forecast.parentTip === parentTip ? forecast : null;
}

/**
 * Whether the previous row's lines are those of the same commits. Too much is tried anew once the parent has moved; of a
 * branch in place, no lines are all that tells of it.
 */
function isMeasured(was: ProjectedRow | undefined, tip: string, parentTip: string | null, base: string): boolean {
  if (knownForecast(was, tip, parentTip, base)) return true;
  if (was?.base !== base || was.forecast?.tip !== tip || was.forecast.outcome === 'too_large') return false;
  return was.additions + was.deletions > 0;
}

function describeOutcome(outcome: MergeOutcome): Pick<BranchForecast, 'outcome' | 'files'> {
  if (!outcome.clean && outcome.tooLarge) return { outcome: 'too_large', files: [] };
  return outcome.clean
    ? { outcome: 'clean', files: [] }
    : { outcome: 'conflict', files: outcome.files.slice(0, MOST_FILES) };
}

/**
 * Lines added and deleted over the base; kept where the branch stands where it stood, whatever became of its parent.
 * @param stored the rows as they were: of what is taken back in the others nothing was measured
 * @returns the branches whose change is too large to be measured
 */
async function measureAll(
  stances: Stance[],
  stored: ReadonlyMap<string, ProjectedRow>,
  sizes: (pairs: DiffPair[]) => Promise<Array<DiffStat | null>>,
): Promise<Set<string>> {
  const open = stances.flatMap(({ row, parentTip, base }) =>
    base === null || isMeasured(stored.get(row.name), row.tip, parentTip, base)
      ? []
      : [{ row, from: base, to: row.tip }],
  );
  const stats = await sizes(open);
  for (const [i, { row }] of open.entries()) {
    row.additions = stats[i]?.additions ?? 0;
    row.deletions = stats[i]?.deletions ?? 0;
  }
  return new Set(open.flatMap(({ row }, i) => (stats[i] ? [] : [row.name])));
}

/** Merges that are asked for once, and that know what two commits have in common. */
function rememberedMerges({ merge }: TreeMerges, history: History) {
  const known = new Map<string, MergeOutcome>();
  const key = ({ ours, theirs, base }: BatchPair) => `${ours} ${theirs} ${base?.commit}`;
  return async (pairs: BatchPair[]): Promise<MergeOutcome[]> => {
    const breath = breather();
    const open = new Map<string, BatchPair>();
    for (const pair of pairs) {
      await breath();
      if (known.has(key(pair)) || open.has(key(pair))) continue;
      const onlyBase = pair.base ? undefined : (history.onlyMergeBase(pair.theirs, pair.ours) ?? undefined);
      open.set(key(pair), { ...pair, onlyBase });
    }
    const outcomes = await merge([...open.values()]);
    for (const [i, one] of [...open.keys()].entries()) {
      const outcome = outcomes[i];
      if (outcome) known.set(one, outcome);
    }
    return pairs.flatMap((pair) => known.get(key(pair)) ?? []);
  };
}
