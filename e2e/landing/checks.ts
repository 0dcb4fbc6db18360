import { type BranchTruth, type Look, look, type Model, type Picture } from './model';
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
export function check(people: People, before: Picture, report: Report): Broken[] {
  const { model, store } = people;
  const after = look(store);
  const inherited = inherit(model, before);
  hearWhatLanded(people, report);
  const broken = [
    ...endsWell(report),
    ...keepsWork(model, after),
    ...saysMergedRightly(people, before, after, report),
    ...holdsBackRightly(people, before, report, inherited),
    ...tellsWhatLeft(model, before, after, report),
    ...hasParents(model, report),
  ];
  learn(people, before, after, report);
  return broken;
}

/**
 * A parent that was only moved back hands its commits down to the branches that hold them, these very ones, unless such
 * a branch has landed itself, or the commit is another branch's own (it was merged into the parent, which is taken back
 * now).
 * @returns what was handed down, as `branch subject`
 */
function inherit(model: Model, before: Picture): Set<string> {
  const inherited = new Set<string>();
  for (const parent of live(model)) {
    const handed = movedBack(model, parent, before).filter(
      ({ subject }) => !live(model).some(({ own }) => own.includes(subject)),
    );
    for (const child of live(model)) {
      if (child.parent !== parent.name) continue;
      const isOpen = child.own.length === 0 || child.own.some((own) => !model.mayHaveLanded(own, child.name, before));
      const held = handed.filter(({ id }) => before.get(child.name)?.ids.has(id));
      if (!isOpen) continue;
      for (const { subject } of held) inherited.add(`${child.name} ${subject}`);
      const open = held.filter(({ subject }) => !model.hasLanded(subject, before));
      child.own.unshift(...open.map(({ subject }) => subject));
    }
  }
  return inherited;
}

/** The commits above a branch that was moved back since the last job, oldest first. */
function movedBack(model: Model, branch: BranchTruth, before: Picture): StoredCommit[] {
  const seen = model.seenLines.get(branch.name);
  const now = before.get(branch.name)?.tip;
  const at = seen?.findIndex(({ id }) => id === now) ?? -1;
  if (!seen || at < 0) return [];
  return seen.slice(at + 1).filter(({ subject }) => model.changes.has(subject));
}

