import { breather } from '@/breather';
import { firstOf, linksOf } from './chain';
import type { History } from './history';
import {
  type Answer,
  inTurn,
  type Landing,
  type LandingQuestions,
  missingFrom,
  notWithoutBelow,
  type Part,
  type Place,
  placesThatHave,
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
import { allLayers, type Layers, partsOf } from './layers';
import { alongLines, type Candidate, meetingsOf, stretchesOf } from './stretches';

/** A branch that may have landed, or a part of it. */
export interface LandingCandidate extends Candidate {
  /** The base and the tip that it was last seen with; null where it is seen for the first time. */
  recorded: { base: string | null; tip: string } | null;
  /** Whether its ref is on the remote. */
  isThere: boolean;
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

/** So many commits of stretches are asked about at once: of a tall stack they are very many in all. */
const AT_ONCE = 500;

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

/** What was found by content of a branch, or of what it has been. */
interface Found extends Landing, Part {
  /** Whether it has landed in what the branch itself stands on. */
  isNext: boolean;
}

async function findByContent(
  history: History,
  candidates: LandingCandidate[],
  byName: ReadonlyMap<string, LandingCandidate>,
  layersOf: Layers,
  ask: LandingQuestions,
): Promise<Array<Landing & Part>> {
  const found = new Map<string, Found>();
  const keyOf = ({ branch, upTo, isFormer }: Part) => (isFormer ? `${branch} ${upTo}` : branch);
  // Of several the one that goes furthest; and a whole branch is known to be in trunk rather than in its parent.
  const isMore = (part: Part, into: string) => {
    const known = found.get(keyOf(part));
    if (!known) return true;
    if (known.upTo === part.upTo) return known.isNext && known.into !== into;
    return history.isAncestor(known.upTo, part.upTo);
  };
  const isOpen = (parts: Part[], into: Place) => parts.some((part) => isMore(part, into.name));
  const meetings = await meetingsOf(history, candidates, layersOf, ask);
  for await (const unread of atOnce(stretchesOf(history, meetings, isOpen))) {
    const stretches = await alongLines(unread, ask);
    const replay = await replaysOn(
      stretches.flatMap(({ line, fork, into, parts }) => [...line, fork, into.tip, ...parts.map(({ base }) => base)]),
      ask,
    );
    const seen = await seenThere(stretches, replay, ask);
    for (const [i, one] of stretches.entries()) {
      const { meeting } = unread[i] ?? {};
      // What is below may be nobody's any more: then it has one part with that, too.
      if (meeting?.base === one.base && seen.nowhere.has(one)) meeting.isNowhere = true;
    }
    for await (const some of atOnce(onlyThose(seen.stretches, ({ parts, into }) => isOpen(parts, into)))) {
      for (const part of await landedOf(history, { ...seen, stretches: some }, byName, replay, ask)) {
        if (isMore(part, part.into)) found.set(keyOf(part), part);
      }
    }
  }
  return [...found.values()].map(({ isNext: _, ...landing }) => landing);
}

/** As many of these as have so many commits together, at least one. */
async function* atOnce<S extends Pick<Stretch, 'commits'>>(all: AsyncIterable<S> | Iterable<S>): AsyncGenerator<S[]> {
  let some: S[] = [];
  let size = 0;
  for await (const one of all) {
    some.push(one);
    size += one.commits.length;
    if (size < AT_ONCE) continue;
    yield some;
    some = [];
    size = 0;
  }
  if (some.length > 0) yield some;
}

/** Asks of each as late as may be. */
function* onlyThose<T>(all: Iterable<T>, isOne: (one: T) => boolean): Generator<T> {
  for (const one of all) if (isOne(one)) yield one;
}

/** Stretches that seem to have landed, each with where. */
interface Seen {
  stretches: Stretch[];
  /** Of those that are not there as they were: the paths that the line has no more. */
  missing: ReadonlyMap<Stretch, string[]>;
  /** Those that conflict with what the line is now. */
  conflicting: ReadonlySet<Stretch>;
  /** What branches have alone and it is certain that no commit of the line has. */
  nowhere: ReadonlySet<Stretch>;
}

/** Which of these seem to have landed: at the newest commit that gives an answer. */
async function seenThere(
  stretches: Stretch[],
  replay: Awaited<ReturnType<typeof replaysOn>>,
  ask: LandingQuestions,
): Promise<Seen> {
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
  // Between the commits of the line that touch it, it does what it does at the one below; below all of them, at the fork.
  const absent = stretches.filter(
    (one, i) => tips[i] !== 'nothing' && one.parts.length === 1 && !one.isNext && one.line.length <= TRIED,
  );
  const atFork = await replay(absent.map(({ base, tip, fork }) => ({ base, tip, onto: fork })));
  const nowhere = new Set(absent.filter((_, i) => atFork[i] !== 'nothing'));
  for (const one of walked) {
    const answers = takeWalk(Math.min(TRIED, one.line.length));
    if (answers.includes('nothing')) nowhere.delete(one);
    const landed = whereLanded(answers, missing.has(one));
    const at = (place: number) => one.line[place] ?? one.into.tip;
    if (!landed) continue;
    one.landed = { ...landed, newest: at(landed.newest), oldest: at(landed.oldest) };
    if (whereLanded(answers) === null) one.hiddenBy = answers.slice(0, landed.newest);
  }
  return { stretches: walked.filter(({ landed }) => landed), missing, conflicting, nowhere };
}

/** What has landed of those that seem so. */
async function landedOf(
  history: History,
  { stretches, missing, conflicting }: Seen,
  byName: ReadonlyMap<string, LandingCandidate>,
  replay: Awaited<ReturnType<typeof replaysOn>>,
  ask: LandingQuestions,
): Promise<Found[]> {
  const renamed = await renamedSince(
    history,
    stretches.filter((one) => missing.has(one)),
    ask,
  );
  const isUntold = new Set(await untold(history, stretches, { missing, renamed }, ask));
  const told = stretches.filter((one) => !isUntold.has(one));
  const edited = told.filter((one) => conflicting.has(one) || one.hiddenBy);
  const inPart = await takenBackInPart(
    history,
    edited,
    { since: renamed, until: await renamedUntil(history, edited, ask) },
    ask,
  );
  const overSeveral = told.filter(({ parts }) => parts.length > 1);
  const inHalf = new Set(overSeveral.filter(({ tip, parts: [top] }) => top && byName.get(top.branch)?.tip !== tip));
  const traceless = await withoutTrace(history, overSeveral, inHalf, ask, replay);
  const undone = await undoneAtTheEnd([...inHalf], ask);
  const lacking = await notWithoutBelow(
    told.filter(({ parts }) => parts.length === 1),
    conflicting,
    ask,
  );
  const isOut = (one: Stretch) => inPart.has(one) || traceless.has(one) || undone.has(one) || lacking.has(one);
  const likely = told.flatMap((one) => (one.landed && !isOut(one) ? [{ one, ...one.landed }] : []));

  // Every end of it must have landed there; but not all of it where the lines parted. Rather than the newest commit that
  // has it, which may be rewritten sooner, the one that brought it is named.
  // And of a branch whose commits add up to nothing, what lands with others' shows nothing: it may be theirs alone.
  const questions = likely.map(({ one: { base, tip, commits, fork, parts }, newest, oldest, wasOpen }) => {
    const ends = (onto: string) => commits.slice(0, -1).map((start) => ({ base: start, tip, onto }));
    const own = parts.length === 1 ? [] : parts.map((part) => ({ base: part.base, tip: part.upTo, onto: part.base }));
    return [ends(oldest), ends(newest), wasOpen ? [] : [{ base, tip, onto: fork }], own];
  });
  const answers = inTurn(await replay(questions.flat(2)));
  return likely.flatMap(({ one, newest, oldest }, i): Found[] => {
    const [atOldest = [], atNewest = [], atFork = [], own = []] = (questions[i] ?? []).map((list) =>
      answers(list.length),
    );
    const isThere = (answer: Answer | undefined) => answer === 'nothing';
    const stands = atNewest.every((answer, j) => isThere(answer) || (answer === 'conflict' && isThere(atOldest[j])));
    if (!stands || atFork.some(isThere)) return [];
    const { into, isNext, parts } = one;
    const at = atOldest.every(isThere) ? oldest : newest;
    return parts
      .filter((_, j) => !isThere(own[j]))
      .map((part) => ({ ...part, into: into.name, isNext, evidence: 'content', at }));
  });
}
