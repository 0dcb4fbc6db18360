import type { DiffPair } from '@/git/diff-tree';
import type { BatchPair, MergeOutcome } from '@/git/merge-tree';
import type { History } from './history';

/**
 * What has landed: which commits of which branch are in which branch below it. A landing is a fact with its evidence,
 * and holds while the history of `into` has the commit `at`.
 *
 * By content, a stretch of commits has landed in a line of commits where replaying it changes nothing. That is asked
 * at the newest commit of the line where the answer is no conflict: so edits that came later do not hide a landing,
 * and a revert takes it back. It must have been otherwise where the two lines parted; and it must hold for every end
 * of the stretch too: a branch that removes what the one below it had added changes nothing as a whole.
 */
export interface Landing {
  branch: string;
  /** The commits above this one … */
  base: string;
  /** … up to this one have landed. */
  upTo: string;
  /** Trunk, or the branch that it stood on. */
  into: string;
  evidence: 'ancestor' | 'content' | 'forge' | 'seen_earlier';
  /** Commit of `into`. */
  at: string;
}

/** A branch and its commit. */
export interface Place {
  name: string;
  tip: string;
}

/** A branch that may have landed, or a part of it. */
export interface LandingCandidate extends Place {
  /** Where its own commits begin; null where that is not known. */
  base: string | null;
  /** The base and the tip that it was last seen with; null where it is seen for the first time. */
  recorded: { base: string | null; tip: string } | null;
  /** Whether it was seen with commits of its own before, which it still holds. */
  hadWork: boolean;
  /** Whether its ref is on the remote. */
  isThere: boolean;
  /** What is below it: its parent, and trunk, if that is another one. */
  below: Below[];
  pullRequest?: PullRequestFact | undefined;
  /** Its landings that are void: the forge's word for one of them counts no more. */
  voided: ReadonlySet<string>;
}

export interface Below extends Place {
  /** Its tip when this very branch, at this tip and base, was last looked at: what is older was asked already. */
  lookedAt: string | null;
  /** Tips that it was seen at before this look. */
  seen: readonly string[];
}

export interface PullRequestFact {
  /** The branch that it goes into. */
  base: string;
  /** The commit that was, or would be, merged. */
  head: string;
  merged: boolean;
}

/** What the rule asks git; each function answers in the order of its questions. */
export interface LandingQuestions {
  merges: (pairs: BatchPair[]) => Promise<MergeOutcome[]>;
  paths: (pairs: DiffPair[]) => Promise<string[][]>;
  trees: (commits: string[]) => Promise<Array<string | null>>;
  /** Ids of the objects at `commit:path`; null where there is none. */
  objects: (places: Array<{ commit: string; path: string }>) => Promise<Array<string | null>>;
}

/** How many commits of a line are looked at, newest first, and how many of them are tried for one stretch. */
const LINE = 500;
const TRIED = 40;
/** Longer branches are asked as a whole only. */
const LONGEST = 50;

/** The landings that are found now, at most one a branch; those that hold already are not asked for. */
export async function findLandings(
  history: History,
  candidates: LandingCandidate[],
  ask: LandingQuestions,
): Promise<Landing[]> {
  const found = new Map<string, Landing>();
  const open: LandingCandidate[] = [];
  for (const candidate of candidates) {
    const told = toldByForge(history, candidate) ?? asAncestor(history, candidate);
    if (told) found.set(candidate.name, told);
    if (told?.upTo !== candidate.tip) open.push(candidate);
  }
  const byName = new Map(candidates.map((candidate) => [candidate.name, candidate]));
  const byContent = await findByContent(history, open, byName, ask);
  for (const landing of [...found.values()].flatMap((one) => settledBelow(history, one, byName)).concat(byContent)) {
    const known = found.get(landing.branch);
    if (!known || history.isAncestor(known.upTo, landing.upTo)) found.set(landing.branch, landing);
  }
  return [...found.values()];
}

/** A pull request into what is below was merged: of this tip, of an older one, or of a newer one and then deleted. */
function toldByForge(history: History, candidate: LandingCandidate): Landing | null {
  const { name, tip, base, isThere, below, pullRequest, voided } = candidate;
  const into = below.find((place) => place.name === pullRequest?.base);
  if (!pullRequest?.merged || !into || voided.has(pullRequest.head) || tip === base) return null;
  const { head } = pullRequest;
  const landing = { branch: name, base: base ?? tip, upTo: head, into: into.name, at: into.tip };
  const isOlder = head !== tip && history.isAncestor(head, tip);
  if (isOlder && (base === null || history.isAncestor(head, base))) return null;
  return head === tip || isOlder || !isThere ? { ...landing, evidence: 'forge' } : null;
}

