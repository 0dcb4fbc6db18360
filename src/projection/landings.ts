import { type LineCommit, type Side, sidesOf } from '@/git/objects/identities';
import { listCommits } from '@/git/objects/rev-list';
import type { Graph } from '@/repos/graph';
import type { History } from '@/stack/history';
import type { Landing } from '@/stack/landing-evidence';

/** A landing that was found by an earlier refresh. */
export interface KnownLanding extends Landing {
  id: number;
  /** The commit that it was found at has left the branch. */
  isVoid: boolean;
  /** The branches that were moved off it because of this, and what they stand on instead. */
  retargeted: Array<{ branch: string; parent: string }>;
}

/** The branches, and trunk, that landings are in: where they are now and were at the last look. */
export interface Targets {
  trunk: { name: string; tip: string; previous: string | null };
  /** Branches that were deleted, and have landed nowhere themselves. */
  abandoned: ReadonlySet<string>;
  /** Where a branch that is on the remote is now, and was at the last look. */
  placesOf: (branch: string) => { tip: string; previous: string | undefined } | null;
}

/**
 * The landings that hold no more: what they are in was rewritten and has their commit in its history no longer, or was
 * given up. And those in trunk that hold, but at another commit: the one that was made of theirs. Two git processes at
 * most, and none unless trunk was rewritten.
 * @param history knows trunk's previous tip, if the clone has that, and the `at` of those that are not in trunk
 * @throws GitError
 */
export async function voidLandings(
  gitDir: string,
  history: History,
  known: KnownLanding[],
  { trunk, abandoned, placesOf }: Targets,
  signal?: AbortSignal,
): Promise<{ voided: KnownLanding[]; remade: KnownLanding[] }> {
  const holding = known.filter(({ isVoid }) => !isVoid);
  const inTrunk = holding.filter(({ into }) => into === trunk.name);
  const isFollowed = trunk.previous !== null && history.isAncestor(trunk.previous, trunk.tip);
  const outside = new Set<string>();
  if (!isFollowed && inTrunk.length > 0) {
    const { commits } = await listCommits(gitDir, new Set(inTrunk.map(({ at }) => at)), [trunk.tip], signal);
    for (const { id } of commits) outside.add(id);
  }
  const isLost = inTrunk.some(({ at }) => outside.has(at));
  const madeOf =
    isLost && trunk.previous !== null && history.has(trunk.previous)
      ? remadeOn(...(await sidesOf(gitDir, [trunk.previous, trunk.tip], signal)))
      : () => null;
  const voided: KnownLanding[] = [];
  const remade: KnownLanding[] = [];
  for (const one of holding) {
    const { into, at } = one;
    if (into === trunk.name) {
      const now = outside.has(at) ? madeOf(at) : at;
      if (now === null) voided.push(one);
      else if (now !== at) remade.push({ ...one, at: now });
    } else {
      const place = placesOf(into);
      const isMoved = place !== null && place.tip !== place.previous;
      if (abandoned.has(into) || (isMoved && !history.isAncestor(at, place.tip))) voided.push(one);
    }
  }
  return { voided, remade };
}

/**
 * By a commit that a line of old had: the commit of the new line that was made of the one that brought it, by the same
 * author, under the same subject and with the same tree. There the new line has been all that the old one was, so what
 * had landed is there; and what came on top of it is judged as on a line that was not rewritten. Where several commits
 * are alike, one of them may have been left out, and nothing tells which: then there is none.
 */
function remadeOn(before: Side, after: Side): (commit: string) => string | null {
  const were = alone(before.line);
  const are = alone(after.line);
  const made = new Map<string, string>();
  const brought = new Map<string, string>();
  for (const { id, state } of before.line.toReversed()) {
    const now = were.get(state) && are.get(state);
    if (now) made.set(id, now);
    // What is not below the line yet, this one brings.
    const open = [id];
    for (let commit = open.pop(); commit; commit = open.pop()) {
      const parents = before.parents.get(commit);
      if (!parents || brought.has(commit)) continue;
      brought.set(commit, id);
      open.push(...parents);
    }
  }
  return (commit) => made.get(brought.get(commit) ?? '') ?? null;
}

