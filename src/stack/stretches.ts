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
  /** What it has alone was looked for, and shows nowhere on the line: so nothing that ends with it has landed there. */
  isNowhere?: boolean;
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
  const isOpen = await plainlyOpen(
    met,
    [...stepsOf.values(), ...asked.map(({ own }) => own)],
    (step) => paths.get(step) ?? [],
    ask,
  );
  const likely = met.filter(({ candidate: { name, tip }, into }) => !isOpen(name, tip, into));
  // The branches of a tall stack share what is below them.
  const shared = new Map<LineLayer, Between>();
  const touching = (layer: LineLayer) => {
    const known = shared.get(layer) ?? { layer, paths: pathsOf(stepsOf.get(layer)) };
    shared.set(layer, known);
    return known;
  };
  return inTurns(likely, ({ layers, own: _, ...one }): Meeting => {
    const all = one.isNext ? [] : [...linesOf(layers)].filter((layer) => layer.commits.length > 0);
    const end = all.findIndex((layer) => layer.branch === one.into.name);
    const between = end < 0 ? all : all.slice(0, end);
    const lowestOpen = between.findIndex((layer) => isOpen(layer.branch, layer.upTo, one.into));
    return {
      ...one,
      below: between.map(touching),
      mayLand: lowestOpen < 0 ? between.length : lowestOpen,
    };
  });
}

/**
 * Of which of these branches it is plain that they have not landed: what a branch's first commit does at a path that no
 * other commit of the stacks touches, and the line has as the branch found it. No stretch that has this commit leaves
 * the line as it is; else, where one branch of a tall stack has landed, each above it would be tried with any number of
 * those below.
 * @param steps of all stretches that may be tried
 */
async function plainlyOpen(
  met: Array<Pick<Meeting, 'candidate' | 'base' | 'into' | 'line' | 'length'> & { own: string[] }>,
  steps: string[][],
  pathsOf: (step: string) => string[],
  ask: Pick<LandingQuestions, 'objects'>,
): Promise<(branch: string, tip: string, into: Place) => boolean> {
  const keyOf = (branch: string, tip: string, into: Place) => `${branch} ${tip} ${into.name}`;
  const open = new Set<string>();
  const isOpen = (branch: string, tip: string, into: Place) => open.has(keyOf(branch, tip, into));
  if (met.length === 0) return isOpen;
  const touching = new Map<string, number>();
  const isCounted = new Set<string>();
  await inTurns(steps, (some) => {
    for (const step of some) {
      if (isCounted.has(step)) continue;
      isCounted.add(step);
      for (const path of pathsOf(step)) touching.set(path, (touching.get(path) ?? 0) + 1);
    }
  });
  const places = await inTurns(met, ({ candidate: { tip }, base, own: [first = ''], into, line, length }) => {
    const path = pathsOf(first).find(
      (one) => touching.get(one) === 1 && line.met([one], length).size === 0 && !one.includes('\n'),
    );
    return path === undefined ? [] : [base, tip, into.tip].map((commit) => ({ commit, path }));
  });
  const ids = inTurn(await ask.objects(places.flat()));
  for (const [i, { candidate, into }] of met.entries()) {
    const [found, made, now] = ids(places[i]?.length ?? 0);
    if (found === now && found !== made) open.add(keyOf(candidate.name, candidate.tip, into));
  }
  return isOpen;
}

/** A stretch along whose line nobody has read yet. */
type Unread = Omit<Stretch, 'line'> & { meeting: Meeting };

/**
 * The stretches worth a try, the likeliest first: what branches have alone; with it all that is below, the highest first;
 * then with ever more of what is below, as long as any of that has landed. They are made as they are asked for, since of
 * a tall stack there are very many, and what is found meanwhile tells which are worth it no more: each end of a stretch
 * must have landed, so it has not where what its branch has alone shows nowhere, nor is one found by it that begins with
 * what is known.
 * @param isOpen whether anything would be found there that is not known; asked as late as may be
 */
export async function* stretchesOf(
  history: History,
  meetings: Meeting[],
  isOpen: (parts: Part[], into: Place) => boolean,
): AsyncGenerator<Unread> {
  const breathe = breather();
  function* open(meeting: Meeting, depth: number, withEnds: boolean): Generator<Unread> {
    const parts = partsTo(history, meeting, depth);
    if (!isOpen(parts, meeting.into)) return;
    const whole = stretchTo(meeting, depth, parts);
    if (whole.met.size === 0) return;
    if (withEnds) yield* endsOf(whole);
    yield whole;
  }
  for (const meeting of meetings) {
    await breathe();
    // A part of a branch counts only where it would stand.
    yield* open(meeting, 0, meeting.isNext);
  }
  const tall = meetings.filter(({ below }) => below.length > 0).sort((a, b) => b.below.length - a.below.length);
  for (const meeting of tall) {
    await breathe();
    if (meeting.isNowhere) continue;
    const { below, into, mayLand } = meeting;
    // All that is below may have landed with a part of it, before it was pushed to again.
    if (mayLand === below.length) yield* open(meeting, below.length, below.at(-1)?.layer.on === into.name);
  }
  const isKnown = ({ candidate, below, into }: Meeting, depth: number) => {
    const layer = below[depth - 1]?.layer;
    return layer !== undefined && !isOpen(partsOf(history, candidate, layer), into);
  };
  const lastKnown = (meeting: Meeting, from: number, to: number) => {
    for (let depth = to; depth > from; depth -= 1) if (isKnown(meeting, depth)) return depth;
    return from;
  };
  // Those that go on, and how far down it was seen that any of it has landed.
  const goingOn = new Map(tall.map((meeting) => [meeting, 0]));
  for (let depth = 1; goingOn.size > 0; depth += 1) {
    for (const [meeting, seen] of goingOn) {
      await breathe();
      const landed = depth - seen > BELOW ? lastKnown(meeting, seen, depth - 1) : seen;
      goingOn.set(meeting, landed);
      if (meeting.isNowhere || depth > meeting.mayLand || depth - landed > BELOW) goingOn.delete(meeting);
      else if (depth < meeting.below.length && !isKnown(meeting, depth)) yield* open(meeting, depth, false);
    }
  }
}

/** Whose commits those of a branch are, with so many of what is below, the branch's own first. */
function partsTo(history: History, { candidate, base, below }: Meeting, depth: number): Part[] {
  const own = { branch: candidate.name, base, upTo: candidate.tip };
  return [own, ...below.slice(0, depth).flatMap(({ layer }) => partsOf(history, candidate, layer))];
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
