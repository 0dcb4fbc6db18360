import { breather, inTurns } from '@/breather';
import type { DiffPair } from '@/git/objects/diff-tree';
import type { History } from './history';
import {
  inTurn,
  type LandingQuestions,
  type LookedThrough,
  type Part,
  type Place,
  renamedOnLine,
  type Stretch,
} from './landing-evidence';
import { type InStack, type Layer, type Layers, type LineLayer, LONGEST, linesOf, partsOf } from './layers';
import { Line } from './line';

/** How many commits of a line are looked at, newest first. */
export const LINE = 500;

/** So far down it goes on to try one more of what is below with a branch where none of it was found to have landed. */
const BELOW = 32;

/** A branch that is looked for by content in what is below it. */
export interface Candidate extends InStack {
  /** Whether it was seen with commits of its own before, which it still holds. */
  hadWork: boolean;
  /** What of that is looked through for it, nearest first. */
  byContent: LookedThrough[];
}

/** What has commits between a branch and a line, and what those touch. */
interface Between {
  layer: LineLayer;
  paths: string[];
}

/**
 * A branch, and the line of something below it that has touched since the last look what the branch, or what stands
 * between the two, touches: some of that may have landed there.
 */
export interface Meeting {
  candidate: Candidate;
  base: string;
  /** Its own commits, oldest first; its tip alone where they are no line, or a long one. */
  commits: string[];
  into: Place;
  /** Whether it stands on that itself. */
  isNext: boolean;
  line: Line;
  /** So many of the line's newest commits have come since. */
  length: number;
  /** Where the line parted from the branch. */
  fork: string;
  /** What its own commits touch. */
  paths: string[];
  /** What has commits between the two, nearest first. */
  below: Between[];
  /** So many of those may have landed with it: one that is below has plainly not. */
  mayLand: number;
  /** All that it has alone shows nowhere on the line: so nothing that ends with its tip has landed there. */
  isNowhere: boolean;
}