/** Commits at the bottom of a branch of which a job says that they have landed are told by that, then and later. */
function hearWhatLanded({ model }: People, { detail }: Report): void {
  for (const { subject } of detail.job.result?.landed ?? []) model.saidToHaveLanded.add(subject);
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

/** Whether the author of a branch below has undone it, on top of a landing that has been taken back since. */
function isUndoneBelow(
  model: Model,
  branch: BranchTruth,
  { key, present, by }: { key: string; present: boolean; by: string },
  picture: Picture,
): boolean {
  if (!model.landings.some(({ commits }) => commits.includes(by))) return false;
  const held = picture.get(branch.name)?.subjects;
  return live(model).some(
    (other) =>
      other !== branch &&
      other.own.some((subject) => {
        const change = model.changes.get(subject);
        return held?.has(subject) && (present ? change?.removes : change?.adds)?.has(key);
      }),
  );
}

function saysMergedRightly({ model, store }: People, before: Picture, after: Picture, { rows }: Report): Broken[] {
  return [...model.branches.values()].flatMap((branch): Broken[] => {
    const row = rows.get(branch.name);
    if (row?.merged && !wasMergedBefore(model, branch, after)) {
      // What was pushed to it and deleted before anybody looked, nobody can know of.
      const known = branch.own.filter((subject) => !branch.deleted || model.wasSeen(branch.name, subject));
      const open = known.filter((subject) => !isLanded(model, branch, subject, after));
      if (open.length > 0) {
        return [{ kind: 'not merged', words: `${branch.name} is called merged, but ${open.join(', ')} did not land` }];
      }
      if (branch.own.length === 0 && !branch.settled) {
        return [{ kind: 'not merged', words: `${branch.name} is called merged, but has no commit` }];
      }
    }
    const landing = row?.merged ? null : model.mustBeMerged(branch, before, store);
    return landing
      ? [
          {
            kind: 'merged',
            words: `${branch.name} is called ${row?.gone ? 'gone' : 'open'}, but has landed in ${landing.into} by ${landing.at.subject}`,
          },
        ]
      : [];
  });
}

/**
 * Whether it was called merged, and that was right, where it is now, and what it stands on has only gone on since: a
 * revert takes back no landing that was seen.
 */
function wasMergedBefore(model: Model, { name, tip, parent }: BranchTruth, picture: Picture): boolean {
  const goesOn = ['main', parent].every((below) => picture.get(below)?.ids.has(model.seenTips.get(below) ?? ''));
  return goesOn && model.seenMerged.get(name) === tip;
}

/** Landed, or all that it does is to be seen in trunk or in the parent, whoever did it there. */
function isLanded(model: Model, branch: BranchTruth, subject: string, picture: Picture): boolean {
  if (model.mayHaveLanded(subject, branch.name, picture) || hasTwin(model, branch, picture)) return true;
  const mine = [...model.ownKeys(branch)].filter(([, { by }]) => by === subject);
  return ['main', branch.parent].some((below) => {
    const keys = picture.get(below)?.keys;
    return keys !== undefined && mine.every(([key, { present }]) => keys.has(key) === present);
  });
}

/**
 * Whether somebody has committed to trunk just what a squash of the branch and of what stands on it would be, where
 * that takes away what the branch had added. No two people can tell which of them it was.
 */
function hasTwin(model: Model, branch: BranchTruth, picture: Picture): boolean {
  const trunk = [...(picture.get('main')?.subjects ?? [])].flatMap((subject) => model.changes.get(subject) ?? []);
  const above = live(model).filter((other) => other !== branch && picture.get(other.name)?.ids.has(branch.tip));
  return above.some((other) =>
    other.own.some((_, end) => {
      const keys = [...model.ownKeys({ ...branch, own: [...branch.own, ...other.own.slice(0, end + 1)] })];
      const adds = keys.filter(([, { present }]) => present);
      const removes = new Set(keys.flatMap(([key, { present }]) => (present ? [] : [key])));
      return trunk.some(
        (change) =>
          change.adds.size === adds.length &&
          adds.every(([key]) => change.adds.has(key)) &&
          [...change.removes].every((key) => removes.has(key)),
      );
    }),
  );
}

/**
 * A commit of which anybody can know that it has landed is no reason to hold its branch back; but for one that its
 * parent has handed down just now: the parent gets trunk's commit by this very job, and then the next look finds it.
 */
function holdsBackRightly(
  { model, store }: People,
  before: Picture,
  { detail }: Report,
  inherited: ReadonlySet<string>,
): Broken[] {
  const landed = model.plainLandings(before);
  return (detail.job.result?.heldBack ?? []).flatMap(({ branch, reason }): Broken[] => {
    const truth = model.branches.get(branch);
    if (reason.kind !== 'conflict' || !truth || inherited.has(`${branch} ${reason.subject}`)) return [];
    const landing = landed.find(
      ({ from, into, commits }) =>
        (into === 'main' || into === truth.parent) &&
        store.isAncestor(from, truth.tip) &&
        store.isAncestor(reason.commit, from) &&
        commits.includes(reason.subject),
    );
    const words = `${branch} is held back by ${reason.subject}, which has landed in ${landing?.into} by ${landing?.at.subject}`;
    return landing ? [{ kind: 'not held back', words }] : [];
  });
}

/** Every commit that a job took from the last branch that held it is told, but for those that have landed. */
function tellsWhatLeft(model: Model, before: Picture, after: Picture, { detail: { job } }: Report): Broken[] {
  const subjects = (picture: Picture) => new Set([...picture.values()].flatMap((branch) => [...branch.subjects]));
  const now = subjects(after);
  const told = new Set([...(job.result?.left ?? []), ...(job.result?.dropped ?? [])].map(({ subject }) => subject));
  const untold = [...subjects(before)].filter(
    (subject) =>
      model.changes.has(subject) &&
      ![now, told, model.saidToHaveLanded].some((known) => known.has(subject)) &&
      !model.hasLanded(subject, after),
  );
  const wrong = (job.result?.left ?? []).filter(({ commit, on }) =>
    on === null ? [...after.values()].some(({ ids }) => ids.has(commit)) : !after.get(on)?.ids.has(commit),
  );
  return [
    ...untold.map((subject) => `${subject} is on no branch any more, and nothing says so`),
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

/** A branch was moved onto a parent that lacks what its own commits remove: replaying that leaves nothing of it. */
function noteVacuous(model: Model, branch: BranchTruth, now: Look, parent: Look | undefined): void {
  const held = branch.own.filter((subject) => now.subjects.has(subject));
  const added = new Set(held.flatMap((subject) => [...(model.changes.get(subject)?.adds ?? [])]));
  for (const [key, { present, by }] of model.ownKeys(branch)) {
    if (present || added.has(key) || now.keys.has(key) || parent?.keys.has(key)) continue;
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
  for (const picture of [before, after]) for (const [name, { subjects }] of picture) model.see(name, subjects);
}
