import {
  type BranchTruth,
  changeBetween,
  type Key,
  keysOf,
  type Landing,
  type Look,
  look,
  type Model,
  type Picture,
} from './model';
import type { People } from './moves';
import type { Report } from './spicerack';
import type { StoredCommit } from './store';

/** What a job or its rows say that is not so, in words. `kind` is the promise that it breaks. */
export interface Broken {
  kind: 'ends well' | 'work is kept' | 'not merged' | 'merged' | 'not held back' | 'told' | 'has a parent';
  words: string;
}

/** What a job may end with when nobody did anything wrong but other people. */
const EXPECTED_CODES = ['CONFLICT', 'BRANCH_NOT_FOUND', 'NOT_TRACKED', 'CYCLE'];

/**
 * Holds what a job did and says against the truth, and takes into the model what the job was free to decide: where
 * branches are now, on what they stand, which of their commits had nothing left to do.
 * @param before the remote when the job began; nobody but the job has pushed since
 */
export async function check(people: People, before: Picture, report: Report): Promise<Broken[]> {
  const { model, store } = people;
  const after = look(store);
  const plain = await model.plainLandings(before, store);
  inherit(model, before);
  hearWhatLanded(people, after, report);
  const broken = [
    ...endsWell(report),
    ...keepsWork(model, after),
    ...saysMergedRightly(people, plain, before, after, report),
    ...holdsBackRightly(people, plain, before, report),
    ...tellsWhatLeft(model, plain, before, after, report),
    ...hasParents(model, report),
  ];
  learn(people, before, after, report);
  return broken;
}

/**
 * A parent that was only moved back hands its commits down to the branches that hold them, these very ones, unless such
 * a branch has landed itself, or the commit is another branch's own (it was merged into the parent, which is taken back
 * now).
 */
function inherit(model: Model, before: Picture): void {
  for (const parent of live(model)) {
    const handed = movedBack(model, parent, before).filter(
      ({ subject }) => !live(model).some(({ own }) => own.includes(subject)),
    );
    for (const child of live(model)) {
      if (child.parent !== parent.name) continue;
      const isOpen = child.own.length === 0 || child.own.some((own) => !model.mayHaveLanded(own, child.name, before));
      if (!isOpen) continue;
      const held = handed.filter(({ id }) => before.get(child.name)?.ids.has(id));
      const open = held.filter(({ subject }) => !model.hasLanded(subject, before));
      child.own.unshift(...open.map(({ subject }) => subject));
    }
  }
}

/** The commits above a branch that was moved back since the last job, oldest first. */
function movedBack(model: Model, branch: BranchTruth, before: Picture): StoredCommit[] {
  const seen = model.seenLines.get(branch.name);
  const now = before.get(branch.name)?.tip;
  const at = seen?.findIndex(({ id }) => id === now) ?? -1;
  if (!seen || at < 0) return [];
  return seen.slice(at + 1).filter(({ subject }) => model.changes.has(subject));
}

/**
 * Commits at the bottom of a branch of which a job says that they have landed are told by that, then and later; so are
 * those of a branch that it has found merged, with what its author had made anew of and is there all the same.
 */
function hearWhatLanded({ model }: People, after: Picture, { detail }: Report): void {
  const { landed = [], merged = [] } = detail.job.result ?? {};
  const ofMerged = merged.flatMap(({ branch, into }) => [
    ...(model.branches.get(branch)?.own ?? []),
    ...[...model.changes.keys()].filter(
      (subject) => model.wasSeen(branch, subject) && model.isAllThere(subject, after.get(into)),
    ),
  ]);
  for (const subject of [...landed.map(({ subject }) => subject), ...ofMerged]) model.saidToHaveLanded.add(subject);
}

function endsWell({ detail: { job } }: Report): Broken[] {
  const isExpected = job.status === 'completed' || EXPECTED_CODES.includes(job.errorCode ?? '');
  const words = `the job ended with ${job.status} ${job.errorCode}`;
  return isExpected ? [] : [{ kind: 'ends well', words }];
}

/**
 * Every line that a branch's own commits have written is there, and every one that they have taken away is not, but
 * for commits that have landed: what became of those, trunk decides. A line of one that had landed below for a while is
 * also its author's there: who takes it away below does so under the branch too.
 */
function keepsWork(model: Model, after: Picture): Broken[] {
  return live(model).flatMap((branch): Broken[] => {
    const keys = after.get(branch.name)?.keys;
    if (!keys) return [{ kind: 'work is kept', words: `${branch.name} is not on the remote any more` }];
    const lost = [...model.ownKeys(branch)].filter(
      ([key, { present, by }]) =>
        keys.has(key) !== present &&
        !branch.vacuous.has(`${by} ${key}`) &&
        !model.mayHaveLanded(by, branch.name, after) &&
        !isUndoneBelow(model, branch, { key, present, by }, after),
    );
    return lost.map(([key, { present, by }]) => ({
      kind: 'work is kept',
      words: `${branch.name} has ${present ? 'lost' : 'got back'} "${key.trim()}", which ${by} ${present ? 'added' : 'removed'}`,
    }));
  });
}

