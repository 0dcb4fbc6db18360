import type { DiffPair } from '@/git/objects/diff-tree';
import type { BatchPair, MergeOutcome } from '@/git/objects/merge-tree';
import type { Chain } from './chain';
import type { History } from './history';

/**
 * What has landed: which commits of which branch are in which branch below it. A landing is a fact with its evidence,
 * and holds while the history of `into` has the commit `at`.
 *
 * By content, a stretch of commits has landed in a line of commits where replaying it changes nothing. That is asked
 * at the newest commit of the line where the answer is no conflict: so edits that came later do not hide a landing,
 * and a revert takes it back. A file that the line has since renamed is not taken back: it is looked for further down.
 * It must have been otherwise where the two lines parted; and it must hold for every end of the stretch too: a branch
 * that removes what the one below it had added changes nothing as a whole. A branch of empty commits has not landed with
 * what it stands on.
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

/** What is below a branch; the next one is what is below that. */
export interface Below extends Place {
  /** Tips that it was seen at before this look. */
  seen: readonly string[];
  /** The nearest one further down that this one's history has not. */
  apart: Chain<Below> | null;
}

/**
 * What is below a branch and is looked through for what it holds of that by content. Trunk is not for what stands on a
 * long-lived branch, which never moves: the change may be meant for both, as a fix that is brought to a release is.
 */
