import type { Store, StoredCommit, Tree } from './store';

/**
 * The truth about a repository, known because every line names the commit that wrote it. It knows nothing of bases,
 * patch ids or replays, and never looks at what Spicerack believes.
 */

/** A line with its place, or the presence of a file: what a commit adds or removes. */
export type Key = string;

/** What the author of a commit did. A commit keeps its subject wherever it is replayed, so that is its name. */
export interface Change {
  subject: string;
  adds: ReadonlySet<Key>;
  removes: ReadonlySet<Key>;
}

export interface BranchTruth {
  name: string;
  /** What it stands on, as its row last said. */
  parent: string;
  /** Subjects of its own commits, oldest first: those of its authors, and what was merged into it. */
  own: string[];
  /** Its own commits when the last job had looked. */
  seenOwn: string[];
  /** Some of its own commits were dropped, since all that they do is below: without commits it may count as merged. */
  settled: boolean;
  deleted: boolean;
  /** Where it is, or was when it was deleted. */
  tip: string;
  /**
   * Of its own commits, what they had nothing to do for when it was moved, as `subject key`: its parent had removed or
   * added that already. What comes back or goes below later, nobody has removed or added.
   */
  vacuous: Set<string>;
  /** The version that its author pushed last, whatever was made of it since. */
  authored: { tip: string; own: string[] };
}

/** Commits taken into trunk or into a parent by a maintainer. */
export interface Landing {
  /** Subjects of the commits whose changes were taken. */
  commits: string[];
  into: string;
  how: 'squash' | 'merge' | 'ff' | 'rebase' | 'pick';
  /** Git has taken all of it over by itself; else, what of it is there, no replay shows. */
  isPlain: boolean;
  /** The (last) commit of `into` that brought them. */
  at: { id: string; subject: string };
  /** What it did to `into`. */
  change: Change;
  /** The branches that landed whole, and where they were. */
  tips: Map<string, string>;
  /** The commit that landed. */
  from: string;
  /** Tips that the last job before had left. */
  seenThen: ReadonlyMap<string, string>;
  /** `into` had been seen with the branch's tip as its own before: its author may just have taken a reset back. */
  isReturn: boolean;
  /** Whether a job has run since. */
  seen: boolean;
}

/** A landing taken back by a commit on trunk, and perhaps brought again by another one. */
export interface Revert {
  landing: Landing;
  subject: string;
  /** Nobody had looked since the landing. */
  unseen: boolean;
  reapplied: string | null;
}

/** A branch on the remote at one moment. */
export interface Look {
  tip: string;
  ids: ReadonlySet<string>;
  subjects: ReadonlySet<string>;
  keys: ReadonlySet<Key>;
}

export type Picture = ReadonlyMap<string, Look>;

export class Model {
  readonly changes = new Map<string, Change>();
  readonly branches = new Map<string, BranchTruth>();
  readonly landings: Landing[] = [];
  readonly reverts: Revert[] = [];
  /** Commits of which some job has said that they have landed. */
  readonly saidToHaveLanded = new Set<string>();
  /** Tips that the last job has left. */
  seenTips = new Map<string, string>();
  /** The branches that were called merged then, and where they were. */
  seenMerged = new Map<string, string>();
  /** The first-parent lines of those tips, oldest first. */
  seenLines = new Map<string, StoredCommit[]>();

  /** Subjects that some job has met on a branch, and where it has met the branch. */
  readonly #met = new Map<string, { subjects: Set<string>; tips: Set<string> }>();

  see(branch: string, { tip, subjects }: Pick<Look, 'tip' | 'subjects'>): void {
    const met = this.#met.get(branch) ?? { subjects: new Set(), tips: new Set() };
    for (const subject of subjects) met.subjects.add(subject);
    met.tips.add(tip);
    this.#met.set(branch, met);
  }

  wasSeen(branch: string, subject: string): boolean {
    return this.#met.get(branch)?.subjects.has(subject) === true;
  }

  wasSeenAt(branch: string, tip: string): boolean {
    return this.#met.get(branch)?.tips.has(tip) === true;
  }