/**
 * Whether the author of a branch below has undone it: on top of a landing that has been taken back since, or of that very
 * commit, which both of them have.
 */
function isUndoneBelow(
  model: Model,
  branch: BranchTruth,
  { key, present, by }: { key: string; present: boolean; by: string },
  picture: Picture,
): boolean {
  const hadLanded = model.landings.some(({ commits }) => commits.includes(by));
  const held = picture.get(branch.name)?.subjects;
  return live(model).some(
    (other) =>
      other !== branch &&
      (hadLanded || picture.get(other.name)?.subjects.has(by)) &&
      other.own.some((subject) => {
        const change = model.changes.get(subject);
        return held?.has(subject) && (present ? change?.removes : change?.adds)?.has(key);
      }),
  );
}

function saysMergedRightly(
  people: People,
  plain: Landing[],
  before: Picture,
  after: Picture,
  { rows }: Report,
): Broken[] {
  const { model, store } = people;
  return [...model.branches.values()].flatMap((branch): Broken[] => {
    const row = rows.get(branch.name);
    if (row?.merged && !wasMergedBefore(model, branch, after)) {
      // What was pushed to it and deleted before anybody looked, nobody can know of.
      const known = branch.own.filter((subject) => !branch.deleted || model.wasSeen(branch.name, subject));
      const open = known.filter((subject) => !isLanded(people, branch, subject, { before, after }));
      if (open.length > 0) {
        return [{ kind: 'not merged', words: `${branch.name} is called merged, but ${open.join(', ')} did not land` }];
      }
      // It was put back to where it began, and what it had then has landed: nobody can know which came first.
      const { seenOwn } = branch;
      const then = { ...branch, own: seenOwn };
      const hadLanded =
        seenOwn.length > 0 && seenOwn.every((subject) => isLanded(people, then, subject, { before, after }));
      const wasTaken = hadLanded || model.landings.some(({ tips }) => tips.has(branch.name));
      // Commits of a trunk that was rewritten are its own since, and what they do is in the new one.
      const trunk = after.get('main');
      const holdsOld = store
        .line(branch.tip)
        .some(({ id, subject }) => !trunk?.ids.has(id) && trunk?.subjects.has(subject));
      if (branch.own.length === 0 && !branch.settled && !wasTaken && !holdsOld) {
        return [{ kind: 'not merged', words: `${branch.name} is called merged, but has no commit` }];
      }
    }
    const landing = row?.merged ? null : model.mustBeMerged(branch, plain, before, store);
    return landing && !showsNothing(model, branch, landing) && !takesAwayStill(model, branch, before)
      ? [
          {
            kind: 'merged',
            words: `${branch.name} is called ${row?.gone ? 'gone' : 'open'}, but has landed in ${landing.into} by ${landing.at.subject}`,
          },
        ]
      : [];
  });
}

/** Its commits add up to nothing, and landed with others': what is there may be those alone. */
function showsNothing(model: Model, { own }: BranchTruth, { commits }: Landing): boolean {
  const added = new Set(own.flatMap((subject) => [...(model.changes.get(subject)?.adds ?? [])]));
  const left = [...model.ownKeys({ own })].filter(([key, { present }]) => present || !added.has(key));
  return left.length === 0 && commits.length > own.length;
}

/** It takes away what another branch adds, by whatever commit, which has not landed: where it was picked alone, there was nothing of that. */
function takesAwayStill(model: Model, branch: BranchTruth, picture: Picture): boolean {
  // Also one that was deleted, as far as anybody knows, adds it.
  const others = [...model.branches.values()].filter((other) => other !== branch);
  return [...model.ownKeys(branch)].some(
    ([key, { present }]) =>
      !present &&
      others.some(({ name, own }) =>
        own.some(
          (subject) => model.changes.get(subject)?.adds.has(key) && !model.mayHaveLanded(subject, name, picture),
        ),
      ),
  );
}

/**
 * Whether it was called merged, and that was right, where it is now, and all that it may have landed in has only gone on
 * since. What brought it is there then, whatever became of the lines: a revert takes back no landing that was seen. The
 * model cannot ask for that commit, for it may be one that has by chance done the same as the branch.
 */
