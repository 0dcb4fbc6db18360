import fc from 'fast-check';
import {
  type BranchTruth,
  beforeOf,
  changeBetween,
  type Key,
  keysOf,
  type Landing,
  look,
  Model,
  sameTree,
} from './model';
import type { Store, StoredCommit, Tree } from './store';

/** What somebody changes in a commit. `at` counts lines, or files, from 0 and is taken modulo how many there are. */
export type Edit =
  /** A new file of two lines. */
  | { do: 'new file'; path?: string }
  | { do: 'remove file'; at: number; path?: string }
  | { do: 'add' | 'change' | 'remove' | 'indent' | 'dedent'; at: number; path?: string }
  /** The same words in one of two blocks that look alike. */
  | { do: 'repeat'; block: 'one' | 'two' };

/** What happens in a history, one after the other. What is not possible at that moment is left out. */
export type Move =
  | { do: 'branch'; name: string; on: string; commits: Edit[][] }
  | { do: 'commit'; on: string; edits: Edit[] }
  /** The last commit, changed. */
  | { do: 'amend'; on: string; edits: Edit[] }
  | { do: 'reset'; on: string; back: number }
  /** A commit taken out by an interactive rebase; `nth` counts own commits from the oldest. */
  | { do: 'take out'; on: string; nth: number }
  /** The last two commits change places, the last one becomes two, the last two become one. */
  | { do: 'reorder' | 'split' | 'fixup'; on: string }
  /** The author rebases onto the parent, or merges trunk. */
  | { do: 'rebase' | 'merge trunk'; on: string }
  /** The author, who has not fetched, pushes the version that they have by force. */
  | { do: 'push old'; on: string }
  /**
   * `commits` takes only that many own commits from the bottom. `pick` takes own commits only; others, all below too.
   * `byHand`: where a squash or a merge conflicts, the branch's version of those files is taken; else it does not happen.
   */
  | { do: 'land'; branch: string; into: 'main' | 'parent'; how: Landing['how']; commits?: number; byHand?: boolean }
  /** The last landing on trunk that stands. */
  | { do: 'revert' }
  /** What was reverted last. */
  | { do: 'reapply' }
  /** Trunk by force to where it was so many commits ago. */
  | { do: 'put trunk back'; commits: number }
  /** Every commit of trunk gets a new id, as `git filter-repo` gives them. */
  | { do: 'rewrite trunk' }
  | { do: 'trunk'; edits: Edit[] }
  | { do: 'delete'; branch: string }
  | Job;

export type JobKind = 'sync_repo' | 'restack_repo' | 'restack_subtree' | 'rebase_branch' | 'reparent_branch';
export type Job = { do: 'job'; kind: JobKind; branch?: string; parent?: string };

/** The move in a line, as a person would say it. */
export function told(move: Move): string {
  switch (move.do) {
    case 'branch':
      return `${move.name} on ${move.on}: ${move.commits.map(editsTold).join(' | ')}`;
    case 'commit':
    case 'amend':
      return `${move.on}: ${move.do} ${editsTold(move.edits)}`;
    case 'trunk':
      return `main: commit ${editsTold(move.edits)}`;
    case 'reset':
      return `${move.on}: reset by ${move.back}`;
    case 'take out':
      return `${move.on}: take out own commit ${move.nth}`;
    case 'land':
      return `land ${move.commits ? `the bottom ${move.commits} of ` : ''}${move.branch} in ${move.into === 'main' ? 'main' : 'its parent'} by ${move.how}`;
    case 'put trunk back':
      return `main: push -f back by ${move.commits}`;
    case 'rewrite trunk':
      return 'main: push -f with new ids';
    case 'delete':
      return `delete ${move.branch}`;
    case 'revert':
    case 'reapply':
      return `main: ${move.do} the last landing`;
    case 'job':
      return `> ${move.kind} ${move.branch ?? ''}${move.parent ? ` onto ${move.parent}` : ''}`.trimEnd();
    default:
      return `${move.on}: ${move.do}`;
  }
}

function editsTold(edits: Edit[]): string {
  const one = (edit: Edit) => {
    if (edit.do === 'repeat') return `repeat in block ${edit.block}`;
    return [edit.do, edit.path, 'at' in edit && !(edit.do === 'remove file' && edit.path) ? edit.at : null]
      .filter((word) => word !== null && word !== undefined)
      .join(' ');
  };
  return edits.map(one).join(', ');
}

