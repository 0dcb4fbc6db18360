import fc from 'fast-check';
import type { Files, Remote } from '@/demo/remote';
import { git, gitText } from '@/git/process/run';
import type { Action, TargetBranch } from '@/stack/targets';

/** A change to the files of a branch, by numbers that are taken modulo what there is. */
export type Edit =
  | { do: 'line'; file: number; line: number; word: number }
  | { do: 'add' | 'delete' | 'rename' | 'mode'; file: number; word: number }
  /** The change that an earlier edit made, once more, or back to how it was. */
  | { do: 'again' | 'back'; earlier: number }
  | { do: 'nothing' };

/** What happens to a repository, in order. `branch` counts the branches that are there by then. */
export type Happening =
  | { do: 'branch'; parent: number; edits: Edit[] }
  | { do: 'commit'; branch: number; edit: Edit }
  | { do: 'trunk'; edit: Edit }
  /** The branch's last commit is replaced; those above it keep the old one. */
  | { do: 'amend'; branch: number; edit: Edit }
  /** Trunk is merged into the branch, by a commit that changes something itself where there is an `edit`. */
  | { do: 'merge in'; branch: number; edit?: Edit | undefined }
  /** The branch goes into trunk: by a merge commit, as one commit, or its last commit alone. */
  | { do: 'merge' | 'squash' | 'pick'; branch: number };

export interface RandomHistory {
  happenings: Happening[];
  action: {
    kind: 'restack_repo' | 'restack_subtree' | 'rebase_branch' | 'reparent_branch';
    branch: number;
    parent: number;
  };
}

const small = fc.nat(7);

const edits: fc.Arbitrary<Edit> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('line' as const), file: fc.nat(2), line: fc.nat(8), word: fc.nat(5) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('add' as const, 'delete', 'rename', 'mode'),
      file: small,
      word: fc.nat(3),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('again' as const, 'back'), earlier: small }) },
  { weight: 1, arbitrary: fc.constant({ do: 'nothing' as const }) },
);

const newBranch = fc.record({
  do: fc.constant('branch' as const),
  parent: small,
  edits: fc.array(edits, { minLength: 0, maxLength: 3 }),
});
const happenings: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: newBranch },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('trunk' as const), edit: edits }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('commit' as const, 'amend'), branch: small, edit: edits }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('merge' as const, 'squash', 'pick'), branch: small }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('merge in' as const),
      branch: small,
      edit: fc.option(edits, { nil: undefined }),
    }),
  },
);

export const randomHistories: fc.Arbitrary<RandomHistory> = fc.record({
  happenings: fc
    .tuple(newBranch, fc.array(happenings, { minLength: 3, maxLength: 9 }))
    .map(([first, rest]) => [first, ...rest]),
  action: fc.record({
    kind: fc.constantFrom('restack_repo', 'restack_repo', 'restack_subtree', 'rebase_branch', 'reparent_branch'),
    branch: small,
    parent: small,
  }),
});

type Tree = Map<string, { lines: string[]; executable: boolean }>;

/** A branch's files after each of its commits, newest last; `own` of them were made on it. */
interface Line {
  trees: Tree[];
  own: number;
}

