import { breather, inTurns } from '@/breather';
import type { DiffPair } from '@/git/objects/diff-tree';
import { firstOf, linksOf } from './chain';
import type { History } from './history';
import {
  type Answer,
  inTurn,
  type Landing,
  type LandingQuestions,
  type LookedThrough,
  missingFrom,
  notWithoutBelow,
  type Part,
  type Place,
  placesThatHave,
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
import { allLayers, type InStack, type Layer, type Layers, LONGEST, linesOf, partsOf } from './layers';
import { Line } from './line';

/** A branch that may have landed, or a part of it. */
export interface LandingCandidate extends InStack {
  /** The base and the tip that it was last seen with; null where it is seen for the first time. */
  recorded: { base: string | null; tip: string } | null;
  /** Whether it was seen with commits of its own before, which it still holds. */
  hadWork: boolean;
  /** Whether its ref is on the remote. */
  isThere: boolean;
  /** What of that is looked through for it by content, nearest first. */
  byContent: LookedThrough[];
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
  const layersOf = allLayers(history, byName);
  const byContent = await findByContent(history, open, byName, layersOf, ask);
  const settled = [...found.values()].flatMap((one) => settledBelow(history, one, byName.get(one.branch), layersOf));
  for (const part of settled.concat(byContent)) {
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
  if (!pullRequest?.merged) return null;
  const into = firstOf(below, (place) => place.name === pullRequest.base);
  if (!into || voided.has(pullRequest.head) || tip === base) return null;
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
  for (const { name: into, tip: at, seen } of placesThatHave(history, tip, below)) {
    // On the line itself it may as well be an empty branch that was made, or moved up, there.
    const isOwn = hadWork && (!seen.includes(tip) || voided.has(tip));
    if (isOwn || !history.isOnFirstParentLine(tip, at)) {
      return { branch: name, base: recorded?.base ?? tip, upTo: tip, into, evidence: 'ancestor', at: tip };
    }
  }
  // A part of them: its base has moved up over commits that it held as its own.
  const into = below;
  if (base === null || !recorded?.base || base === recorded.base || base === tip) return null;
  const wereOwn = history.isAncestor(recorded.base, base) && history.isAncestor(base, recorded.tip);
  if (!wereOwn || !history.isAncestor(base, into.tip) || into.seen.includes(base)) return null;
  return { branch: name, base: recorded.base, upTo: base, into: into.name, evidence: 'ancestor', at: base };
}

/** What a merge into trunk that the forge tells of had in its history, of the branches below. */
function settledBelow(
  history: History,
  landing: Landing,
  candidate: LandingCandidate | undefined,
  layersOf: Layers,
): Array<Landing & Part> {
  if (!candidate || landing.evidence !== 'forge') return [];
  const settled: Array<Landing & Part> = [];
  for (const layer of linksOf(layersOf(candidate))) {
    if (landing.into === layer.branch) break;
    settled.push(...partsOf(history, candidate, layer).map((part) => ({ ...landing, ...part })));
  }
  return settled;
}

async function findByContent(
  history: History,
  candidates: LandingCandidate[],
  byName: ReadonlyMap<string, LandingCandidate>,
  layersOf: Layers,
  ask: LandingQuestions,
): Promise<Array<Landing & Part>> {
  const stretches = await stretchesOf(history, candidates, layersOf, ask);
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
  layersOf: Layers,
  ask: LandingQuestions,
): Promise<Stretch[]> {
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
  const reaching = await inTurns(changing, ({ into, ...one }) =>
    into.flatMap(({ place, line, length, fork }) => {
      const isNext = place.name === one.candidate.parent;
      const met = line.met(pathsOf(one.own), isNext ? null : one.layers, length);
      return met.size > 0 ? [{ ...one, into: place, line, length, fork, isNext, met }] : [];
    }),
  );
  const reached = await withoutWhatIsOpen(
    reaching.flat(),
    [...stepsOf.values(), ...asked.map(({ own }) => own)],
    (step) => paths.get(step) ?? [],
    ask,
  );
  const namesNow = await renamedOnLine(reached, ask);
  const all = await inTurns(
    reached,
    ({ candidate, base, commits, layers, into: place, line, length, fork, isNext, met }, i) => {
      const { name, tip } = candidate;
      const there = { into: place, fork, met, line: line.touching([...met, ...(namesNow[i] ?? [])], length) };
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
      const below = [...linesOf(layers)].filter((layer) => layer.commits.length > 0);
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
          parts: [...above.parts, ...partsOf(history, candidate, part)],
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

/**
 * All but those of which it is plain that they have not landed: what a branch's first commit does at a path that no
 * other commit of the stacks touches, and the line has as the branch found it. No stretch that has this commit leaves
 * the line as it is; else, where one branch of a tall stack has landed, each above it would be tried with any number of
 * those below.
 * @param steps of all stretches that may be tried
 */
async function withoutWhatIsOpen<
  One extends { candidate: InStack; base: string; own: string[]; into: Place; met: ReadonlySet<string> },
>(
  reached: One[],
  steps: string[][],
  pathsOf: (step: string) => string[],
  ask: Pick<LandingQuestions, 'objects'>,
): Promise<One[]> {
  if (reached.length === 0) return [];
  const touching = new Map<string, number>();
  const isCounted = new Set<string>();
  await inTurns(steps, (some) => {
    for (const step of some) {
      if (isCounted.has(step)) continue;
      isCounted.add(step);
      for (const path of pathsOf(step)) touching.set(path, (touching.get(path) ?? 0) + 1);
    }
  });
  const places = await inTurns(reached, ({ candidate: { tip }, base, own: [first = ''], into, met }) => {
    const path = pathsOf(first).find((one) => touching.get(one) === 1 && !met.has(one) && !one.includes('\n'));
    return path === undefined ? [] : [base, tip, into.tip].map((commit) => ({ commit, path }));
  });
  const ids = inTurn(await ask.objects(places.flat()));
  return reached.filter((_, i) => {
    const [found, made, now] = ids(places[i]?.length ?? 0);
    return found !== now || found === made;
  });
}
