import type { DiffPair } from '@/git/objects/diff-tree';
import type { BatchPair, MergeOutcome } from '@/git/objects/merge-tree';
import type { History } from './history';

/**
 * What has landed: which commits of which branch are in which branch below it. A landing is a fact with its evidence,
 * and holds while the history of `into` has the commit `at`.
 *
 * By content, a stretch of commits has landed in a line of commits where replaying it changes nothing. That is asked
 * at the newest commit of the line where the answer is no conflict: so edits that came later do not hide a landing,
 * and a revert takes it back. A file that the line has since renamed is not taken back: it is looked for further down. It must have been otherwise where the two lines parted; and it must hold for every end
 * of the stretch too: a branch that removes what the one below it had added changes nothing as a whole. A branch of empty
 * commits has not landed with what it stands on.
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
  /** Where those began that have landed already, or the base: from there down, it is what it stands on. */
  from: string | null;
  /** The base and the tip that it was last seen with; null where it is seen for the first time. */
  recorded: { base: string | null; tip: string } | null;
  /** Whether it was seen with commits of its own before, which it still holds. */
  hadWork: boolean;
  /** Whether its ref is on the remote. */
  isThere: boolean;
  /** What it stands on, also where that is not on the remote any more. */
  parent: string;
  /** What is below it: its parent, if that is there, and trunk, if that is another one. */
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
  /**
   * Whether what is there by content counts. In trunk it does not for what stands on a long-lived branch, which never
   * moves: the change may be meant for both, as a fix that is brought to a release is.
   */
  countsByContent: boolean;
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
  /** Of what has another path in `to` than in `from`: old path → new path. */
  renamed: (pairs: DiffPair[]) => Promise<Array<ReadonlyMap<string, string>>>;
  trees: (commits: string[]) => Promise<Array<string | null>>;
  /** Ids of the objects at `commit:path`; null where there is none. */
  objects: (places: Array<{ commit: string; path: string }>) => Promise<Array<string | null>>;
}

/** How many commits of a line are looked at, newest first, and how many of them are tried for one stretch. */
export const LINE = 500;
const TRIED = 40;
/** Longer branches are asked as a whole only. */
const LONGEST = 50;

/**
 * The landings that are found now; those that hold already are not asked for. At most one a branch, and beside it those
 * of what a branch has been, which landed with something that still had it.
 */
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
  const former = new Map<string, Landing>();
  for (const part of [...found.values()].flatMap((one) => settledBelow(history, one, byName)).concat(byContent)) {
    const { isFormer, ...landing } = part;
    if (isFormer) former.set(`${landing.branch} ${landing.upTo}`, landing);
    const known = found.get(landing.branch);
    if (!isFormer && (!known || history.isAncestor(known.upTo, landing.upTo))) found.set(landing.branch, landing);
  }
  return [...found.values(), ...former.values()];
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
function settledBelow(
  history: History,
  landing: Landing,
  byName: ReadonlyMap<string, LandingCandidate>,
): Array<Landing & Part> {
  const top = landing.evidence === 'forge' ? byName.get(landing.branch) : undefined;
  const settled: Array<Landing & Part> = [];
  for (const { branch, parts } of top ? heldOf(history, top, byName) : []) {
    if (landing.into === branch) break;
    settled.push(...parts.map((part) => ({ ...landing, ...part })));
  }
  return settled;
}

/** Commits of a branch that land together. */
interface Part extends Pick<Landing, 'branch' | 'base' | 'upTo'> {
  /** What the branch has been; its author has rewritten it since. */
  isFormer?: boolean;
}

/** What a branch has in its history of one below it. */
interface Held {
  branch: string;
  /** Where it begins. */
  base: string;
  parts: Part[];
  /** What that branch stands on. */
  on: string;
}

/**
 * What a branch has in its history of those below it, nearest first: up to some commit their own ones, and from there
 * on, where a branch below was rewritten since, what it was then, unless it is below already. Where that one stands on
 * another commit by now, it begins where the two have parted.
 */