/** Its commits are in the history of what is below, although they were its own. */
function asAncestor(history: History, candidate: LandingCandidate): Landing | null {
  const { name, tip, base, recorded, hadWork, below, voided } = candidate;
  if (recorded?.base === tip) return null;
  for (const { name: into, tip: at, seen } of below) {
    if (!history.isAncestor(tip, at)) continue;
    // On the line itself it may as well be an empty branch that was made, or moved up, there.
    const isOwn = hadWork && (!seen.includes(tip) || voided.has(tip));
    if (isOwn || !history.isOnFirstParentLine(tip, at)) {
      return { branch: name, base: recorded?.base ?? tip, upTo: tip, into, evidence: 'ancestor', at: tip };
    }
  }
  // A part of them: its base has moved up over commits that it held as its own.
  const [into] = below;
  if (!into || base === null || !recorded?.base || base === recorded.base || base === tip) return null;
  const wereOwn = history.isAncestor(recorded.base, base) && history.isAncestor(base, recorded.tip);
  if (!wereOwn || !history.isAncestor(base, into.tip) || into.seen.includes(base)) return null;
  return { branch: name, base: recorded.base, upTo: base, into: into.name, evidence: 'ancestor', at: base };
}

/** What a merge into trunk that the forge tells of had in its history, of the branches below. */
function settledBelow(history: History, landing: Landing, byName: ReadonlyMap<string, LandingCandidate>): Landing[] {
  const settled: Landing[] = [];
  if (landing.evidence !== 'forge') return settled;
  let above = byName.get(landing.branch);
  while (above?.base) {
    const below: LandingCandidate | undefined = byName.get(above.below[0]?.name ?? '');
    if (!below || landing.into === below.name || !holds(history, below, above.base)) break;
    settled.push({ ...landing, branch: below.name, base: below.base ?? '', upTo: above.base });
    above = below;
  }
  return settled;
}

/** Whether the commit is one of the branch's own. */
function holds(history: History, { base, tip }: LandingCandidate, commit: string): boolean {
  return base !== null && commit !== base && history.isAncestor(base, commit) && history.isAncestor(commit, tip);
}

/** Commits of a branch, from the first of its own on, and the line of commits that they may have landed in. */
interface Stretch {
  candidate: LandingCandidate;
  base: string;
  into: Below;
  /** Its own commits, oldest first, as far as they are in the stretch; the last one alone where they are no line. */
  commits: string[];
  isWhole: boolean;
  /** Where the line parted from the branch. */
  fork: string;
  /** The commits of the line that touch what the branch touches, newest first. */
  line: string[];
  /** Where replaying it changes nothing, and whether it is known that it did before. */
  landed?: { at: string; wasOpen: boolean };
}

/** What replaying a change onto a commit does. */
export type Answer = 'nothing' | 'change' | 'conflict';

/**
 * Where a change landed in a line of commits.
 * @param answers what replaying it does on each commit of the line that touches the same paths, newest first
 * @returns the commit that brought it, by its place in the list, and whether the one before it shows that it was not
 *   there; null where it is not there now
 */
export function whereLanded(answers: Answer[]): { place: number; wasOpen: boolean } | null {
  const decisive = answers.findIndex((answer) => answer !== 'conflict');
  if (answers[decisive] !== 'nothing') return null;
  const end = answers.findIndex((answer, i) => i > decisive && answer !== 'nothing');
  return { place: (end < 0 ? answers.length : end) - 1, wasOpen: end >= 0 };
}