const SHARED = 'app.txt';
const BLOCKS = 'blocks.txt';
const REPEATED = '  the same';

/** A line of the shared file stands so far from the margin, so that it can be moved either way. */
const MARGIN = 10;

const FIRST: Tree = new Map([
  [SHARED, Array.from({ length: 12 }, (_, i) => `${' '.repeat(MARGIN)}start ${i}`)],
  [BLOCKS, ['# one', '  p', '  q', '  r', '  s', '  t', '  u', '# two', '  p', '  q', '  r', '  s', '  t', '  u']],
]);

/** A remote and everybody who pushes to it but Spicerack, with the truth about it. */
export class People {
  readonly model = new Model();
  readonly store: Store;
  #numbers = 0;
  readonly #counts = new Map<string, number>();

  constructor(store: Store) {
    this.store = store;
    store.move('main', store.add(FIRST, [], 'Start'));
  }

  /** Does it and says in a few words what came of it; null where it was not possible. */
  async does(move: Exclude<Move, Job>): Promise<string | null> {
    switch (move.do) {
      case 'branch':
        return this.#newBranch(move.name, move.on, move.commits);
      case 'trunk':
        return this.#commit('main', move.edits);
      case 'land':
        return this.#land(move);
      case 'revert':
        return this.#revert();
      case 'reapply':
        return this.#reapply();
      case 'put trunk back':
        return this.#putTrunkBack(move.commits);
      case 'rewrite trunk':
        return this.#rewriteTrunk();
      case 'delete': {
        const branch = this.live(move.branch);
        if (!branch) return null;
        branch.deleted = true;
        this.store.move(branch.name, null);
        return 'deleted';
      }
      case 'commit':
        return this.live(move.on) ? this.#commit(move.on, move.edits) : null;
      default:
        return this.#rewrite(move);
    }
  }

  live(name: string): BranchTruth | null {
    const branch = this.model.branches.get(name);
    return branch && !branch.deleted ? branch : null;
  }

  #newBranch(name: string, on: string, commits: Edit[][]): string | null {
    const start = this.store.tip(on);
    if (this.model.branches.has(name) || !start) return null;
    const branch: BranchTruth = {
      ...{ name, parent: on, own: [], seenOwn: [], settled: false, vacuous: new Set(), deleted: false, tip: start },
      authored: { tip: start, own: [] },
    };
    this.model.branches.set(name, branch);
    this.store.move(name, start);
    const made = commits.flatMap((edits) => this.#commit(name, edits) ?? []);
    if (made.length > 0 || commits.length === 0) return made.join(', ') || 'no commit';
    this.model.branches.delete(name);
    this.store.move(name, null);
    return null;
  }

