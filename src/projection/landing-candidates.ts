import { inTurns } from '@/breather';
import type { RemoteBranch } from '@/git/clone/for-each-ref';
import { bottoms } from '@/repos/graph';
import { isKept } from '@/repos/kept';
import { type Chain, firstOf, sharedChains } from '@/stack/chain';
import type { History } from '@/stack/history';
import type { LandingCandidate, PullRequestFact } from '@/stack/landing';
import type { Below, Landing } from '@/stack/landing-evidence';
import type { ProjectedRow, ProjectionInput, Seen } from './input';
import { type KnownLanding, withLanded } from './landings';
import { hadWork, type Stance, type Standings } from './standings';

/** The branches that may have landed, with what is known of each. */
export function landingCandidates(
  history: History,
  { graph, stances }: Standings,
  previous: ReadonlyMap<string, ProjectedRow>,
  refs: ReadonlyMap<string, RemoteBranch>,
  { trunk: trunkName, previousTrunkTip, pullRequests, seen }: ProjectionInput & Seen,
  {
    trunkTip,
    holding,
    lost,
    unmoved,
  }: {
    trunkTip: string;
    holding: ReadonlyMap<string, Landing[]>;
    lost: ReadonlyMap<string, Landing[]>;
    unmoved: ReadonlySet<string>;
  },
): Promise<LandingCandidate[]> {
  const offTrunk = withAllAbove(stances, unmoved);
  const letGo = stances.flatMap(({ row: { name }, was }) =>
    was && mayBeLetGo(was) && !unmoved.has(name) ? [name] : [],
  );
  const askedAnew = withAllAbove(stances, letGo);
  const onTrunk = { name: trunkName, tip: trunkTip, seen: seen.now(trunkName), apart: null, next: null };
  const under = (name: string) => (name === trunkName || !graph.get(name) ? null : graph.effectiveParent(name));
  const placesFrom = sharedChains<string, Below>({
    key: (name) => name,
    step: (name) => {
      const tip = refs.get(name)?.tip;
      const link = (next: Chain<Below> | null): Below | null => {
        if (!tip) return null;
        return {
          name,
          tip,
          seen: seen.now(name),
          apart: next && history.isAncestor(next.tip, tip) ? next.apart : next,
        };
      };
      return { link, goesOn: under(name) };
    },
    last: onTrunk,
  });
  const longLivedFrom = sharedChains<string, { name: string }>({
    key: (name) => name,
    step: (name) => ({ link: () => (unmoved.has(name) ? { name } : null), goesOn: under(name) }),
  });
  const open = stances.filter(({ row }) => !unmoved.has(row.name));
  return inTurns(open, ({ row, was, parent, parentTip, base }): LandingCandidate => {
    const { name, tip } = row;
    const isSame = was?.tip === tip && wasLookedAt(was, row, parent, base) && !askedAnew.has(name);
    const pullRequest = pullRequests?.get(name);
    const isOver = !refs.has(name) && pullRequest && isOfEarlier(history, tip, pullRequest, seen.ever(name));
    const isApart = parent !== trunkName && refs.has(parent) && parentTip !== null;
    const places = placesFrom(parent) ?? onTrunk;
    // A long-lived branch is to what stands on it what trunk is to others; of those further down, ancestors alone count.
    const longLived = longLivedFrom(parent)?.name;
    const further = longLived && longLived !== parent ? refs.get(longLived) : undefined;
    const lookedAt = (tip: string | null | undefined) => (isSame ? (tip ?? null) : null);
    const byContent = [
      ...(isApart ? [{ name: parent, tip: parentTip, lookedAt: lookedAt(was?.forecast?.parentTip) }] : []),
      ...(further
        ? [{ name: further.name, tip: further.tip, lookedAt: lookedAt(previous.get(further.name)?.tip) }]
        : []),
      ...(offTrunk.has(name) ? [] : [{ name: trunkName, tip: trunkTip, lookedAt: lookedAt(previousTrunkTip) }]),
    ];
    return {
      name,
      tip,
      base,
      from: withLanded(base, holding.get(name)),
      recorded: was ? { base: previous.get(name)?.base ?? null, tip: was.tip } : null,
      hadWork: hadWork(history, was, tip),
      isThere: refs.has(name),
      parent,
      // A parent whose commit is not there is nowhere.
      below: (parentTip === null && places.name === parent && places.next) || places,
      byContent: byContent.map((place) => ({ ...place, seen: seen.now(place.name) })),
      pullRequest: isOver ? undefined : pullRequest,
      voided: new Set(lost.get(name)?.map(({ upTo }) => upTo)),
    };
  });
}

/** Whether a merge that the forge tells of is of what a branch was before it became another: it was seen there, and left. */
function isOfEarlier(history: History, tip: string, { head }: PullRequestFact, tips: string[] = []): boolean {
  return head !== tip && tips.includes(head) && !history.isAncestor(head, tip);
}