export interface LookedThrough extends Place {
  /** Its tip when this very branch, at this tip and base, was last looked at: what is older was asked already. */
  lookedAt: string | null;
  seen: readonly string[];
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

/** The places, nearest first, that have the commit in their history: what one of them has not, none has that is in its own. */
export function* placesThatHave(history: History, commit: string, below: Chain<Below>): Generator<Below> {
  for (let at: Chain<Below> | null = below; at; ) {
    const hasIt = history.isAncestor(commit, at.tip);
    if (hasIt) yield at;
    at = hasIt ? at.next : at.apart;
  }
}

/** How many commits of a line are tried for one change, newest first. */
export const TRIED = 40;

/** Commits of a branch that land together. */
export interface Part extends Pick<Landing, 'branch' | 'base' | 'upTo'> {
  /** What the branch has been; its author has rewritten it since. */
  isFormer?: boolean;
}

/** Commits of a branch, and the line of commits that they may have landed in. */
export interface Stretch {
  base: string;
  /** From the one above `base` on, oldest first; the last one alone where they are no line. */
  commits: string[];
  tip: string;
  /** Which branches' own commits they are. */
  parts: Part[];
  /** Where begins what it stands on and is not thought to have landed with it, if it stands on any such. */
  under?: string;
  into: Place;
  /** Whether that is what its branch stands on. */
  isNext: boolean;
  /** Where the line parted from the branch. */
  fork: string;
  /** What it touches, as far as the line has touched it since, too. */
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
  /** The path that a file has now, and the one that it had when the change came. */
  nameNow?: (path: string) => string;
  nameThen?: (path: string) => string;
  /** Before the change itself, now, at the commit that brought it, and before that one. */
  commits: [own: string, now: string, brought: string, before: string];
}

type Places = Parameters<LandingQuestions['objects']>[0];

const same = (path: string) => path;

export function placesOf({ paths, nameThen = same, nameNow = nameThen, commits }: LookBack): Places {
  const [own, now, brought, before] = commits;
  return paths.flatMap((path) => [
    { commit: own, path },
    { commit: now, path: nameNow(path) },
    { commit: brought, path: nameThen(path) },
    { commit: before, path: nameThen(path) },
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

/** Hands a list out from its beginning, so many at a time. */
export function inTurn<T>(list: T[]): (count: number) => T[] {
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
export async function replaysOn(
  commits: string[],
  ask: Pick<LandingQuestions, 'merges' | 'trees'>,
): Promise<(replays: Replay[]) => Promise<Answer[]>> {
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
export async function missingFrom(open: Stretch[], ask: LandingQuestions): Promise<Map<Stretch, string[]>> {
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

/** By stretch, what the line has renamed: old path → new path. */
type Renamed = ReadonlyMap<Stretch, ReadonlyMap<string, string>>;

/**
 * The names that the line has by now for files that it has renamed since it parted from branches that change them: what
 * has come to the line of such a file stands under its new name.
 */
export async function renamedOnLine(
  open: Array<Pick<Stretch, 'into' | 'fork' | 'met'>>,
  ask: Pick<LandingQuestions, 'objects' | 'renamed'>,
): Promise<string[][]> {
  const ids = inTurn(
    await ask.objects(open.flatMap(({ into, met }) => named(met).map((path) => ({ commit: into.tip, path })))),
  );
  const missing = open.map(({ met }) => named(met).filter(() => ids(1)[0] === null));
  const pairs = new Map<string, DiffPair>();
  for (const [i, { into, fork }] of open.entries())
    if (missing[i]?.length) pairs.set(`${fork} ${into.tip}`, { from: fork, to: into.tip });
  const answers = await ask.renamed([...pairs.values()]);
  const renamed = new Map([...pairs.keys()].map((key, i) => [key, answers[i]]));
  return open.map(({ into, fork }, i) =>
    (missing[i] ?? []).flatMap((path) => renamed.get(`${fork} ${into.tip}`)?.get(path) ?? []),
  );
}

/** What the line had renamed, since it parted from the branch, until the stretch came to it. */
export async function renamedUntil(history: History, open: Stretch[], ask: LandingQuestions): Promise<Renamed> {
  const pairs = open.map(({ fork, landed }) => {
    const [brought = fork, before = brought] = history.firstParentLine(landed?.oldest ?? fork);
    return { from: fork, to: before };
  });
  const answers = await ask.renamed(pairs);
  return new Map(open.map((one, i) => [one, answers[i] ?? new Map<string, string>()]));
}

/** The commits of a line from its tip down to this one, newest first; none where it has not that one. */
function lineSince(history: History, tip: string, commit: string | undefined): string[] {
  const since: string[] = [];
  for (const id of history.firstParentLine(tip)) {
    since.push(id);
    if (id === commit) return since;
  }
  return [];
}

/**
 * Commit by commit: what was taken back, and stands in a like file that somebody has added at another time, is not renamed.
 */
export async function renamedSince(history: History, open: Stretch[], ask: LandingQuestions): Promise<Renamed> {
  const steps = open.map(({ landed, into }) => {
    const since = lineSince(history, into.tip, landed?.newest);
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
export async function untold(
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
export async function takenBackInPart(
  history: History,
  open: Stretch[],
  { since, until }: { since: Renamed; until: Renamed },
  ask: LandingQuestions,
): Promise<Set<Stretch>> {
  const steps = open.map(({ base, commits }) => commits.map((to, i) => ({ from: commits[i - 1] ?? base, to })));
  const paths = inTurn((await ask.paths(steps.flat())).map(named));
  const places = open.map((one, i) => {
    const { into, landed } = one;
    const [brought = '', before = brought] = history.firstParentLine(landed?.oldest ?? '');
    const nameThen = (path: string) => until.get(one)?.get(path) ?? path;
    const nameNow = (path: string) => since.get(one)?.get(nameThen(path)) ?? nameThen(path);
    const changed = paths(steps[i]?.length ?? 0);
    return (steps[i] ?? []).flatMap(({ from }, j) =>
      placesOf({ paths: changed[j] ?? [], nameThen, nameNow, commits: [from, into.tip, brought, before] }),
    );
  });
  const ids = inTurn(await ask.objects(places.flat()));
  return new Set(open.filter((_, i) => isTakenBackInPart(ids(places[i]?.length ?? 0))));
}

/**
 * Those up to some commit of a branch on others that end with what one of the others had been before: what is above has
 * undone the rest, and all that shows is that one, up to there.
 */
export async function undoneAtTheEnd(open: Stretch[], ask: LandingQuestions): Promise<Set<Stretch>> {
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
export async function withoutTrace(
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

/**
 * Those of a branch alone that show only because what it stands on has not landed there: with that, they would change
 * something still. Who takes away what the one below adds has not landed where that one was taken back.
 * @param conflicting those that conflict with what the line is now
 */
export async function notWithoutBelow(
  open: Stretch[],
  conflicting: ReadonlySet<Stretch>,
  ask: Pick<LandingQuestions, 'merges' | 'trees'>,
): Promise<Set<Stretch>> {
  const standing = open.flatMap((one) => {
    const { under, base, landed, into } = one;
    if (!under || under === base || !landed) return [];
    // Where it conflicts with the line by now, it may not have when this came; where not, what is below may have then.
    const places = new Set([...(conflicting.has(one) ? [] : [into.tip]), landed.newest, landed.oldest]);
    return [...places].map((at) => ({ one, under: under ?? base, at }));
  });
  const trees = await ask.trees(standing.map(({ at }) => at));
  const outcomes = await ask.merges(
    standing.flatMap(({ one, under, at }, i) =>
      [one.base, one.tip].map((theirs) => ({
        ours: at,
        theirs,
        base: { commit: under, oursTree: trees[i] ?? '' },
      })),
    ),
  );
  return new Set(
    standing.flatMap(({ one }, i) => {
      const [below, withIt] = outcomes.slice(2 * i, 2 * i + 2);
      // What is in conflict there tells nothing.
      return below?.clean && withIt?.clean && withIt.tree !== below.tree ? [one] : [];
    }),
  );
}