function* heldOf(
  history: History,
  candidate: LandingCandidate,
  byName: ReadonlyMap<string, LandingCandidate>,
): Iterable<Held> {
  const met = new Set<string>();
  let above = candidate;
  for (let end = candidate.from; end !== null && !met.has(above.name); ) {
    met.add(above.name);
    const below: LandingCandidate | undefined = byName.get(above.parent);
    const base: string | null | undefined = below?.base && history.mergeBase(below.base, end);
    if (!below || !base) return;
    const { name: branch, parent: on } = below;
    const shared = base === below.base ? (history.mergeBase(end, below.tip) ?? base) : base;
    const upTo = end;
    const isBelow = candidate.below.some(({ tip }) => history.isAncestor(upTo, tip));
    const parts: Part[] = [
      ...(shared === base ? [] : [{ branch, base, upTo: shared }]),
      ...(shared === upTo || isBelow ? [] : [{ branch, base: shared, upTo, isFormer: true }]),
    ];
    yield { branch, base, parts, on };
    end = base;
    above = below;
  }
}

/** Commits of a branch, and the line of commits that they may have landed in. */
interface Stretch {
  base: string;
  /** From the one above `base` on, oldest first; the last one alone where they are no line. */
  commits: string[];
  tip: string;
  /** Which branches' own commits they are. */
  parts: Part[];
  into: Below;
  /** Where the line parted from the branch. */
  fork: string;
  /** What its branch touches, and what is below that may land with it, as far as the line has touched it since, too. */
  met: ReadonlySet<string>;
  /** The commits of the line that touch any of that, newest first. */
  line: string[];
  /** The newest commit where replaying them changes nothing, the one that brought it, and whether it did before that. */
  landed?: { newest: string; oldest: string; wasOpen: boolean };
  /** What it does on the commits of the line above that, where it shows only further down than files were renamed. */
  hiddenBy?: Answer[];
}

/** What replaying a change onto a commit does. */
export type Answer = 'nothing' | 'change' | 'conflict';

/**
 * Where a change landed in a line of commits.
 * @param answers what replaying it does on each commit of the line that touches the same paths, newest first
 * @param isMovedOn files that it brings have another name by now: above their renaming, no answer tells anything
 * @returns the newest commit that tells, and the one that brought it, by their places in the list, and whether the one
 *   before that shows that it was not there; null where it is not there now
 */
export function whereLanded(
  answers: Answer[],
  isMovedOn = false,
): { newest: number; oldest: number; wasOpen: boolean } | null {
  const decisive = isMovedOn ? answers.indexOf('nothing') : answers.findIndex((answer) => answer !== 'conflict');
  if (answers[decisive] !== 'nothing') return null;
  const end = answers.findIndex((answer, i) => i > decisive && answer !== 'nothing');
  return { newest: decisive, oldest: (end < 0 ? answers.length : end) - 1, wasOpen: end >= 0 };
}

/** Where to look for whether a change that landed was taken back: these commits, at each path that it changes. */
export interface LookBack {
  paths: string[];
  /** The path that a file has now. */
  nameNow?: (path: string) => string;
  /** Before the change itself, now, at the commit that brought it, and before that one. */
  commits: [own: string, now: string, brought: string, before: string];
}

type Places = Parameters<LandingQuestions['objects']>[0];

export function placesOf({ paths, nameNow = (path) => path, commits }: LookBack): Places {
  const [own, now, brought, before] = commits;
  return paths.flatMap((path) => [
    { commit: own, path },
    { commit: now, path: nameNow(path) },
    { commit: brought, path },
    { commit: before, path },
  ]);
}

/**
 * Whether a part of the change was taken back: a file is again as it was before the change itself, or before the commit
 * that brought it.
 * @param ids of the objects at `placesOf`, in its order; null where there is none
 */
export function isTakenBackInPart(ids: Array<string | null>): boolean {
  return ids.some((own, i) => {
    if (i % 4 !== 0) return false;
    const [now, brought, before] = ids.slice(i + 1, i + 4);
    // Of a file that only got another mode, no object tells anything.
    return brought !== own && (now === own || (now === before && before !== brought));
  });
}