async function findByContent(
  history: History,
  candidates: LandingCandidate[],
  byName: ReadonlyMap<string, LandingCandidate>,
  ask: LandingQuestions,
): Promise<Landing[]> {
  const stretches = await stretchesOf(history, candidates, ask);
  if (stretches.length === 0) return [];
  const replay = await replaysOn(
    stretches.flatMap(({ line, fork, into }) => [...line, fork, into.tip]),
    ask,
  );

  // Where each of them landed, if it did: at the newest commit that gives an answer.
  const tips = await replay(stretches.map((one) => ({ ...one, onto: one.into.tip, tip: one.commits.at(-1) ?? '' })));
  const walked = stretches.filter((_, i) => tips[i] !== 'change');
  const conflicting = new Set(stretches.filter((_, i) => tips[i] === 'conflict'));
  const walks = await replay(
    walked.flatMap((one) =>
      one.line.slice(0, TRIED).map((onto) => ({ base: one.base, tip: one.commits.at(-1) ?? '', onto })),
    ),
  );
  const takeWalk = inTurn(walks);
  for (const one of walked) {
    const answers = takeWalk(Math.min(TRIED, one.line.length));
    const landed = whereLanded(answers);
    // Not the newest commit that has it, which may be rewritten sooner, but the one that brought it.
    if (landed) one.landed = { at: one.line[landed.place] ?? one.into.tip, wasOpen: landed.wasOpen };
  }
  const inPart = await takenBackInPart(
    walked.filter((one) => one.landed && conflicting.has(one)),
    ask,
  );
  const likely = walked.flatMap((one) => (one.landed && !inPart.has(one) ? [{ one, ...one.landed }] : []));

  // Every end of it must have landed there, and of what is below it too; but not where the lines parted.
  const questions = likely.map(({ one, at: onto, wasOpen }) => {
    const tip = one.commits.at(-1) ?? '';
    const ends = one.commits.slice(0, -1).map((base) => ({ base, tip, onto }));
    const deeper = one.isWhole && one.into === one.candidate.below.at(-1) ? belowOf(history, one, byName) : [];
    return { one, onto, tip, ends, deeper, fork: wasOpen ? [] : [{ base: one.base, tip, onto: one.fork }] };
  });
  const answers = await replay(
    questions.flatMap(({ fork, ends, deeper, onto, tip }) => [
      ...fork,
      ...ends,
      ...deeper.flatMap(({ from }) => from.map((base) => ({ base, tip, onto }))),
    ]),
  );
  const take = inTurn(answers);
  const found: Landing[] = [];
  for (const { one, onto, tip, fork, ends, deeper } of questions) {
    const { candidate, base, into } = one;
    const evidence = { into: into.name, evidence: 'content' as const, at: onto };
    const atFork = take(fork.length);
    const atEnds = take(ends.length);
    let isProven = !atFork.includes('nothing') && atEnds.every((answer) => answer === 'nothing');
    if (isProven) found.push({ branch: candidate.name, base, upTo: tip, ...evidence });
    for (const { branch, from, base: below, upTo } of deeper) {
      isProven = take(from.length).every((answer) => answer === 'nothing') && isProven;
      if (isProven) found.push({ branch, base: below, upTo, ...evidence });
    }
  }
  // Of several for a branch, the one that goes furthest; a whole branch is known to be in trunk rather than in its parent.
  const longest = new Map<string, Landing>();
  for (const landing of found) {
    const known = longest.get(landing.branch);
    if (!known || history.isAncestor(known.upTo, landing.upTo)) longest.set(landing.branch, landing);
  }
  return [...longest.values()];
}

/** The stretches worth a try: something has come to the line, since it was last looked at, that touches the same paths. */
async function stretchesOf(
  history: History,
  candidates: LandingCandidate[],
  ask: LandingQuestions,
): Promise<Stretch[]> {
  const lines = new Map<string, { commits: string[]; position: Map<string, number>; longest: number }>();
  const lineOf = (tip: string) => {
    const known = lines.get(tip);
    if (known) return known;
    const commits = history.firstParentLine(tip);
    const line = { commits, position: new Map(commits.map((id, i) => [id, i])), longest: 0 };
    lines.set(tip, line);
    return line;
  };
  const open = candidates.flatMap((candidate) => {
    const { tip, base, below } = candidate;
    if (base === null || base === tip || !history.has(tip) || !history.isAncestor(base, tip)) return [];
    const into = below.flatMap((place) => {
      if (place.lookedAt === place.tip) return [];
      const line = lineOf(place.tip);
      const mergeBase = history.mergeBase(tip, place.tip);
      if (mergeBase === null || mergeBase === place.tip) return [];
      // Where it left a branch that was merged into the line, the line itself parted further down.
      const parted = line.position.get(mergeBase) ?? line.commits.findIndex((id) => history.isAncestor(id, tip));
      if (parted < 0) return [];
      const known = line.position.get(place.lookedAt ?? '') ?? parted;
      const length = Math.min(parted, known, LINE);
      line.longest = Math.max(line.longest, length);
      return length > 0 ? [{ place, length, fork: line.commits[parted] ?? '' }] : [];
    });
    if (into.length === 0) return [];
    const own = history.lineAbove(base, tip);
    return [{ candidate, base, own: own && own.length <= LONGEST ? own : null, into }];
  });
  if (open.length === 0) return [];

  const ofLines = [...lines.values()].flatMap(({ commits, longest }) =>
    commits.slice(0, longest).map((to, i) => ({ to, from: commits[i + 1] ?? '' })),
  );
  const ofBranches = open.flatMap(({ candidate, base, own }) =>
    (own ?? [candidate.tip]).map((to, i) => ({ to, from: (own ? own[i - 1] : null) ?? base })),
  );
  const paths = await ask.paths([...ofLines, ...ofBranches]);
  const touching = new Map(ofLines.map(({ to }, i) => [to, new Set(paths[i])]));
  /** Of each line: path → the commits that touch it, by position, newest first. */
  const touched = new Map(
    [...lines].map(([tip, { commits, longest }]) => {
      const positions = new Map<string, number[]>();
      for (const [i, commit] of commits.slice(0, longest).entries()) {
        for (const path of touching.get(commit) ?? []) positions.set(path, [...(positions.get(path) ?? []), i]);
      }
      return [tip, positions] as const;
    }),
  );
  const take = inTurn(paths.slice(ofLines.length));
  return open.flatMap(({ candidate, base, own, into }) => {
    const ownPaths = new Set(take(own?.length ?? 1).flat());
    return into.flatMap(({ place, length, fork }) => {
      const positions = touched.get(place.tip);
      const meeting = new Set([...ownPaths].flatMap((path) => positions?.get(path) ?? []).filter((i) => i < length));
      if (meeting.size === 0) return [];
      const line = [...meeting].sort((a, b) => a - b).map((i) => lines.get(place.tip)?.commits[i] ?? '');
      const whole = own ?? [candidate.tip];
      // A part of a branch counts only where it would stand: a whole one may land below its parent too.
      const isNext = place === candidate.below[0];
      return whole.flatMap((_, i): Stretch[] => {
        const isWhole = i === whole.length - 1;
        if (!isWhole && !isNext) return [];
        return [{ candidate, base, into: place, commits: whole.slice(0, i + 1), isWhole, fork, line }];
      });
    });
  });
}