  /** Whether what was landed is still there: the commit that brought it, or one that took that over in its turn. */
  holds(landing: Landing, picture: Picture, asked: ReadonlySet<Landing> = new Set()): boolean {
    if (picture.get(landing.into)?.subjects.has(landing.at.subject)) return true;
    const next = new Set([...asked, landing]);
    return this.landings.some(
      (other) =>
        !next.has(other) &&
        other.commits.includes(landing.at.subject) &&
        other.into !== landing.into &&
        this.holds(other, picture, next),
    );
  }

  /** Whether trunk has taken the landing back and not brought it again. */
  isTakenBack(landing: Landing, picture: Picture): Revert | null {
    const trunk = picture.get('main')?.subjects;
    const revert = this.reverts.find((r) => r.landing === landing && trunk?.has(r.subject));
    return revert && !(revert.reapplied && trunk?.has(revert.reapplied)) ? revert : null;
  }

  /**
   * Whether the commit of a branch may count as landed: it was taken into another branch, and is still there, if only by
   * a commit that was amended since and does all of it still. What was squashed or picked and taken back before anybody
   * looked has not landed; what is in trunk's history always has.
   */
  mayHaveLanded(subject: string, branch: string, picture: Picture): boolean {
    return this.landings.some((landing) => {
      if (!landing.commits.includes(subject) || landing.into === branch) return false;
      const into = picture.get(landing.into);
      // Of several picked ones, each has its own commit there: the others may have been put back.
      const isPicked = (landing.how === 'pick' || landing.how === 'rebase') && into?.subjects.has(subject);
      if (!isPicked && !this.holds(landing, picture) && !this.isAllThere(subject, into)) return false;
      const isAncestor = landing.how === 'merge' || landing.how === 'ff';
      return isAncestor || !this.isTakenBack(landing, picture)?.unseen;
    });
  }

  /** All that the commit does is to be seen there. */
  isAllThere(subject: string, place: Look | undefined): boolean {
    const change = this.changes.get(subject);
    if (!change || !place) return false;
    return (
      [...change.adds].every((key) => place.keys.has(key)) && ![...change.removes].some((key) => place.keys.has(key))
    );
  }

  /** As `mayHaveLanded`, and trunk has not taken it back. */
  hasLanded(subject: string, picture: Picture): boolean {
    return this.landings.some(
      (landing) =>
        landing.commits.includes(subject) && this.holds(landing, picture) && !this.isTakenBack(landing, picture),
    );
  }

  /**
   * The landings of which anybody can know who looks at the remote before a job. That is so where
   * - the commit that brought it is in `into`'s history, by its id, as one piece (one squash, one merge, one rebase);
   * - git made it without conflict and left nothing out, or it is a merge;
   * - trunk has not taken it back, and every line that it brought is there, every line that it took away is not; or
   *   what became of those was only ever written over (`isOnlyEdited`); of a merge, that does not matter;
   * so that either the ids, or a replay onto that commit or its parent shows it.
   */
  async plainLandings(picture: Picture, store: Store): Promise<Landing[]> {
    const plain: Landing[] = [];
    for (const landing of this.landings) {
      const target = picture.get(landing.into);
      if (!target?.ids.has(landing.at.id) || this.isTakenBack(landing, picture)) continue;
      const { how, isPlain, change } = landing;
      if (change.adds.size + change.removes.size === 0) continue;
      const areThere =
        [...change.adds].every((key) => target.keys.has(key)) &&
        ![...change.removes].some((key) => target.keys.has(key));
      const isInHistory = how === 'merge' || how === 'ff';
      if (isInHistory || (isPlain && (areThere || (await isOnlyEdited(store, landing, target.tip)))))
        plain.push(landing);
    }
    return plain;
  }