  #commit(on: string, edits: Edit[]): string | null {
    const tip = this.#tip(on);
    const label = this.#label(on);
    const before = this.store.tree(tip);
    const after = this.#edited(before, edits, label);
    if (!after) return null;
    const subject = this.#record(label, before, after);
    const own = this.model.branches.get(on)?.own ?? [];
    this.#push(on, this.store.add(after, [tip], subject), [...own, subject]);
    return subject;
  }

  /** The moves by which authors rewrite what they have. */
  async #rewrite(
    move: Extract<
      Move,
      { do: 'amend' | 'reset' | 'take out' | 'reorder' | 'split' | 'fixup' | 'rebase' | 'merge trunk' | 'push old' }
    >,
  ): Promise<string | null> {
    const branch = this.live(move.on);
    if (!branch) return null;
    const { store } = this;
    if (move.do === 'push old') {
      if (branch.tip === branch.authored.tip) return null;
      this.#push(branch.name, branch.authored.tip, branch.authored.own);
      return 'pushed';
    }
    if (move.do === 'merge trunk') return this.#mergeTrunk(branch);
    const line = this.#ownLine(branch);
    if (!line || line.commits.length === 0) return null;
    const { base, commits } = line;
    const last = commits.at(-1);
    const previous = commits.at(-2);
    if (!last) return null;
    const below = previous?.id ?? base;
    const without = (...gone: StoredCommit[]) =>
      branch.own.filter((subject) => !gone.some((commit) => commit.subject === subject));
    switch (move.do) {
      case 'amend': {
        const label = this.#label(branch.name);
        const after = this.#edited(store.tree(last.id), move.edits, label);
        if (!after) return null;
        const subject = this.#record(label, store.tree(below), after);
        this.#push(branch.name, store.add(after, [below], subject, last), [...without(last), subject]);
        return `${last.subject} is ${subject}`;
      }
      case 'reset': {
        const gone = commits.slice(-Math.min(move.back, commits.length));
        // What has landed of it is not missed: without commits it may count as merged.
        const picture = look(store);
        if (gone.some(({ subject }) => this.model.mayHaveLanded(subject, branch.name, picture))) branch.settled = true;
        this.#push(branch.name, commits.at(-gone.length - 1)?.id ?? base, without(...gone));
        return `without ${gone.map(({ subject }) => subject).join(', ')}`;
      }
      case 'take out': {
        const gone = commits[move.nth % commits.length];
        if (!gone || gone === last) return null;
        const kept = commits.filter((commit) => commit !== gone);
        return this.#replay(branch, base, kept, without(gone), `without ${gone.subject}`);
      }
      case 'reorder': {
        if (!previous) return null;
        const order = [...commits.slice(0, -2), last, previous];
        return this.#replay(branch, base, order, [...without(last, previous), last.subject, previous.subject], 'done');
      }
      case 'rebase': {
        const onto = store.tip(branch.parent);
        return onto === null || onto === base ? null : this.#replay(branch, onto, commits, branch.own, 'done');
      }
      case 'split': {
        const [before, after] = [store.tree(below), store.tree(last.id)];
        const paths = [...new Set([...before.keys(), ...after.keys()])].filter(
          (path) => before.get(path)?.join('\n') !== after.get(path)?.join('\n'),
        );
        const [path] = paths;
        if (path === undefined || paths.length < 2) return null;
        const half = new Map(before);
        const lines = after.get(path);
        if (lines) half.set(path, lines);
        else half.delete(path);
        const first = this.#record(this.#label(branch.name), before, half);
        const second = this.#record(this.#label(branch.name), half, after);
        const tip = store.add(after, [store.add(half, [below], first, last)], second);
        this.#push(branch.name, tip, [...without(last), first, second]);
        return `${last.subject} is ${first}, ${second}`;
      }
      case 'fixup': {
        if (!previous) return null;
        const under = commits.at(-3)?.id ?? base;
        const subject = this.#record(this.#label(branch.name), store.tree(under), store.tree(last.id));
        const tip = store.add(store.tree(last.id), [under], subject, previous);
        this.#push(branch.name, tip, [...without(last, previous), subject]);
        return `${previous.subject}, ${last.subject} are ${subject}`;
      }
    }
  }

  /** The author's rebase: one cherry-pick after the other, empty ones left out; nothing where one conflicts. */
  async #replay(
    branch: BranchTruth,
    onto: string,
    commits: StoredCommit[],
    own: string[],
    words: string,
  ): Promise<string | null> {
    const made = await this.#picked(onto, commits);
    if (!made || made.tip === branch.tip) return null;
    // All that they do is below.
    const kept = own.filter((subject) => !made.empty.has(subject));
    if (made.empty.size > 0) branch.settled = true;
    for (const key of made.vacuous) branch.vacuous.add(key);
    this.#push(branch.name, made.tip, kept);
    return words;
  }

  /** One after the other on `onto`; null where one conflicts. `vacuous` as in `BranchTruth`. */
  async #picked(
    onto: string,
    commits: StoredCommit[],
  ): Promise<{ tip: string; empty: Set<string>; vacuous: string[] } | null> {
    const { store } = this;
    let tip = onto;
    const empty = new Set<string>();
    const vacuous: string[] = [];
    for (const commit of commits) {
      const [parent] = commit.parents;
      if (!parent) return null;
      const tree = await store.change(parent, commit.id, tip);
      if (!tree) return null;
      const there = keysOf(store.tree(tip));
      const removes = [...(this.model.changes.get(commit.subject)?.removes ?? [])];
      vacuous.push(...removes.filter((key) => !there.has(key)).map((key) => `${commit.subject} ${key}`));
      if (sameTree(tree, store.tree(tip))) empty.add(commit.subject);
      else tip = store.add(tree, [tip], commit.subject, commit);
    }
    return { tip, empty, vacuous };
  }

  async #mergeTrunk(branch: BranchTruth): Promise<string | null> {
    const { store } = this;
    const trunk = this.#tip('main');
    if (store.isAncestor(trunk, branch.tip)) return null;
    const tree = await store.merge(branch.tip, trunk);
    if (!tree) return null;
    // What git brings back of what the branch has taken away (it was squashed into trunk meanwhile), its author has.
    for (const key of this.#leftOut(branch.own, tree)) branch.vacuous.add(key);
    this.#push(branch.name, store.add(tree, [branch.tip, trunk], `Merge main into ${branch.name}`), branch.own);
    return 'done';
  }

  async #land(move: Extract<Move, { do: 'land' }>): Promise<string | null> {
    const { branch: name, into, how, commits: wanted } = move;
    const { store, model } = this;
    const branch = this.live(name);
    const target = into === 'main' ? 'main' : (branch?.parent ?? 'main');
    const targetTip = store.tip(target);
    if (!branch || targetTip === null || (into === 'parent' && target === 'main')) return null;
    const line = this.#ownLine(branch);
    const picks = line?.commits.slice(0, wanted ?? line.commits.length) ?? [];
    if (wanted !== undefined && (!line || wanted >= line.commits.length)) return null;
    const from = wanted === undefined ? branch.tip : (picks.at(-1)?.id ?? branch.tip);
    const known = store.history(targetTip);
    if (branch.own.length === 0 || known.has(from)) return null;
    const range = [...store.history(from)].filter((id) => !known.has(id)).map((id) => store.commit(id));
    const isWork = ({ parents, subject }: StoredCommit) => parents.length === 1 || model.changes.has(subject);
    const brought = range.filter(isWork).reverse();
    const before = store.tree(targetTip);
    let tip: string;
    let byHand = false;
    let taken = brought;
    let newOwn = brought.map((commit) => commit.subject);
    switch (how) {
      case 'ff':
        if (!store.isAncestor(targetTip, from)) return null;
        tip = from;
        break;
      case 'merge':
      case 'squash': {
        const clean = await store.merge(targetTip, from);
        const tree = clean ?? (move.byHand ? resolved(store, targetTip, from) : null);
        if (!tree || sameTree(tree, before)) return null;
        byHand = clean === null;
        const subject = `${how === 'merge' ? 'Merge' : 'Squash'} ${name} (${++this.#numbers})`;
        tip = store.add(tree, how === 'merge' ? [targetTip, from] : [targetTip], subject);
        if (how === 'squash') {
          model.changes.set(subject, changeBetween(subject, before, tree));
          newOwn = [subject];
        } else if (byHand && this.#resolves(subject, before, tree, newOwn)) {
          newOwn.push(subject);
        }
        break;
      }
      case 'rebase':
      case 'pick': {
        taken = how === 'pick' ? picks : brought;
        if (how === 'rebase' && range.some(({ parents }) => parents.length > 1)) return null;
        newOwn = taken.map((commit) => commit.subject);
        const made = await this.#picked(targetTip, taken);
        if (!made || made.tip === targetTip) return null;
        tip = made.tip;
        break;
      }
    }
    const subjects = taken.map((commit) => commit.subject);
    const leftOut = how === 'squash' || how === 'merge' ? this.#leftOut(subjects, store.tree(tip)) : [];
    for (const key of leftOut) model.branches.get(target)?.vacuous.add(key);
    // Of picks, and of a part of a branch, only a branch that ends right there landed whole.
    const isWhole = how !== 'pick' && wanted === undefined;
    const tips = new Map(
      [...model.branches.values()].flatMap((other): Array<[string, string]> => {
        const isIn = isWhole
          ? range.some(({ id }) => id === other.tip)
          : other.tip === from && (how !== 'pick' || other === branch);
        return isIn && !other.deleted && other.name !== target ? [[other.name, other.tip]] : [];
      }),
    );
    model.landings.push({
      ...{ commits: subjects, into: target, how, tips, from, seen: false },
      isPlain: !byHand && leftOut.length === 0 && (await this.#isShown(taken, tip)),
      seenThen: new Map(model.seenTips),
      isReturn: model.wasSeenAt(target, tip),
      at: { id: tip, subject: store.commit(tip).subject },
      change: changeBetween(store.commit(tip).subject, before, store.tree(tip)),
    });
    const own = model.branches.get(target)?.own ?? [];
    this.#push(target, tip, joined(own, newOwn));
    return `${store.commit(tip).subject} brings ${subjects.join(', ')}${byHand ? ', conflicts resolved by hand' : ''}`;
  }

  /**
   * Whether what has landed shows that it has: done once more it does nothing (a line that is repeated, is repeated
   * again), and no part of it, up to an earlier commit, does all of it.
   */
  async #isShown(taken: StoredCommit[], at: string): Promise<boolean> {
    const { store } = this;
    const last = taken.at(-1);
    const base = taken[0]?.parents[0];
    if (!last || !base || taken.some(({ parents }) => parents.length !== 1)) return true;
    const again = await store.change(base, last.id, at);
    const isLess = [base, ...taken.slice(0, -1).map(({ id }) => id)].some((id) =>
      sameTree(store.tree(id), store.tree(last.id)),
    );
    return again !== null && sameTree(again, store.tree(at)) && !isLess;
  }

  /**
   * What the commits do, and a merge of them has not done, as `subject key`: git cannot see that something was taken
   * away which the other side has by a commit of its own (a branch that was rewritten).
   */
  #leftOut(own: string[], after: Tree): string[] {
    const keys = keysOf(after);
    const done = this.model.ownKeys({ own });
    return [...done].flatMap(([key, { present, by }]) => (keys.has(key) === present ? [] : [`${by} ${key}`]));
  }

  /** What whoever has resolved a merge has changed that none of the commits does that it brings; false where nothing. */
  #resolves(subject: string, before: Tree, after: Tree, brought: string[]): boolean {
    const { adds, removes } = changeBetween(subject, before, after);
    const done = this.model.ownKeys({ own: brought });
    const own = (keys: ReadonlySet<Key>, present: boolean) =>
      new Set([...keys].filter((key) => done.get(key)?.present !== present));
    const change = { subject, adds: own(adds, true), removes: own(removes, false) };
    if (change.adds.size + change.removes.size === 0) return false;
    this.model.changes.set(subject, change);
    return true;
  }

  async #revert(): Promise<string | null> {
    const { store, model } = this;
    const picture = look(store);
    const landing = model.landings.findLast(
      (candidate) =>
        candidate.into === 'main' && model.holds(candidate, picture) && !model.isTakenBack(candidate, picture),
    );
    const trunk = this.#tip('main');
    if (!landing || !store.isAncestor(landing.at.id, trunk)) return null;
    const before = beforeOf(store, landing);
    const tree = before && (await store.change(landing.at.id, before, trunk));
    if (!tree || sameTree(tree, store.tree(trunk))) return null;
    const subject = `Revert ${landing.at.subject} (${++this.#numbers})`;
    model.changes.set(subject, changeBetween(subject, store.tree(trunk), tree));
    model.reverts.push({ landing, subject, unseen: !landing.seen, reapplied: null });
    this.#push('main', store.add(tree, [trunk], subject), []);
    return subject;
  }

  async #reapply(): Promise<string | null> {
    const { store, model } = this;
    const picture = look(store);
    const revert = model.reverts.findLast((candidate) => model.isTakenBack(candidate.landing, picture) === candidate);
    const trunk = this.#tip('main');
    const id = revert && [...store.history(trunk)].find((commit) => store.commit(commit).subject === revert.subject);
    const [before] = id ? store.commit(id).parents : [];
    const tree = id && before ? await store.change(id, before, trunk) : null;
    if (!revert || !tree || sameTree(tree, store.tree(trunk))) return null;
    const subject = `Reapply ${revert.landing.at.subject} (${++this.#numbers})`;
    model.changes.set(subject, changeBetween(subject, store.tree(trunk), tree));
    revert.reapplied = subject;
    this.#push('main', store.add(tree, [trunk], subject), []);
    return subject;
  }

  #putTrunkBack(commits: number): string | null {
    let at: string | undefined = this.#tip('main');
    for (let i = 0; i < commits && at; i++) at = this.store.commit(at).parents[0];
    if (!at) return null;
    this.#push('main', at, []);
    return `at ${this.store.commit(at).subject}`;
  }

  #rewriteTrunk(): string {
    const { store, model } = this;
    const made = new Map<string, string>();
    const remake = (id: string): string => {
      const known = made.get(id);
      if (known) return known;
      const commit = store.commit(id);
      const parents = commit.parents.map(remake);
      const now = store.add(store.tree(id), parents, commit.subject, commit);
      made.set(id, now);
      return now;
    };
    this.#push('main', remake(this.#tip('main')), []);
    // What has landed by content is there under another id; of what has landed by its own ids, nobody has to know any more.
    for (const { into, how, at } of model.landings) {
      if (into === 'main' && how !== 'merge' && how !== 'ff') at.id = made.get(at.id) ?? at.id;
    }
    return 'done';
  }

  /** The branch's own commits, down to the first that is not its own or is below too; null where a merge is among them. */
  #ownLine(branch: BranchTruth): { base: string; commits: StoredCommit[] } | null {
    const commits: StoredCommit[] = [];
    const own = new Set(branch.own);
    const below = this.store.history(this.#tip('main'));
    const parent = this.store.tip(branch.parent);
    if (parent) for (const id of this.store.history(parent)) below.add(id);
    let commit = this.store.commit(branch.tip);
    while (own.has(commit.subject) && !below.has(commit.id) && commit.parents.length < 2) {
      commits.unshift(commit);
      const [parent] = commit.parents;
      if (!parent) break;
      commit = this.store.commit(parent);
    }
    if (commit.parents.length > 1 && !below.has(commit.id)) return null;
    return { base: commit.id, commits };
  }

  #push(name: string, tip: string, own: string[]): void {
    this.store.move(name, tip);
    const branch = this.model.branches.get(name);
    if (!branch) return;
    Object.assign(branch, { tip, own: [...own], authored: { tip, own: [...own] } });
  }

  #tip(branch: string): string {
    const tip = this.store.tip(branch);
    if (tip === null) throw new Error(`${branch} is not on the remote`);
    return tip;
  }

  #label(branch: string): string {
    const count = (this.#counts.get(branch) ?? 0) + 1;
    this.#counts.set(branch, count);
    return `${branch}${count}`;
  }

  #record(subject: string, before: Tree, after: Tree): string {
    this.model.changes.set(subject, changeBetween(subject, before, after));
    return subject;
  }

  /** The tree after the edits; null where they change nothing. */
  #edited(tree: Tree, edits: Edit[], label: string): Tree | null {
    const files = new Map(tree);
    for (const [i, edit] of edits.entries()) this.#edit(files, edit, i === 0 ? label : `${label}${'abc'[i - 1] ?? ''}`);
    return sameTree(files, tree) ? null : files;
  }

  #edit(files: Map<string, readonly string[]>, edit: Edit, label: string): void {
    switch (edit.do) {
      case 'new file': {
        const path = edit.path ?? `${label}.txt`;
        if (!files.has(path)) files.set(path, [`${label}: first`, `${label}: second`]);
        return;
      }
      case 'remove file': {
        const others = [...files.keys()].filter((path) => path !== SHARED && path !== BLOCKS).sort();
        const path = edit.path ?? others[edit.at % Math.max(1, others.length)];
        if (path) files.delete(path);
        return;
      }
      case 'repeat': {
        const lines = [...(files.get(BLOCKS) ?? [])];
        const start = lines.indexOf(`# ${edit.block}`);
        const end = start + (edit.block === 'one' ? lines.indexOf('# two') : lines.length - start);
        if (start < 0 || lines.slice(start, end).includes(REPEATED)) return;
        lines.splice(start + 4, 0, REPEATED);
        files.set(BLOCKS, lines);
        return;
      }
      default: {
        const path = edit.path ?? SHARED;
        const lines = [...(files.get(path) ?? [])];
        const at = edit.at % Math.max(1, lines.length);
        const line = lines[at];
        if (line === undefined) return;
        const text = line.trimStart();
        const indent = ++this.#numbers;
        if (edit.do === 'add') lines.splice(at + 1, 0, `${' '.repeat(MARGIN)}${label}`);
        else if (edit.do === 'change') lines[at] = `${' '.repeat(MARGIN)}${label}`;
        else if (edit.do === 'remove') lines.splice(at, 1);
        // By a number of its own, so that it shows who did it.
        else if (edit.do === 'indent') lines[at] = `${' '.repeat(MARGIN + indent)}${text}`;
        else lines[at] = `${' '.repeat(MARGIN - 1 - (indent % MARGIN))}${text}`;
        files.set(path, lines);
      }
    }
  }
}

