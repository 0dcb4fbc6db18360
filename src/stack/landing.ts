import { breather, inTurns } from '@/breather';
import type { DiffPair } from '@/git/objects/diff-tree';
import type { History } from './history';
import {
  type Answer,
  type Below,
  inTurn,
  type Landing,
  type LandingQuestions,
  missingFrom,
  notWithoutBelow,
  type Part,
  type Place,
  renamedOnLine,
  renamedSince,
  renamedUntil,
  replaysOn,
  type Stretch,
  TRIED,
  takenBackInPart,
  undoneAtTheEnd,
  untold,
  whereLanded,
  withoutTrace,
} from './landing-evidence';

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
  /** What is below it, nearest first: its parent and what that stands on, as far as they are there, and trunk. */
  below: Below[];
  pullRequest?: PullRequestFact | undefined;
  /** Its landings that are void: the forge's word for one of them counts no more. */
  voided: ReadonlySet<string>;
}

export interface PullRequestFact {
  /** The branch that it goes into. */
  base: string;
  /** The commit that was, or would be, merged. */
  head: string;
  merged: boolean;
}

/** How many commits of a line are looked at, newest first. */
export const LINE = 500;

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
  const former = new Map<string, Landing>();
  const open: LandingCandidate[] = [];
  const breathe = breather();
  for (const candidate of candidates) {
    await breathe();
    const told = toldByForge(history, candidate) ?? asAncestor(history, candidate);
    if (told) found.set(candidate.name, told);
    // Of a newer one that no fetch has brought nobody can say what it held: what was seen of the branch has landed with it.
    if (told && !history.has(told.upTo))
      former.set(keyOf({ ...told, upTo: candidate.tip }), { ...told, upTo: candidate.tip });
    if (told?.upTo !== candidate.tip) open.push(candidate);
  }
  const byName = new Map(candidates.map((candidate) => [candidate.name, candidate]));
  const byContent = await findByContent(history, open, byName, ask);
  for (const part of [...found.values()].flatMap((one) => settledBelow(history, one, byName)).concat(byContent)) {
    const { isFormer, ...landing } = part;
    if (isFormer) former.set(keyOf(landing), landing);
    const known = found.get(landing.branch);
    if (!isFormer && (!known || history.isAncestor(known.upTo, landing.upTo))) found.set(landing.branch, landing);
  }
  return [...found.values(), ...former.values()];
}

const keyOf = ({ branch, upTo }: Landing) => `${branch} ${upTo}`;

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
  const edited = walked.filter((one) => one.landed && (conflicting.has(one) || one.hiddenBy));
  const inPart = await takenBackInPart(
    history,
    edited,
    { since: renamed, until: await renamedUntil(history, edited, ask) },
    ask,
  );
  const overSeveral = walked.filter((one) => one.landed && one.parts.length > 1);
  const inHalf = new Set(overSeveral.filter(({ tip, parts: [top] }) => top && byName.get(top.branch)?.tip !== tip));
  const traceless = await withoutTrace(history, overSeveral, inHalf, ask, replay);
  const undone = await undoneAtTheEnd([...inHalf], ask);
  const alone = walked.filter((one) => one.landed && one.parts.length === 1);
  const lacking = await notWithoutBelow(alone, ask);
  const isOut = (one: Stretch) => inPart.has(one) || traceless.has(one) || undone.has(one) || lacking.has(one);
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
  const opened = await inTurns(candidates, (candidate) => {
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
  const open = opened.flat();
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
  const asked = await inTurns(open, (one) => {
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
  const reaching = await inTurns(changing, ({ into, ...one }) =>
    into.flatMap(({ place, line, length, fork }) => {
      const isNext = place.name === one.candidate.parent;
      const touched = new Set([...one.own, ...(isNext ? [] : one.deeper)].flatMap((key) => paths.get(key) ?? []));
      const met = new Set([...touched].filter((path) => line.hasTouched(path, length)));
      return met.size > 0 ? [{ ...one, into: place, line, length, fork, isNext, touched, met }] : [];
    }),
  );
  const reached = reaching.flat();
  const namesNow = await renamedOnLine(reached, ask);
  const all = await inTurns(
    reached,
    ({ candidate, base, commits, below, into: place, line, length, fork, isNext, touched, met }, i) => {
      const { name, tip } = candidate;
      const there = { into: place, fork, met, line: line.touching([...touched, ...(namesNow[i] ?? [])], length) };
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
      const end = below.findIndex((part) => part.branch === place.name);
      const landing = end < 0 ? below : below.slice(0, end);
      const lowest = landing.at(-1);
      const stretches: Stretch[] = [lowest ? { ...whole, under: lowest.base } : whole];
      for (const part of landing) {
        const above = stretches.at(-1) ?? whole;
        stretches.push({
          ...above,
          under: lowest?.base ?? part.base,
          base: part.base,
          commits: [...part.commits, ...above.commits],
          parts: [...above.parts, ...part.parts],
        });
      }
      // All that is below may have landed with a part of it, before it was pushed to again.
      const deepest = stretches.at(-1) ?? whole;
      if (landing.at(-1)?.on === place.name) {
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
    },
  );
  return all.flat();
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