async function findByContent(
  history: History,
  candidates: LandingCandidate[],
  byName: ReadonlyMap<string, LandingCandidate>,
  ask: LandingQuestions,
): Promise<Array<Landing & Part>> {
  const stretches = await stretchesOf(history, candidates, byName, ask);
  if (stretches.length === 0) return [];
  const replay = await replaysOn(
    stretches.flatMap(({ line, fork, into, parts }) => [...line, fork, into.tip, ...parts.map(({ base }) => base)]),
    ask,
  );

  // Where each of them landed, if it did: at the newest commit that gives an answer.
  const tips = await replay(stretches.map(({ base, tip, into }) => ({ base, tip, onto: into.tip })));
  const missing = await missingFrom(
    stretches.filter((_, i) => tips[i] !== 'nothing'),
    ask,
  );
  const walked = stretches.filter((one, i) => tips[i] !== 'change' || missing.has(one));
  const conflicting = new Set(stretches.filter((_, i) => tips[i] === 'conflict'));
  const walks = await replay(
    walked.flatMap(({ base, tip, line }) => line.slice(0, TRIED).map((onto) => ({ base, tip, onto }))),
  );
  const takeWalk = inTurn(walks);
  for (const one of walked) {
    const answers = takeWalk(Math.min(TRIED, one.line.length));
    const landed = whereLanded(answers, missing.has(one));
    const at = (place: number) => one.line[place] ?? one.into.tip;
    if (!landed) continue;
    one.landed = { ...landed, newest: at(landed.newest), oldest: at(landed.oldest) };
    if (whereLanded(answers) === null) one.hiddenBy = answers.slice(0, landed.newest);
  }
  const renamed = await renamedSince(
    history,
    walked.filter((one) => one.landed && missing.has(one)),
    ask,
  );
  for (const one of await untold(history, walked, { missing, renamed }, ask)) delete one.landed;
  const inPart = await takenBackInPart(
    history,
    walked.filter((one) => one.landed && (conflicting.has(one) || one.hiddenBy)),
    renamed,
    ask,
  );
  const overSeveral = walked.filter((one) => one.landed && one.parts.length > 1);
  const inHalf = new Set(overSeveral.filter(({ tip, parts: [top] }) => top && byName.get(top.branch)?.tip !== tip));
  const traceless = await withoutTrace(history, overSeveral, inHalf, ask, replay);
  const undone = await undoneAtTheEnd([...inHalf], ask);
  const isOut = (one: Stretch) => inPart.has(one) || traceless.has(one) || undone.has(one);
  const likely = walked.flatMap((one) => (one.landed && !isOut(one) ? [{ one, ...one.landed }] : []));

  // Every end of it must have landed there; but not all of it where the lines parted. Rather than the newest commit that
  // has it, which may be rewritten sooner, the one that brought it is named.
  // And of a branch whose commits add up to nothing, what lands with others' shows nothing: it may be theirs alone.
  const questions = likely.map(({ one: { base, tip, commits, fork, parts }, newest, oldest, wasOpen }) => {
    const ends = (onto: string) => commits.slice(0, -1).map((start) => ({ base: start, tip, onto }));
    const own = parts.length === 1 ? [] : parts.map((part) => ({ base: part.base, tip: part.upTo, onto: part.base }));
    return [ends(oldest), ends(newest), wasOpen ? [] : [{ base, tip, onto: fork }], own];
  });
  const answers = inTurn(await replay(questions.flat(2)));
  const longest = new Map<string, Landing & Part>();
  for (const [i, { one, newest, oldest }] of likely.entries()) {
    const [atOldest = [], atNewest = [], atFork = [], own = []] = (questions[i] ?? []).map((list) =>
      answers(list.length),
    );
    const isThere = (answer: Answer | undefined) => answer === 'nothing';
    const stands = atNewest.every((answer, j) => isThere(answer) || (answer === 'conflict' && isThere(atOldest[j])));
    if (!stands || atFork.some(isThere)) continue;
    const at = atOldest.every(isThere) ? oldest : newest;
    for (const part of one.parts.filter((_, j) => !isThere(own[j]))) {
      // Of several the one that goes furthest; and a whole branch is known to be in trunk rather than in its parent.
      const key = part.isFormer ? `${part.branch} ${part.upTo}` : part.branch;
      const known = longest.get(key);
      if (known && !history.isAncestor(known.upTo, part.upTo)) continue;
      longest.set(key, { ...part, into: one.into.name, evidence: 'content', at });
    }
  }
  return [...longest.values()];
}