/** A merge in which every file that both have changed is as `theirs` has it. */
function resolved(store: Store, ours: string, theirs: string): Tree | null {
  const known = store.history(ours);
  const fork = [...store.history(theirs)].find((id) => known.has(id));
  if (!fork) return null;
  const [old, mine, other] = [store.tree(fork), store.tree(ours), store.tree(theirs)];
  const tree = new Map(mine);
  for (const path of new Set([...old.keys(), ...other.keys()])) {
    const lines = other.get(path);
    if (lines?.join('\n') === old.get(path)?.join('\n')) continue;
    if (lines) tree.set(path, lines);
    else tree.delete(path);
  }
  return tree;
}

const NAMES = ['A', 'B', 'C', 'D'];
const at = fc.nat(11);
const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Edit>({ do: 'new file' }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove file' as const), at: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('add' as const), at }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('change' as const, 'remove', 'indent', 'dedent'), at }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('repeat' as const), block: fc.constantFrom('one' as const, 'two') }),
  },
);
const edits = fc.array(edit, { minLength: 1, maxLength: 2 });
const name = fc.constantFrom(...NAMES.slice(0, 3));
const branchOn = (names: string[], on: string[]) =>
  fc.record({
    do: fc.constant('branch' as const),
    name: fc.constantFrom(...names),
    on: fc.constantFrom(...on),
    commits: fc.array(edits, { minLength: 1, maxLength: 3 }),
  });