/** Every meeting of these branches with a line that they stand on. */
export async function meetingsOf(
  history: History,
  candidates: Candidate[],
  layersOf: Layers,
  ask: LandingQuestions,
): Promise<Meeting[]> {
  const lines = new Map<string, Line>();
  const lineOf = (tip: string) => {
    const line = lines.get(tip) ?? new Line(history.firstParentLine(tip));
    lines.set(tip, line);
    return line;
  };
  const opened = await inTurns(candidates, (candidate) => {
    const { tip, base, byContent, hadWork } = candidate;
    if (base === null || base === tip || !history.has(tip) || !history.isAncestor(base, tip)) return [];
    const into = byContent.flatMap((place) => {
      if (place.lookedAt === place.tip) return [];
      // Where that was once, an empty branch may have stood, and been left behind.
      if (!hadWork && place.seen.includes(tip)) return [];
      const mergeBase = history.mergeBase(tip, place.tip);
      if (mergeBase === place.tip) return [];
      const line = lineOf(place.tip);
      // Where it left a branch that was merged into the line, the line itself parted further down; a line all of whose
      // commits are new (a trunk rewritten from its root on) counts from its first one.
      const isOnLine = mergeBase !== null && history.isOnFirstParentLine(mergeBase, place.tip);
      const parted = isOnLine
        ? line.readTo(mergeBase, LINE)
        : mergeBase === null
          ? line.readAll()
          : line.find((id) => history.isAncestor(id, tip));
      if (parted < 0) return [];
      const fork = isOnLine ? mergeBase : (line.commits[parted] ?? '');
      const length = Math.min(parted, line.placeOf(place.lookedAt ?? '') ?? parted, LINE);
      line.longest = Math.max(line.longest, length);
      return length > 0 ? [{ place, line, length, fork }] : [];
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
  await inTurns(lines.values(), (line) => {
    line.steps = steps('', line.commits.slice(0, line.longest + 1).reverse()).slice(1);
  });
  const stepsOf = new Map<Layer, string[]>();
  const asked = await inTurns(open, (one) => {
    const layers = layersOf(one.candidate);
    for (const layer of linesOf(layers)) {
      // What is below it has been asked for with it.
      if (stepsOf.has(layer)) break;
      stepsOf.set(layer, steps(layer.base, layer.commits));
    }
    return { ...one, layers, own: steps(one.base, one.commits) };
  });
  for (const key of pairs.keys()) if (key.startsWith(' ')) pairs.delete(key);
  const answers = await ask.paths([...pairs.values()]);
  const paths = new Map([...pairs.keys()].map((key, i) => [key, answers[i] ?? []]));
  const pathsOf = (keys: string[] = []) => keys.flatMap((key) => paths.get(key) ?? []);
  await inTurns(lines.values(), (line) => line.learn(paths, (layer) => pathsOf(stepsOf.get(layer))));

  // What changes nothing (a commit to begin with) lands with nothing, whatever becomes of what it stands on.
  const changing = asked.filter(({ own }) => pathsOf(own).length > 0);
  const meeting = await inTurns(changing, ({ into, layers, ...one }) =>
    into.flatMap(({ place, ...there }) => {
      const isNext = place.name === one.candidate.parent;
      const touched = pathsOf(one.own);
      if (!there.line.meets(touched, isNext ? null : layers, there.length)) return [];
      return [{ ...one, ...there, into: place, isNext, layers, paths: touched }];
    }),
  );
  const met = meeting.flat();
  const plainly = await plainlyOpen(
    met,
    [...stepsOf.values(), ...asked.map(({ own }) => own)],
    (step) => paths.get(step) ?? [],
    ask,
  );
  const likely = met.filter(({ candidate: { name, tip }, into }) => plainly(name, tip, into) !== 'all');
  // The branches of a tall stack share what is below them.
  const shared = new Map<LineLayer, Between>();
  const touching = (layer: LineLayer) => {
    const known = shared.get(layer) ?? { layer, paths: pathsOf(stepsOf.get(layer)) };
    shared.set(layer, known);
    return known;
  };
  return inTurns(likely, ({ layers, own: _, ...one }): Meeting => {
    const { candidate, into } = one;
    const all = one.isNext ? [] : [...linesOf(layers)].filter((layer) => layer.commits.length > 0);
    const end = all.findIndex((layer) => layer.branch === into.name);
    const between = end < 0 ? all : all.slice(0, end);
    const lowestOpen = between.findIndex((layer) => plainly(layer.branch, layer.upTo, into) !== null);
    return {
      ...one,
      below: between.map(touching),
      mayLand: lowestOpen < 0 ? between.length : lowestOpen,
      isNowhere: plainly(candidate.name, candidate.tip, into) === 'whole',
    };
  });
}

/** What of a branch has plainly not landed: nothing of it, or not the whole of it. */
type PlainlyOpen = 'all' | 'whole';

/**
 * Of which of these branches it is plain that they have not landed: what a branch does at a path that no other commit of
 * the stacks touches, and the line has as the branch found it. No stretch that has this leaves the line as it is; else,
 * where one branch of a tall stack has landed, each above it would be tried with any number of those below. Where only its
 * first commit does it, no part of the branch has landed either.
 * @param steps of all stretches that may be tried
 */
async function plainlyOpen(
  met: Array<Pick<Meeting, 'candidate' | 'base' | 'into' | 'line' | 'length'> & { own: string[] }>,
  steps: string[][],
  pathsOf: (step: string) => string[],
  ask: Pick<LandingQuestions, 'objects'>,
): Promise<(branch: string, tip: string, into: Place) => PlainlyOpen | null> {
  const keyOf = (branch: string, tip: string, into: Place) => `${branch} ${tip} ${into.name}`;
  const open = new Map<string, PlainlyOpen>();
  const plainly = (branch: string, tip: string, into: Place) => open.get(keyOf(branch, tip, into)) ?? null;
  if (met.length === 0) return plainly;
  const touching = new Map<string, number>();
  const isCounted = new Set<string>();
  await inTurns(steps, (some) => {
    for (const step of some) {
      if (isCounted.has(step)) continue;
      isCounted.add(step);
      for (const path of pathsOf(step)) touching.set(path, (touching.get(path) ?? 0) + 1);
    }
  });
  const asked = await inTurns(met, ({ candidate: { tip }, base, own, into, line, length }) => {
    const times = new Map<string, number>();
    for (const path of own.flatMap(pathsOf)) times.set(path, (times.get(path) ?? 0) + 1);
    const isAlone = (path: string) =>
      touching.get(path) === times.get(path) && line.met([path], length).size === 0 && !path.includes('\n');
    const first = pathsOf(own[0] ?? '').find((path) => times.get(path) === 1 && isAlone(path));
    const path = first ?? [...times.keys()].find(isAlone);
    const what: PlainlyOpen = first === undefined ? 'whole' : 'all';
    return { what, places: path === undefined ? [] : [base, tip, into.tip].map((commit) => ({ commit, path })) };
  });
  const ids = inTurn(await ask.objects(asked.flatMap(({ places }) => places)));
  for (const [i, { candidate, into }] of met.entries()) {
    const { what = 'whole', places = [] } = asked[i] ?? {};
    const [found, made, now] = ids(places.length);
    if (found === now && found !== made) open.set(keyOf(candidate.name, candidate.tip, into), what);
  }
  return plainly;
}

/** A stretch along whose line nobody has read yet. */
type Unread = Omit<Stretch, 'line'> & { meeting: Meeting };

/**
 * The stretches worth a try, the likeliest first: what branches have alone; with it all that is below, the highest first;
 * then with ever more of what is below, as long as any of that has landed. They are made as they are asked for, since of
 * a tall stack there are very many, and what is found meanwhile tells which are worth it no more: each end of a stretch
 * must have landed, so none has that ends with what shows nowhere alone.
 * @param isOpen whether anything would be found there that is not known; asked as late as may be
 */
export async function* stretchesOf(
  history: History,
  meetings: Meeting[],
  isOpen: (parts: Part[], into: Place) => boolean,
): AsyncGenerator<Unread> {
  const breathe = breather();
  function* open(meeting: Meeting, depth: number, withEnds: boolean): Generator<Unread> {
    if (meeting.isNowhere && !withEnds) return;
    const parts = partsTo(history, meeting, depth);
    if (!isOpen(parts, meeting.into)) return;
    const whole = stretchTo(meeting, depth, parts);
    if (whole.met.size === 0) return;
    if (withEnds) yield* endsOf(whole);
    if (!meeting.isNowhere) yield whole;
  }
  for (const meeting of meetings) {
    await breathe();
    // A part of a branch counts only where it would stand.
    yield* open(meeting, 0, meeting.isNext);
  }
  const tall = meetings.filter(({ below }) => below.length > 0).sort((a, b) => b.below.length - a.below.length);
  for (const meeting of tall) {
    await breathe();
    const { below, commits, into, mayLand } = meeting;
    // All that is below may have landed with a part of it, before it was pushed to again.
    const withEnds = commits.length > 1 && below.at(-1)?.layer.on === into.name;
    if (mayLand === below.length) yield* open(meeting, below.length, withEnds);
  }
  const isKnown = (meeting: Meeting, depth: number) => !isOpen(partsAt(history, meeting, depth), meeting.into);
  const goingOn = new Map(tall.map((meeting): [Meeting, GoingOn] => [meeting, { firstOpen: 0, tries: 0, hopes: [] }]));
  for (let depth = 1; goingOn.size > 0; depth += 1) {
    for (const [meeting, state] of goingOn) {
      await breathe();
      while (state.firstOpen <= depth && isKnown(meeting, state.firstOpen)) state.firstOpen += 1;
      if (state.tries === BELOW) {
        const found = state.hopes.findLastIndex((at) => isKnown(meeting, at));
        state.hopes.splice(0, found + 1);
        if (found >= 0) state.tries = 0;
      }
      if (meeting.isNowhere || depth > meeting.mayLand || state.tries === BELOW) goingOn.delete(meeting);
      else if (depth < meeting.below.length && state.firstOpen <= depth) {
        state.tries += 1;
        if (!isKnown(meeting, depth)) state.hopes.push(depth);
        yield* open(meeting, depth, false);
      }
    }
  }
}

/** How far down a branch is tried with what is below it. */
interface GoingOn {
  /** The first of those so far, itself at 0, of which it is not known that it has landed. */
  firstOpen: number;
  /** How often it was tried since anything was found so, and which of those that were not known are hoped for. */
  tries: number;
  hopes: number[];
}

/** Whose commits those of a branch are, with so many of what is below, the branch's own first. */
function partsTo(history: History, meeting: Meeting, depth: number): Part[] {
  return Array.from({ length: depth + 1 }, (_, at) => partsAt(history, meeting, at)).flat();
}

/** Whose commits those of a branch are, at 0, or of the one so far below it. */
function partsAt(history: History, { candidate, base, below }: Meeting, depth: number): Part[] {
  if (depth === 0) return [{ branch: candidate.name, base, upTo: candidate.tip }];
  const layer = below[depth - 1]?.layer;
  return layer ? partsOf(history, candidate, layer) : [];
}

function stretchTo(meeting: Meeting, depth: number, parts: Part[]): Unread {
  const { candidate, into, isNext, line, length, fork, below } = meeting;
  const others = below.slice(0, depth);
  const lowest = below.at(-1)?.layer;
  return {
    ...{ meeting, into, isNext, fork, parts, tip: candidate.tip },
    base: others.at(-1)?.layer.base ?? meeting.base,
    commits: [...others.toReversed().flatMap(({ layer }) => layer.commits), ...meeting.commits],
    ...(lowest && { under: lowest.base }),
    met: line.met([...meeting.paths, ...others.flatMap(({ paths }) => paths)], length),
  };
}

/** Those that end with one of the branch's own commits before its last one. */
function endsOf(whole: Unread): Unread[] {
  const { commits, parts, meeting } = whole;
  const [own, ...others] = parts;
  if (!own) return [];
  return meeting.commits.slice(0, -1).map((end) => ({
    ...whole,
    commits: commits.slice(0, commits.indexOf(end) + 1),
    tip: end,
    parts: [{ ...own, upTo: end }, ...others],
  }));
}

/** Reads along their lines: which commits touch what they touch, also where that has another name by now. */
export async function alongLines(
  unread: Unread[],
  ask: Pick<LandingQuestions, 'objects' | 'renamed'>,
): Promise<Stretch[]> {
  const namesNow = await renamedOnLine(unread, ask);
  return unread.map(({ meeting: { line, length }, ...one }, i) => ({
    ...one,
    line: line.touching([...one.met, ...(namesNow[i] ?? [])], length),
  }));
}