/** Makes the history in an empty remote. Returns the branch rows as they would be, and the action on them. */
export async function buildHistory(
  remote: Remote,
  { happenings: list, action }: RandomHistory,
): Promise<{ rows: TargetBranch[]; action: Action; commits: number }> {
  const start: Tree = new Map(
    ['f', 'dir/g', 'dir/h'].map((path) => [
      path,
      { lines: [...'123456789'].map((n) => `${path} ${n}`), executable: false },
    ]),
  );
  await remote.from('main').commit('Start', filesOf(new Map(), start)).write();
  const lines = new Map<string, Line>([['main', { trees: [start], own: 1 }]]);
  const rows: Array<{ name: string; parent: string; base: string }> = [];
  const done: Array<{ path: string; line: number; from: string; to: string }> = [];
  let commits = 1;
  const subject = (branch: string) => `${branch}: commit ${commits++}`;
  const at = (branch: string): Line => lines.get(branch) ?? { trees: [start], own: 0 };
  const top = (branch: string): Tree => at(branch).trees.at(-1) ?? start;
  const author = () => `${['Ada', 'Grüße Jörg', 'O"Neil'][commits % 3]} <a${commits % 3}@example.com>`;

  const commit = async (branch: string, edit: Edit) => {
    const after = applied(top(branch), edit, done);
    await remote
      .from(branch)
      .by(author())
      .commit(subject(branch), filesOf(top(branch), after))
      .write();
    at(branch).trees.push(after);
    at(branch).own += 1;
  };
  /** Makes the merge that is the branch's last commit change more than git's merge does. */
  const editMerge = async (branch: string, edit: Edit) => {
    const merge = await remote.tip(branch);
    const after = applied(top(branch), edit, done);
    const chain = remote.from(branch).commit(subject(branch), filesOf(top(branch), after));
    await chain.write();
    const parents = [`${merge}^1`, `${merge}^2`];
    await remote.move(branch, await commitTree(remote, `${branch}^{tree}`, parents, subject(branch)));
    at(branch).trees.splice(-1, 1, after);
  };
  const reload = async (branch: string) => {
    const tree = await readTree(remote, branch);
    at(branch).trees.push(tree);
    at(branch).own += 1;
  };

  for (const what of list) {
    if (what.do === 'branch') {
      const name = `b${rows.length + 1}`;
      const parent = ['main', ...rows.map((row) => row.name)].at(-1 - (what.parent % (rows.length + 1))) ?? 'main';
      rows.push({ name, parent, base: await remote.tip(parent) });
      await remote.move(name, parent);
      lines.set(name, { trees: [top(parent)], own: 0 });
      for (const edit of what.edits) await commit(name, edit);
      continue;
    }
    if (what.do === 'trunk') {
      await commit('main', what.edit);
      continue;
    }
    const { name = 'main' } = rows[what.branch % rows.length] ?? {};
    switch (what.do) {
      case 'commit':
        await commit(name, what.edit);
        break;
      case 'amend': {
        const { trees, own } = at(name);
        const below = trees.at(-2);
        if (own === 0 || !below) break;
        trees.pop();
        const after = applied(below, what.edit, done);
        await remote
          .from(`${name}~1`)
          .branch(name)
          .by(author())
          .commit(`${subject(name)}, amended`, filesOf(below, after))
          .write();
        trees.push(after);
        break;
      }
      case 'merge in':
        if (!(await mergeInto(remote, name, 'main', subject(name)))) break;
        await reload(name);
        if (what.edit) await editMerge(name, what.edit);
        break;
      case 'merge':
      case 'squash':
      case 'pick':
        if (at(name).own > 0 && (await goesIntoTrunk(remote, name, what.do, subject('main')))) await reload('main');
        break;
    }
  }

  const tips = await remote.tips();
  const full = await Promise.all(
    rows.map(async ({ name, parent, base }): Promise<TargetBranch> => {
      const tip = tips[name] ?? '';
      return { name, tip, parent, base: await baseNow(remote, base, parent, tip), ...LIVE };
    }),
  );
  const chosen = full[action.branch % full.length]?.name ?? '';
  const parents = ['main', ...full.map((row) => row.name)];
  const { kind } = action;
  const parent = kind === 'reparent_branch' ? (parents[action.parent % parents.length] ?? 'main') : null;
  return { rows: full, action: { kind, branch: kind === 'restack_repo' ? null : chosen, parent }, commits };
}

const LIVE = { tracked: true, merged: false, gone: false, suggestedParent: null };

/** The recorded base while the branch holds it, moved up to the merge base where that is later. */
async function baseNow(remote: Remote, recorded: string, parent: string, tip: string): Promise<string> {
  const mergeBase = await gitText(['merge-base', parent, tip], { gitDir: remote.dir });
  const isRecordedUseful = (await remote.contains(tip, recorded)) && !(await remote.contains(mergeBase, recorded));
  return isRecordedUseful ? recorded : mergeBase;
}