/** By state, the commit that has it; null where several have. */
function alone(line: LineCommit[]): Map<string, string | null> {
  const byState = new Map<string, string | null>();
  for (const { id, state } of line) byState.set(state, byState.has(state) ? null : id);
  return byState;
}

/**
 * The branches that something has landed in, that were deleted, and of which it is known by now that they have landed
 * nowhere. One that seems to be there under another name is not given up.
 */
export function abandonedPlaces(
  landings: KnownLanding[],
  voided: KnownLanding[],
  rows: Array<{ name: string; gone: boolean; renamedFrom: string | null }>,
): Set<string> {
  const isVoid = new Set(voided.map(({ id }) => id));
  const holding = new Set(landings.flatMap((one) => (one.isVoid || isVoid.has(one.id) ? [] : [one.into])));
  const elsewhere = new Set(rows.map(({ renamedFrom }) => renamedFrom));
  return new Set(rows.flatMap(({ name, gone }) => (gone && holding.has(name) && !elsewhere.has(name) ? [name] : [])));
}

/** The landings of each branch, in the order in which they were found. */
export function byBranch<L extends Landing>(landings: Iterable<L>): Map<string, L[]> {
  const map = new Map<string, L[]>();
  for (const landing of landings) map.set(landing.branch, [...(map.get(landing.branch) ?? []), landing]);
  return map;
}

/** Whether all that the branch has at `tip` has landed. */
export function isLanded(history: History, landings: Landing[] | undefined, tip: string): boolean {
  return (landings ?? []).some(
    ({ base, upTo }) =>
      upTo === tip || (tip !== base && history.isAncestor(base, tip) && history.isAncestor(tip, upTo)),
  );
}

/** Where a branch's own commits begin, with those that these landings speak of. */
export function withLanded(base: string | null, landings: Landing[] = []): string | null {
  return landings.reduceRight((from, { base: below, upTo }) => (upTo === from ? below : from), base);
}

/** Up to where merged branches have landed, by the branch (or trunk) that stands where they stood. */
export function landedBelow(
  rows: Array<{ name: string; merged: boolean }>,
  landings: ReadonlyMap<string, Landing[]>,
  graph: Graph,
): Map<string, Set<string>> {
  const tips = new Map<string, Set<string>>();
  for (const row of rows) {
    if (!row.merged) continue;
    const below = graph.effectiveParent(row.name);
    const known = tips.get(below) ?? new Set();
    for (const { upTo } of landings.get(row.name) ?? []) known.add(upTo);
    tips.set(below, known);
  }
  return tips;
}

/** The landings that may speak of commits under these branches: their own, those of all that they stand on, and the newest. */
export function landingsUnder(
  branches: string[],
  rows: Array<{ name: string; parent: string | null }>,
  landings: KnownLanding[],
): KnownLanding[] {
  const parents = new Map(rows.map(({ name, parent }) => [name, parent]));
  const names = new Set(branches);
  // The set grows while it is walked.
  for (const name of names) names.add(parents.get(name) ?? name);
  const holding = landings.filter(({ isVoid }) => !isVoid);
  return holding.filter(({ branch }, i) => names.has(branch) || i >= holding.length - NEWEST);
}

/** What a branch stood on until a moment ago is no longer below it in the rows. */
const NEWEST = 200;

/** The commits that landings speak of. */
export function landedCommits(
  history: Pick<History, 'ownCommits'>,
  landings: Iterable<Pick<Landing, 'base' | 'upTo'>>,
): Set<string> {
  return new Set([...landings].flatMap(({ base, upTo }) => history.ownCommits(upTo, [base])));
}