function wasMergedBefore(model: Model, { name, tip, parent, own }: BranchTruth, picture: Picture): boolean {
  const landings = model.landings.filter(({ commits }) => commits.some((subject) => own.includes(subject)));
  const places = new Set(['main', parent, ...landings.map(({ into }) => into)]);
  const goesOn = [...places].every((below) => picture.get(below)?.ids.has(model.seenTips.get(below) ?? ''));
  return goesOn && model.seenMerged.get(name) === tip;
}

/**
 * Landed, or all that is left of it in its branch is to be seen in trunk or in the parent, where not all of the branch was
 * to be seen always: whoever did it there, by content that is a landing.
 */
function isLanded(
  { model, store }: People,
  branch: BranchTruth,
  subject: string,
  { before, after }: { before: Picture; after: Picture },
): boolean {
  if (model.mayHaveLanded(subject, branch.name, after) || hasTwin({ model, store }, branch, before)) return true;
  const all = [...model.ownKeys(branch)];
  const mine = all.filter(([, { by }]) => by === subject);
  const areThere = (some: typeof all, keys: ReadonlySet<Key>) =>
    some.every(([key, { present }]) => keys.has(key) === present);
  return ['main', branch.parent].some((below) => {
    const now = after.get(below);
    if (!now || !areThere(mine, now.keys)) return false;
    return store.line(now.tip).some(({ id }) => !areThere(all, keysOf(store.tree(id))));
  });
}

/**
 * Whether a commit of trunk is just what a squash of the branch would have been there, with what stands on it, up to some
 * commit, or with what it stands on. Where one of these takes away what another had added, nobody can tell it from
 * somebody else's change.
 */
function hasTwin({ model, store }: Pick<People, 'model' | 'store'>, branch: BranchTruth, picture: Picture): boolean {
  const trunk = store.line(picture.get('main')?.tip ?? '').flatMap(({ id, parents: [before] }) => {
    const change = before === undefined ? null : changeBetween('', store.tree(before), store.tree(id));
    return change && before ? [{ ...change, before: keysOf(store.tree(before)) }] : [];
  });
  const isTwin = (own: string[]) => {
    const keys = [...model.ownKeys({ own })];
    return trunk.some(({ before, adds, removes }) => {
      const changed = keys.filter(([key, { present }]) => before.has(key) !== present);
      return (
        changed.length > 0 &&
        changed.length === adds.size + removes.size &&
        changed.every(([key, { present }]) => (present ? adds : removes).has(key))
      );
    });
  };
  const { own, tip } = branch;
  const isBelow = ({ id, subject }: StoredCommit) =>
    !picture.get('main')?.ids.has(id) && model.changes.has(subject) && !own.includes(subject);
  const below = store
    .line(tip)
    .filter(isBelow)
    .map(({ subject }) => subject);
  if (below.length > 0 && isTwin([...below, ...own])) return true;
  const above = live(model).filter((other) => other !== branch && picture.get(other.name)?.ids.has(tip));
  return above.some((other) => {
    const line = store.line(other.tip);
    const more = line.slice(line.findIndex(({ id }) => id === tip) + 1).map(({ subject }) => subject);
    return more.some((_, end) => isTwin([...own, ...more.slice(0, end + 1)]));
  });
}

/**
 * A commit of which anybody can know that it has landed is no reason to hold its branch back. That a part of a branch is in
 * trunk counts for one on another parent only once that parent has it too: else the branch would be without.
 */
function holdsBackRightly({ model, store }: People, plain: Landing[], before: Picture, { detail }: Report): Broken[] {
  const { job } = detail;
  return (job.result?.heldBack ?? []).flatMap(({ branch, reason }): Broken[] => {
    const truth = model.branches.get(branch);
    if (reason.kind !== 'conflict' || !truth) return [];
    const isChosen = job.kind === 'reparent_branch' && job.branch === branch;
    const parent = (isChosen ? job.parent : null) ?? truth.parent;
    const landing = plain.find(
      ({ from, into, commits, at }) =>
        (into === parent ||
          (into === 'main' &&
            (truth.own.every((subject) => commits.includes(subject)) || before.get(parent)?.ids.has(at.id)))) &&
        store.isAncestor(from, truth.tip) &&
        store.isAncestor(reason.commit, from) &&
        commits.includes(reason.subject),
    );
    const words = `${branch} is held back by ${reason.subject}, which has landed in ${landing?.into} by ${landing?.at.subject}`;
    return landing ? [{ kind: 'not held back', words }] : [];
  });
}