function applied(tree: Tree, edit: Edit, done: Array<{ path: string; line: number; from: string; to: string }>): Tree {
  const after: Tree = new Map(tree);
  const paths = [...tree.keys()].sort();
  const put = (path: string, line: number, to: string) => {
    const file = after.get(path);
    const from = file?.lines[line];
    if (!file || from === undefined || from === to) return;
    done.push({ path, line, from, to });
    after.set(path, { ...file, lines: file.lines.with(line, to) });
  };
  const path = 'file' in edit ? (paths[edit.file % Math.max(1, paths.length)] ?? '') : '';
  const file = tree.get(path);
  switch (edit.do) {
    case 'line':
      put(path, edit.line, `word ${edit.word}`);
      break;
    case 'again':
    case 'back': {
      const earlier = done[done.length - 1 - (edit.earlier % Math.max(1, done.length))];
      if (earlier) put(earlier.path, earlier.line, edit.do === 'again' ? earlier.to : earlier.from);
      break;
    }
    case 'add':
      after.set(`new/${edit.word}`, { lines: [`added ${edit.file}`, 'second', 'third'], executable: false });
      break;
    case 'delete':
      if (paths.length > 1) after.delete(path);
      break;
    case 'rename':
      if (!file) break;
      after.delete(path);
      after.set(`moved ${edit.word}/${path.replace(/^.*\//, '')}`, file);
      break;
    case 'mode':
      if (file) after.set(path, { ...file, executable: !file.executable });
      break;
    case 'nothing':
      break;
  }
  return after;
}

/** What a commit changes that leads from one tree to the next. */
function filesOf(before: Tree, after: Tree): Files {
  const changes: Files = {};
  for (const path of before.keys()) if (!after.has(path)) changes[path] = null;
  for (const [path, file] of after) {
    if (before.get(path) === file) continue;
    changes[path] = { mode: file.executable ? '100755' : '100644', content: `${file.lines.join('\n')}\n` };
  }
  return changes;
}

async function readTree(remote: Remote, branch: string): Promise<Tree> {
  const listing = await gitText(['ls-tree', '-r', '-z', '--full-tree', branch], { gitDir: remote.dir });
  const tree: Tree = new Map();
  for (const entry of listing.split('\0').filter(Boolean)) {
    const path = entry.slice(entry.indexOf('\t') + 1);
    const content = (await remote.file(branch, path)) ?? '';
    tree.set(path, { lines: content.replace(/\n$/, '').split('\n'), executable: entry.startsWith('100755') });
  }
  return tree;
}

/** Merges a branch into another one by a merge commit; false where that conflicts or there is nothing to merge. */
async function mergeInto(remote: Remote, into: string, branch: string, message: string): Promise<boolean> {
  if (await remote.contains(into, branch)) return false;
  const tree = await mergedTree(remote, into, branch);
  if (!tree) return false;
  await remote.move(into, await commitTree(remote, tree, [into, branch], message));
  return true;
}

async function goesIntoTrunk(
  remote: Remote,
  branch: string,
  how: 'merge' | 'squash' | 'pick',
  message: string,
): Promise<boolean> {
  if (how === 'merge') return mergeInto(remote, 'main', branch, message);
  // A pick of the last commit is a merge whose base is the commit before it: a copy of trunk that stands there.
  const ours = how === 'squash' ? 'main' : await commitTree(remote, 'main^{tree}', [`${branch}~1`], 'ours');
  const tree = await mergedTree(remote, ours, branch);
  if (!tree) return false;
  await remote.move('main', await commitTree(remote, tree, ['main'], message));
  return true;
}

async function mergedTree(remote: Remote, ours: string, theirs: string): Promise<string | null> {
  const args = ['merge-tree', '--write-tree', '--no-messages', ours, theirs];
  const { code, stdout } = await git(args, { gitDir: remote.dir, okCodes: [0, 1] });
  return code === 0 ? stdout.toString().trim() : null;
}

async function commitTree(remote: Remote, tree: string, parents: string[], message: string): Promise<string> {
  const options = { gitDir: remote.dir, env: MERGER };
  const id = await gitText(['rev-parse', tree], options);
  return gitText(['commit-tree', id, ...parents.flatMap((parent) => ['-p', parent]), '-m', message], options);
}

const MERGER = {
  GIT_AUTHOR_NAME: 'Merger',
  GIT_AUTHOR_EMAIL: 'm@example.com',
  GIT_AUTHOR_DATE: '1720000000 +0200',
  GIT_COMMITTER_NAME: 'Merger',
  GIT_COMMITTER_EMAIL: 'm@example.com',
  GIT_COMMITTER_DATE: '1720000000 +0200',
};