const land = fc.record(
  {
    do: fc.constant('land' as const),
    branch: name,
    into: fc.constantFrom('main' as const, 'main', 'parent'),
    how: fc.constantFrom('squash' as const, 'squash', 'merge', 'rebase', 'pick', 'ff'),
    commits: fc.constantFrom(1, 2),
    byHand: fc.constant(true),
  },
  { requiredKeys: ['do', 'branch', 'into', 'how'] },
);
const author: fc.Arbitrary<Move> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('commit' as const), on: name, edits }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('amend' as const), on: name, edits }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reset' as const), on: name, back: fc.constantFrom(1, 2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('take out' as const), on: name, nth: fc.nat(1) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('reorder' as const, 'split', 'fixup', 'rebase', 'merge trunk', 'push old'),
      on: name,
    }),
  },
);
const maintainer: fc.Arbitrary<Move> = fc.oneof(
  { weight: 8, arbitrary: land },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('revert' as const, 'revert', 'reapply') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('put trunk back' as const), commits: fc.constantFrom(1, 2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rewrite trunk' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('trunk' as const), edits }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), branch: name }) },
);
const job: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('job' as const),
      kind: fc.constantFrom<JobKind>('sync_repo', 'restack_repo'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('job' as const),
      kind: fc.constantFrom<JobKind>('restack_subtree', 'rebase_branch'),
      branch: name,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('job' as const),
      kind: fc.constant<JobKind>('reparent_branch'),
      branch: name,
      parent: fc.constantFrom('main', ...NAMES.slice(0, 3)),
    }),
  },
);