/** Every commit that a job took from the last branch that held it is told, but for those that have landed: and only those. */
function tellsWhatLeft(
  model: Model,
  plain: Landing[],
  before: Picture,
  after: Picture,
  { detail: { job } }: Report,
): Broken[] {
  const subjects = (picture: Picture) => new Set([...picture.values()].flatMap((branch) => [...branch.subjects]));
  const now = subjects(after);
  const told = new Set([...(job.result?.left ?? []), ...(job.result?.dropped ?? [])].map(({ subject }) => subject));
  const untold = [...subjects(before)].filter(
    (subject) =>
      model.changes.has(subject) &&
      ![now, told, model.saidToHaveLanded].some((known) => known.has(subject)) &&
      !model.hasLanded(subject, after) &&
      !model.isAllThere(subject, after.get('main')),
  );
  const wrong = (job.result?.left ?? []).filter(({ commit, on }) =>
    on === null ? [...after.values()].some(({ ids }) => ids.has(commit)) : !after.get(on)?.ids.has(commit),
  );
  const landed = (job.result?.left ?? []).filter(
    ({ subject, on, replacedBy }) =>
      on === null && !replacedBy && plain.some(({ into, commits }) => into === 'main' && commits.includes(subject)),
  );
  return [
    ...untold.map((subject) => `${subject} is on no branch any more, and nothing says so`),
    ...landed.map(({ subject }) => `${subject} is said to be on no branch, but has landed in main`),
    ...wrong.map(({ subject, on }) => `${subject} is said to be on ${on ?? 'no branch'}, which is not so`),
  ].map((words) => ({ kind: 'told', words }));
}

/** After a job on all branches, a branch stands on trunk or on one that is open, or says that it cannot. */
function hasParents(model: Model, { detail: { job }, rows }: Report): Broken[] {
  if (job.status !== 'completed' || (job.kind !== 'sync_repo' && job.kind !== 'restack_repo')) return [];
  const held = new Set(job.result?.heldBack.map(({ branch }) => branch));
  return live(model).flatMap(({ name }): Broken[] => {
    const row = rows.get(name);
    if (!row?.tracked || row.merged || held.has(name) || row.parent === 'main') return [];
    const parent = rows.get(row.parent ?? '');
    if (parent && !parent.merged && !parent.gone) return [];
    return [
      {
        kind: 'has a parent',
        words: `${name} stands on ${row.parent}, which is ${parent?.merged ? 'merged' : 'gone'}`,
      },
    ];
  });
}

function live(model: Model): BranchTruth[] {
  return [...model.branches.values()].filter((branch) => !branch.deleted);
}

/**
 * A branch was moved onto a parent that lacks what its own commits remove, or has what they add. Replaying that leaves
 * nothing of it: the branch's commits are without it from then on, and git knows no more of it than anybody who reads
 * them.
 */
function noteVacuous(model: Model, branch: BranchTruth, now: Look, parent: Look | undefined): void {
  const held = branch.own.filter((subject) => now.subjects.has(subject));
  const added = new Set(held.flatMap((subject) => [...(model.changes.get(subject)?.adds ?? [])]));
  for (const [key, { present, by }] of model.ownKeys(branch)) {
    const isBelow = parent ? parent.keys.has(key) === present : !present;
    if (!isBelow || now.keys.has(key) !== present || (!present && added.has(key))) continue;
    branch.vacuous.add(`${by} ${key}`);
  }
}

/** What is so from now on. */
function learn({ model, store }: People, before: Picture, after: Picture, { rows }: Report): void {
  for (const branch of live(model)) {
    const now = after.get(branch.name);
    if (!now) continue;
    branch.tip = now.tip;
    branch.parent = rows.get(branch.name)?.parent ?? branch.parent;
    if (before.get(branch.name)?.tip !== now.tip) noteVacuous(model, branch, now, after.get(branch.parent));
    const held = before.get(branch.name)?.subjects;
    const dropped = branch.own.filter((subject) => held?.has(subject) && !now.subjects.has(subject));
    if (dropped.length > 0) branch.settled = true;
    branch.own = branch.own.filter((subject) => !dropped.includes(subject));
    branch.seenOwn = [...branch.own];
  }
  for (const landing of model.landings) {
    landing.seen ||= model.holds(landing, before);
    // A job that moves the branch carries what has landed in it along.
    const target = after.get(landing.into);
    if (!before.get(landing.into)?.ids.has(landing.at.id) || !target || target.ids.has(landing.at.id)) continue;
    const id = [...target.ids].find((commit) => store.commit(commit).subject === landing.at.subject);
    if (id) landing.at.id = id;
  }
  model.seenMerged = new Map(
    [...model.branches.values()].filter(({ name }) => rows.get(name)?.merged).map(({ name, tip }) => [name, tip]),
  );
  model.seenTips = new Map([...after].map(([name, { tip }]) => [name, tip]));
  model.seenLines = new Map([...after].map(([name, { tip }]) => [name, store.line(tip)]));
  for (const picture of [before, after]) for (const [name, seen] of picture) model.see(name, seen);
}