/** The stretches worth a try: something has come to the line, since it was last looked at, that touches the same paths. */
async function stretchesOf(
  history: History,
  candidates: LandingCandidate[],
  byName: ReadonlyMap<string, LandingCandidate>,
  ask: LandingQuestions,
): Promise<Stretch[]> {
  const lines = new Map<string, Line>();
  const lineOf = (tip: string) => {
    const line = lines.get(tip) ?? new Line(history.firstParentLine(tip));
    lines.set(tip, line);
    return line;
  };
  const open = candidates.flatMap((candidate) => {
    const { tip, base, below, hadWork } = candidate;
    if (base === null || base === tip || !history.has(tip) || !history.isAncestor(base, tip)) return [];
    const into = below.flatMap((place) => {
      if (place.lookedAt === place.tip || !place.countsByContent) return [];
      // Where that was once, an empty branch may have stood, and been left behind.
      if (!hadWork && place.seen.includes(tip)) return [];
      const line = lineOf(place.tip);
      const mergeBase = history.mergeBase(tip, place.tip);
      if (mergeBase === place.tip) return [];
      // Where it left a branch that was merged into the line, the line itself parted further down; a line all of whose
      // commits are new (a trunk rewritten from its root on) counts from its first one.
      const parted =
        mergeBase === null
          ? line.commits.length - 1
          : (line.position.get(mergeBase) ?? line.commits.findIndex((id) => history.isAncestor(id, tip)));
      if (parted < 0) return [];
      const length = Math.min(parted, line.position.get(place.lookedAt ?? '') ?? parted, LINE);
      line.longest = Math.max(line.longest, length);
      return length > 0 ? [{ place, line, length, fork: line.commits[parted] ?? '' }] : [];
    });
    if (into.length === 0) return [];
    const own = history.lineAbove(base, tip);
    return [{ candidate, base, into, commits: own && own.length <= LONGEST ? own : [tip] }];
  });
  if (open.length === 0) return [];

  const pairs = new Map<string, DiffPair>();
  const steps = (base: string, commits: string[]) =>
    commits.map((to, i) => {
      const from = commits[i - 1] ?? base;
      const key = `${from} ${to}`;
      pairs.set(key, { from, to });
      return key;
    });
  for (const line of lines.values()) line.steps = steps('', line.commits.slice(0, line.longest + 1).reverse()).slice(1);
  const asked = open.map((one) => {
    const { candidate, base, commits } = one;
    const below = belowOf(history, candidate, byName);
    return {
      ...one,
      below,
      own: steps(base, commits),
      deeper: below.flatMap((part) => steps(part.base, part.commits)),
    };
  });
  for (const key of pairs.keys()) if (key.startsWith(' ')) pairs.delete(key);
  const answers = await ask.paths([...pairs.values()]);
  const paths = new Map([...pairs.keys()].map((key, i) => [key, answers[i] ?? []]));
  for (const line of lines.values()) line.learn(paths);

  // What changes nothing (a commit to begin with) lands with nothing, whatever becomes of what it stands on.
  const changing = asked.filter(({ own }) => own.some((key) => paths.get(key)?.length !== 0));
  return changing.flatMap(({ candidate, base, commits, below, own, deeper, into }) =>
    into.flatMap(({ place, line, length, fork }) => {
      const { name, tip } = candidate;
      const isNext = place.name === candidate.parent;
      const touched = new Set([...own, ...(isNext ? [] : deeper)].flatMap((key) => paths.get(key) ?? []));
      const meeting = line.touching(touched, length);
      if (meeting.length === 0) return [];
      const met = new Set([...touched].filter((path) => line.hasTouched(path, length)));
      const there = { into: place, fork, met, line: meeting };
      // A part of a branch counts only where it would stand; a whole one may land below its parent too, and then
      // what of that one is in its history may have landed with it.
      const whole: Stretch = { ...there, base, commits, tip, parts: [{ branch: name, base, upTo: tip }] };
      if (isNext) {
        const partly = commits.slice(0, -1).map((end, i): Stretch => {
          return {
            ...there,
            base,
            commits: commits.slice(0, i + 1),
            tip: end,
            parts: [{ branch: name, base, upTo: end }],
          };
        });
        return [...partly, whole];
      }
      const stretches = [whole];
      for (const part of below) {
        const above = stretches.at(-1) ?? whole;
        stretches.push({
          ...above,
          base: part.base,
          commits: [...part.commits, ...above.commits],
          parts: [...above.parts, ...part.parts],
        });
      }
      // All that is below may have landed with a part of it, before it was pushed to again.
      const deepest = stretches.at(-1) ?? whole;
      if (below.at(-1)?.on === place.name) {
        for (const end of commits.slice(0, -1)) {
          stretches.push({
            ...deepest,
            commits: deepest.commits.slice(0, deepest.commits.indexOf(end) + 1),
            tip: end,
            parts: deepest.parts.with(0, { branch: name, base, upTo: end }),
          });
        }
      }
      return stretches;
    }),
  );
}