/** Hands a list out from its beginning, so many at a time. */
function inTurn<T>(list: T[]): (count: number) => T[] {
  let at = 0;
  return (count) => {
    at += count;
    return list.slice(at - count, at);
  };
}

interface Replay {
  /** The commits above `base` up to `tip`, taken together … */
  base: string;
  tip: string;
  /** … onto this commit. */
  onto: string;
}

/** Replays in batches; `commits` are all those that something will be replayed onto. */
async function replaysOn(commits: string[], ask: LandingQuestions): Promise<(replays: Replay[]) => Promise<Answer[]>> {
  const distinct = [...new Set(commits)];
  const ids = await ask.trees(distinct);
  const trees = new Map(distinct.map((commit, i) => [commit, ids[i] ?? '']));
  return async (replays) => {
    const outcomes = await ask.merges(
      replays.map(({ base, tip, onto }) => ({
        ours: onto,
        theirs: tip,
        base: { commit: base, oursTree: trees.get(onto) ?? '' },
      })),
    );
    return replays.map(({ onto }, i): Answer => {
      const outcome = outcomes[i];
      if (!outcome?.clean) return 'conflict';
      return outcome.tree === trees.get(onto) ? 'nothing' : 'change';
    });
  };
}

/** Those that conflict by now, and of which a file is again as it was before: a part of them was taken back. */
async function takenBackInPart(open: Stretch[], ask: LandingQuestions): Promise<Set<Stretch>> {
  const changed = await ask.paths(open.map(({ base, commits }) => ({ from: base, to: commits.at(-1) ?? '' })));
  const places = open.flatMap(({ base, into }, i) =>
    (changed[i] ?? [])
      .filter((path) => !path.includes('\n'))
      .flatMap((path) => [
        { commit: base, path },
        { commit: into.tip, path },
      ]),
  );
  const ids = await ask.objects(places);
  const idAt = new Map(places.map(({ commit, path }, i) => [`${commit}:${path}`, ids[i] ?? null]));
  return new Set(
    open.filter(({ base, into }, i) =>
      (changed[i] ?? []).some((path) => {
        const before = idAt.get(`${base}:${path}`);
        return before !== undefined && before === idAt.get(`${into.tip}:${path}`);
      }),
    ),
  );
}

/** What of the branches below is in a branch's history: nearest first, with the commits that their ends begin at. */
function belowOf(
  history: History,
  { candidate }: Stretch,
  byName: ReadonlyMap<string, LandingCandidate>,
): Array<{ branch: string; base: string; upTo: string; from: string[] }> {
  const list: ReturnType<typeof belowOf> = [];
  const met = new Set<string>();
  for (let above = candidate; above.base !== null && !met.has(above.name); ) {
    met.add(above.name);
    const below = byName.get(above.below[0]?.name ?? '');
    if (!below?.base || !holds(history, below, above.base)) break;
    const line = history.lineAbove(below.base, above.base);
    if (!line || line.length > LONGEST) break;
    list.push({ branch: below.name, base: below.base, upTo: above.base, from: [below.base, ...line.slice(0, -1)] });
    // (The end that begins at `above.base` is that of the branch above it.)
    above = below;
  }
  return list;
}