/** A few moves of people, and then a job: two jobs in a row seldom find anything new. */
const round = fc
  .tuple(
    fc.array(
      fc.oneof(
        { weight: 5, arbitrary: author },
        { weight: 6, arbitrary: maintainer },
        { weight: 1, arbitrary: branchOn(['D'], ['main', 'A', 'B', 'C']) },
      ),
      { minLength: 1, maxLength: 3 },
    ),
    job,
  )
  .map(([moves, last]) => [...moves, last]);

/** Three branches, and what happens to them. Every history ends with a restack of everything. */
export const histories: fc.Arbitrary<Move[]> = fc
  .tuple(
    branchOn(['A'], ['main']),
    branchOn(['B'], ['A', 'A', 'A', 'main']),
    branchOn(['C'], ['B', 'B', 'A', 'main']),
    fc.array(round, { minLength: 1, maxLength: 4 }),
  )
  .map(([a, b, c, rounds]) => [...[a, b, c], ...rounds.flat(), { do: 'job', kind: 'restack_repo' }]);

/** A branch's own commits with those that a landing brings: one that comes below a commit that both have is older. */
function joined(own: string[], brought: string[]): string[] {
  const all = [...own];
  let next = all.length;
  for (const subject of brought.toReversed()) {
    const at = all.indexOf(subject);
    if (at >= 0) next = at;
    else all.splice(next, 0, subject);
  }
  return all;
}