/** The first-parent line of what is below branches. */
class Line {
  readonly commits: string[];
  readonly position: Map<string, number>;
  /** How many of its commits, newest first, anybody asks about. */
  longest = 0;
  /** Names of its steps, oldest first. */
  steps: string[] = [];
  /** Path → the commits that touch it, by position, newest first. */
  readonly #touched = new Map<string, number[]>();

  constructor(commits: string[]) {
    this.commits = commits;
    this.position = new Map(commits.map((id, i) => [id, i]));
  }

  learn(paths: ReadonlyMap<string, string[]>): void {
    for (const [i, key] of this.steps.toReversed().entries()) {
      for (const path of paths.get(key) ?? []) {
        const known = this.#touched.get(path);
        if (known) known.push(i);
        else this.#touched.set(path, [i]);
      }
    }
  }

  /** Whether one of its newest `length` commits touches the path. */
  hasTouched(path: string, length: number): boolean {
    return (this.#touched.get(path)?.[0] ?? length) < length;
  }

  /** Those of its newest `length` commits that touch one of the paths, newest first. */
  touching(paths: Iterable<string>, length: number): string[] {
    const found = new Set([...paths].flatMap((path) => this.#touched.get(path) ?? []).filter((i) => i < length));
    return [...found].sort((a, b) => a - b).map((i) => this.commits[i] ?? '');
  }
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

/** Of stretches that are not there as they were: the paths that they leave there and the line has no more, if any. */
async function missingFrom(open: Stretch[], ask: LandingQuestions): Promise<Map<Stretch, string[]>> {
  const places = open.map(({ met, tip, into }) =>
    named(met).flatMap((path) => [tip, into.tip].map((commit) => ({ commit, path }))),
  );
  const ids = inTurn(await ask.objects(places.flat()));
  const missing = new Map<Stretch, string[]>();
  for (const one of open) {
    const paths = named(one.met).filter(() => {
      const [own, now] = ids(2);
      return own && !now;
    });
    if (paths.length > 0) missing.set(one, paths);
  }
  return missing;
}

/** What the line has renamed since the stretch was there: old path → new path. */
type Renamed = ReadonlyMap<Stretch, ReadonlyMap<string, string>>;

/**
 * Commit by commit: what was taken back, and stands in a like file that somebody has added at another time, is not renamed.
 */
async function renamedSince(history: History, open: Stretch[], ask: LandingQuestions): Promise<Renamed> {
  const steps = open.map(({ landed, into }) => {
    const line = history.firstParentLine(into.tip);
    const since = line.slice(0, line.indexOf(landed?.newest ?? '') + 1);
    return since.slice(0, -1).map((to, i) => ({ from: since[i + 1] ?? '', to }));
  });
  const pairs = new Map(steps.flat().map((pair) => [pair.to, pair]));
  const answers = await ask.renamed([...pairs.values()]);
  const renamed = new Map([...pairs.keys()].map((to, i) => [to, answers[i] ?? new Map<string, string>()]));
  return new Map(
    open.map((one, i) => {
      const since = new Map<string, string>();
      const first = new Map<string, string>();
      for (const { to } of steps[i]?.toReversed() ?? []) {
        const step = [...(renamed.get(to) ?? [])].map(([old, now]) => ({ now, path: first.get(old) ?? old }));
        for (const { now, path } of step) {
          since.set(path, now);
          first.set(now, path);
        }
      }
      return [one, since];
    }),
  );
}

/**
 * Of those that show only where files had their old names: those of which a file is not there under another name, or of
 * which it cannot be told whether all of it is still there. It can where the line had nothing against it while the files
 * had their names, and nobody has edited another file since.
 */
async function untold(
  history: History,
  all: Stretch[],
  { missing, renamed }: { missing: ReadonlyMap<Stretch, string[]>; renamed: Renamed },
  ask: LandingQuestions,
): Promise<Stretch[]> {
  const open = all.flatMap((one) => (one.landed && one.hiddenBy ? [{ one, hiddenBy: one.hiddenBy }] : []));
  const wanted = open.map(({ one, hiddenBy }) =>
    one.line.slice(0, hiddenBy.length).flatMap((commit) => (missing.get(one) ?? []).map((path) => ({ commit, path }))),
  );
  const found = inTurn(await ask.objects(wanted.flat()));
  // Where the first of the files lost its name, and what the line was before that.
  const told = open.flatMap(({ one, hiddenBy }, i) => {
    const ids = found(wanted[i]?.length ?? 0);
    const paths = missing.get(one) ?? [];
    const at = hiddenBy.findLastIndex((_, j) => ids.slice(j * paths.length, (j + 1) * paths.length).includes(null));
    const [, before] = history.firstParentLine(one.line[at] ?? '');
    const isRenamed = paths.every((path) => renamed.get(one)?.has(path));
    const above = one.line.slice(0, at + 1);
    return before && isRenamed && !hiddenBy.slice(at + 1).includes('change') ? [{ one, before, above }] : [];
  });
  const changed = await changedIn(
    told.map(({ one }) => one),
    ask,
  );
  const places = told.map(({ one, before, above }, i) =>
    (changed[i] ?? []).flatMap((path) => [
      { commit: one.base, path },
      { commit: before, path },
      { commit: one.into.tip, path: renamed.get(one)?.get(path) ?? path },
      ...above.map((commit) => ({ commit, path })),
    ]),
  );
  const ids = inTurn(await ask.objects(places.flat()));
  const certain = told.filter(({ one, above }, i) => {
    const edited = (changed[i] ?? []).filter((path) => {
      const [own = null, was, now, ...since] = ids(3 + above.length);
      const isRenamedOnly = own === null && renamed.get(one)?.has(path);
      // To take a renaming back is a renaming, too.
      const isTakenBack = was !== own && since.includes(own);
      return !isRenamedOnly && (was !== now || isTakenBack);
    });
    return edited.length === 0;
  });
  const isCertain = new Set(certain.map(({ one }) => one));
  return open.flatMap(({ one }) => (isCertain.has(one) ? [] : [one]));
}

/** The paths that each changes, but for those that cannot be asked for by name. */
async function changedIn(open: Stretch[], ask: LandingQuestions): Promise<string[][]> {
  return (await ask.paths(open.map(({ base, tip }) => ({ from: base, to: tip })))).map(named);
}

function named(paths: Iterable<string>): string[] {
  return [...paths].filter((path) => !path.includes('\n'));
}

/** Those of these, at trunk's tip no longer what they were, of which a part was taken back: all of it, or what one of its commits has done. */
async function takenBackInPart(
  history: History,
  open: Stretch[],
  renamed: Renamed,
  ask: LandingQuestions,
): Promise<Set<Stretch>> {
  const steps = open.map(({ base, commits }) => commits.map((to, i) => ({ from: commits[i - 1] ?? base, to })));
  const paths = inTurn((await ask.paths(steps.flat())).map(named));
  const places = open.map((one, i) => {
    const { into, landed } = one;
    const [brought = '', before = brought] = history.firstParentLine(landed?.oldest ?? '');
    const nameNow = (path: string) => renamed.get(one)?.get(path) ?? path;
    const changed = paths(steps[i]?.length ?? 0);
    return (steps[i] ?? []).flatMap(({ from }, j) =>
      placesOf({ paths: changed[j] ?? [], nameNow, commits: [from, into.tip, brought, before] }),
    );
  });
  const ids = inTurn(await ask.objects(places.flat()));
  return new Set(open.filter((_, i) => isTakenBackInPart(ids(places[i]?.length ?? 0))));
}

/**
 * Those up to some commit of a branch on others that end with what one of the others had been before: what is above has
 * undone the rest, and all that shows is that one, up to there.
 */
async function undoneAtTheEnd(open: Stretch[], ask: LandingQuestions): Promise<Set<Stretch>> {
  const ends = open.map(({ commits, parts: [top], tip }) => [
    tip,
    ...commits.slice(0, commits.indexOf(top?.base ?? '') + 1),
  ]);
  const trees = inTurn(await ask.trees(ends.flat()));
  return new Set(
    open.filter((_, i) => {
      const [now, ...before] = trees(ends[i]?.length ?? 0);
      return before.some((tree) => tree === now);
    }),
  );
}

/**
 * Those over several branches of which one below has left no trace on the line: what is above it has undone all that it
 * did, and the rest may be anybody's change. They count only where they end with a branch, and the commit that brought
 * them is just what a replay of them makes.
 * @param inHalf those that end below the tip of their topmost branch
 */
async function withoutTrace(
  history: History,
  open: Stretch[],
  inHalf: ReadonlySet<Stretch>,
  ask: LandingQuestions,
  replay: (replays: Replay[]) => Promise<Answer[]>,
): Promise<Set<Stretch>> {
  const below = open.map(({ parts, line }) =>
    parts.slice(1).map(({ base, upTo }) => line.slice(0, TRIED).map((onto) => ({ base, tip: upTo, onto }))),
  );
  const answers = inTurn(await replay(below.flat(2)));
  const suspects = open.flatMap((one, i) => {
    const { line, landed } = one;
    const [at = '', before = at] = history.firstParentLine(landed?.oldest ?? '');
    const isBare = (part: Answer[]) => part[line.indexOf(at)] === 'change' && !part.includes('nothing');
    return (below[i] ?? []).map((part) => answers(part.length)).some(isBare) ? [{ one, at, before }] : [];
  });
  const trees = await ask.trees(suspects.flatMap(({ at, before }) => [at, before]));
  const made = await ask.merges(
    suspects.map(({ one: { base, tip }, before }, i) => {
      return { ours: before, theirs: tip, base: { commit: base, oursTree: trees[2 * i + 1] ?? '' } };
    }),
  );
  const isJustThat = (outcome: MergeOutcome | undefined, i: number) => outcome?.clean && outcome.tree === trees[2 * i];
  return new Set(suspects.flatMap(({ one }, i) => (!inHalf.has(one) && isJustThat(made[i], i) ? [] : [one])));
}

/** What a branch has in its history of those below it, with the commits, oldest first: nearest first, as far as they are a line. */
function belowOf(
  history: History,
  candidate: LandingCandidate,
  byName: ReadonlyMap<string, LandingCandidate>,
): Array<Held & { commits: string[] }> {
  const list: Array<Held & { commits: string[] }> = [];
  let above = candidate.base;
  for (const held of heldOf(history, candidate, byName)) {
    const commits = above && history.lineAbove(held.base, above);
    if (!commits || commits.length > LONGEST) break;
    if (commits.length > 0) list.push({ ...held, commits });
    above = held.base;
  }
  return list;
}