/**
 * Whether the last look asked of this branch, at the same tip, what has landed. A forecast is made by the look that
 * asks: a job that moves the branch, or its base, takes it away, and so does whoever marks the branch as long-lived, or
 * no longer so.
 */
function wasLookedAt(was: ProjectedRow, row: ProjectedRow, parent: string, base: string | null): boolean {
  if (row.tracked) return was.base === base && was.forecast !== null;
  return was.suggestedParent === parent && was.kept === null && !isKept(was);
}

/** These branches, and all that stands on one of them. */
function withAllAbove(stances: Stance[], below: Iterable<string>): Set<string> {
  const above = new Map<string, string[]>();
  for (const { row, parent } of stances) {
    const known = above.get(parent);
    if (known) known.push(row.name);
    else above.set(parent, [row.name]);
  }
  const names = new Set(below);
  // The set grows while it is walked.
  for (const name of names) for (const child of above.get(name) ?? []) names.add(child);
  return names;
}

/** Whether the branch, which is no long-lived one, may have been one at the last look: see `wasLookedAt`. */
function mayBeLetGo(was: ProjectedRow): boolean {
  return isKept(was) || was.kept === false || (was.tracked && was.forecast === null);
}

/**
 * The branches that were rewritten since the last look, or have taken in what is below them, as they were then. What had
 * landed of that has landed, whatever their authors have made of them since; else it would seem to be taken away from
 * under what stands on it.
 */
export function asTheyWere(
  history: History,
  candidates: LandingCandidate[],
  previous: ReadonlyMap<string, ProjectedRow>,
  { trunk, previousTrunkTip }: ProjectionInput,
): { rewritten: LandingCandidate[]; taking: LandingCandidate[] } {
  const former: Record<'rewritten' | 'taking', LandingCandidate[]> = { rewritten: [], taking: [] };
  for (const candidate of candidates) {
    const was = previous.get(candidate.name);
    if (!was?.tracked || was.merged || was.base === null || was.tip === was.base || !candidate.isThere) continue;
    const { tip, base, forecast } = was;
    if (tip === candidate.tip || !history.has(tip)) continue;
    const isRewritten = !history.isAncestor(tip, candidate.tip);
    const takesIn = () =>
      firstOf(candidate.below, (place) => {
        const taken = history.mergeBase(candidate.tip, place.tip);
        return taken !== null && !history.isAncestor(taken, tip);
      }) !== null;
    if (!isRewritten && !takesIn()) continue;
    const lookedAt = { trunk: forecast && previousTrunkTip, parent: forecast?.parentTip ?? null };
    const byContent = candidate.byContent.map((place) => {
      const known = place.name === trunk ? lookedAt.trunk : place.name === candidate.parent ? lookedAt.parent : null;
      return { ...place, lookedAt: known };
    });
    const pullRequest = candidate.pullRequest?.head === tip ? candidate.pullRequest : undefined;
    former[isRewritten ? 'rewritten' : 'taking'].push({
      ...{ ...candidate, tip, base, from: base, recorded: { base, tip } },
      ...{ hadWork: true, byContent, pullRequest },
    });
  }
  return former;
}

/** The branches that had landed in what was rewritten, as they were then, where their authors have rewritten them since. */
export function asTheyLanded(
  history: History,
  candidates: LandingCandidate[],
  voided: KnownLanding[],
): LandingCandidate[] {
  const byName = new Map(candidates.map((candidate) => [candidate.name, candidate]));
  const last = new Map(voided.map((one) => [one.branch, one]));
  return [...last.values()].flatMap(({ branch, base, upTo }): LandingCandidate[] => {
    const candidate = byName.get(branch);
    if (!candidate?.isThere || history.isAncestor(upTo, candidate.tip)) return [];
    const byContent = candidate.byContent.map((place) => ({ ...place, lookedAt: null }));
    const recorded = { base, tip: upTo };
    return [{ ...candidate, tip: upTo, base, from: base, recorded, hadWork: true, byContent, pullRequest: undefined }];
  });
}

/** Candidates of the same stacks as these, which are left out: what these have of them may have landed with them, and the other way round. */
export function besides(some: LandingCandidate[], candidates: LandingCandidate[]): LandingCandidate[] {
  if (some.length === 0) return [];
  const parents = new Map(candidates.map(({ name, parent }) => [name, parent]));
  const bottom = bottoms((name) => {
    const parent = parents.get(name);
    return parent !== undefined && parents.has(parent) ? parent : undefined;
  });
  const names = new Set(some.map(({ name }) => name));
  const stacks = new Set([...names].map((name) => bottom(name)));
  return candidates.filter(({ name }) => !names.has(name) && stacks.has(bottom(name)));
}