  /**
   * The landing by which a branch must be called merged: it took the branch whole, and the branch is where it was then.
   * That is so by one of the plain ones (if the branch was deleted, it had been seen there; a fast-forward shows where
   * the branch had been seen before with one of those commits, and the other one not at that tip, else it may just be an
   * empty branch); and where the branch was called
   * merged before, as long as the commits that brought it are there and not taken back, whatever became of the lines,
   * also when it was only moved back since.
   */
  mustBeMerged(branch: BranchTruth, plain: Landing[], picture: Picture, store: Store): Landing | null {
    const { name, own, tip, parent, deleted } = branch;
    if (own.length === 0) return null;
    const brings = (landing: Landing) => own.every((subject) => landing.commits.includes(subject));
    const found = plain.find((landing) => {
      if (landing.tips.get(name) !== tip || !brings(landing)) return false;
      if (landing.into !== 'main' && landing.into !== parent) return false;
      const seen = this.seenTips.get(name);
      if (deleted && seen !== tip) return false;
      if (landing.how !== 'ff') return true;
      if (landing.isReturn) return false;
      const then = landing.seenThen.get(name);
      const held = then === undefined ? [] : [...store.history(then)].filter((id) => store.isAncestor(id, tip));
      return held.some((id) => own.includes(store.commit(id).subject));
    });
    const merged = this.seenMerged.get(name);
    if (found || merged === undefined || !store.isAncestor(tip, merged)) return found ?? null;
    const standing = this.landings.filter(
      (landing) => picture.get(landing.into)?.ids.has(landing.at.id) && !this.isTakenBack(landing, picture),
    );
    return standing.find((landing) => landing.tips.get(name) === merged && brings(landing)) ?? null;
  }

  /** What a branch must still show of its own work: for each line that its commits have touched, who was last and how. */
  ownKeys({ own }: Pick<BranchTruth, 'own'>): Map<Key, { present: boolean; by: string }> {
    const keys = new Map<Key, { present: boolean; by: string }>();
    for (const subject of own) {
      const change = this.changes.get(subject);
      for (const key of change?.removes ?? []) keys.set(key, { present: false, by: subject });
      for (const key of change?.adds ?? []) keys.set(key, { present: true, by: subject });
    }
    return keys;
  }
}

/** The commit of `into` before a landing of one or more commits. */
export function beforeOf(store: Store, { at, how, commits }: Landing): string | undefined {
  let id: string | undefined = at.id;
  if (how === 'merge' || how === 'squash') return store.commit(id).parents[0];
  while (id && commits.includes(store.commit(id).subject)) id = store.commit(id).parents[0];
  return id;
}

/**
 * Whether the commits that came on top of a landing have only written over what it did: made again on any of them, it
 * changes nothing or conflicts, and no file that it changed is again as it was before.
 */
async function isOnlyEdited(store: Store, landing: Landing, tip: string): Promise<boolean> {
  const before = beforeOf(store, landing);
  const line = store.line(tip).map(({ id }) => id);
  const at = line.indexOf(landing.at.id);
  if (!before || at < 0) return false;
  const text = (commit: string, path: string) => store.tree(commit).get(path)?.join('\n');
  for (const id of line.slice(at)) {
    const made = await store.change(before, landing.at.id, id);
    if (made && !sameTree(made, store.tree(id))) return false;
    const paths = new Set([...store.tree(before).keys(), ...store.tree(landing.at.id).keys()]);
    for (const path of paths) {
      const isOld = text(id, path) === text(before, path);
      if (isOld && text(before, path) !== text(landing.at.id, path)) return false;
    }
  }
  return true;
}

export function sameTree(a: Tree, b: Tree): boolean {
  if (a.size !== b.size) return false;
  return [...a].every(([path, lines]) => b.get(path)?.join('\n') === lines.join('\n'));
}

/** Lines of a file with blocks count by their block, so that the same line may be added in two of them. */
export function keysOf(tree: Tree): Set<Key> {
  const keys = new Set<Key>();
  for (const [path, lines] of tree) {
    keys.add(path);
    let block = '';
    for (const line of lines) {
      if (line.startsWith('# ')) block = ` ${line}`;
      keys.add(`${path}${block}: ${line}`);
    }
  }
  return keys;
}

export function changeBetween(subject: string, before: Tree, after: Tree): Change {
  const [old, now] = [keysOf(before), keysOf(after)];
  return {
    subject,
    adds: new Set([...now].filter((key) => !old.has(key))),
    removes: new Set([...old].filter((key) => !now.has(key))),
  };
}

export function look(store: Store): Picture {
  return new Map(
    [...store.tips()].map(([name, tip]) => {
      const ids = store.history(tip);
      const subjects = new Set([...ids].map((id) => store.commit(id).subject));
      return [name, { tip, ids, subjects, keys: keysOf(store.tree(tip)) }];
    }),
  );
}
