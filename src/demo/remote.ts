import { appendFile, chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git, gitText } from '@/git/process/run';

/**
 * A bare repository for tests and the demo, written quickly (one `git fast-import` for any number of commits)
 * and read back in words that a test wants. Dates are fixed unless one is given, so the same calls give the same commit
 * ids.
 */

/** What a commit changes: path → content; null deletes the path. */
export type Files = Record<string, string | Uint8Array | FileEntry | null>;

/** A file with a mode. For a symbolic link `content` is its target, for a submodule the commit id. */
export interface FileEntry {
  mode: '100644' | '100755' | '120000' | '160000';
  content: string | Uint8Array;
}

export interface CommitOptions {
  /** `Name <email>`; the chain's author unless given. */
  author?: string;
  /** More parents: makes a merge commit whose content is the first parent's plus `files`. Branches or commit ids. */
  merge?: string[];
}

/** Commits to come, in order. Nothing is written until `write`. */
export interface Chain {
  /** Makes the branch (or makes it anew) at the chain's commit, and goes on on it. */
  branch(name: string): Chain;
  /** Adds a commit to the chain's branch. `message` is subject and body. */
  commit(message: string, files?: Files, options?: CommitOptions): Chain;
  /** The author of the commits that follow. */
  by(author: string): Chain;
  /** When the next commit is made; those after it follow ten minutes apart. */
  at(time: Date): Chain;
  /** Writes everything and returns the tips of the branches touched. */
  write(): Promise<Record<string, string>>;
}

export interface Remote {
  /** The bare repository's path; also what one gives to Spicerack as its URL. */
  readonly dir: string;
  readonly trunk: string;
  /**
   * Starts a chain at a branch, or at any other commit (`cart~1`, a commit id): there, `branch` comes first.
   * So `from('cart~1').branch('cart').commit(…)` rewrites the last commit of `cart`.
   */
  from(start: string): Chain;
  /** Merges a branch into trunk with a merge commit, or as one squashed commit, and returns trunk's new tip. */
  merge(branch: string, how: 'merge' | 'squash', at?: Date): Promise<string>;
  /** Points a branch at a commit-ish, whatever was there. */
  move(branch: string, to: string): Promise<void>;
  delete(branch: string): Promise<void>;
  /** From now on pushes that move the branch are declined by an update hook with this message. */
  protect(branch: string, message?: string): Promise<void>;
  /** Installs a hook (a `/bin/sh` script without its first line). */
  hook(name: 'update' | 'pre-receive' | 'post-receive', script: string): Promise<void>;
  config(key: string, value: string): Promise<void>;

  /** Branch → tip. */
  tips(): Promise<Record<string, string>>;
  /** The tip of a branch. @throws GitError where there is none. */
  tip(branch: string): Promise<string>;
  /** Subjects of `over..branch`, oldest first; of the whole history where `over` is left out. */
  subjects(branch: string, over?: string): Promise<string[]>;
  /** Content of a file, or null where the path is not there. */
  file(branch: string, path: string): Promise<string | null>;
  /** Paths of all files, sorted. */
  paths(branch: string): Promise<string[]>;
  /** Whether the first commit-ish is in the history of the second. */
  contains(branch: string, ancestor: string): Promise<boolean>;
  /** `git log --graph` over all branches, for people. */
  graph(): Promise<string>;
}

const AUTHOR = 'Ada Fern <ada@example.com>';
/** 2024-03-04 09:00 UTC; each commit is ten minutes later. */
const FIRST_COMMIT = 1_709_542_800;
const STEP = 600;

/** Makes an empty bare repository at `dir` (its parents too) and returns it as a `Remote`. */
export async function makeRemote(dir: string, options: { trunk?: string } = {}): Promise<Remote> {
  const trunk = options.trunk ?? 'main';
  await mkdir(dir, { recursive: true });
  await git(['init', '--bare', '--quiet', '--template=', `--initial-branch=${trunk}`, dir]);
  return openRemote(dir, trunk);
}

/** A `Remote` over a bare repository that is already there. */
export function openRemote(dir: string, trunk = 'main'): Remote {
  let clock = FIRST_COMMIT;
  const tick = () => {
    clock += STEP;
    return clock;
  };
  const run = (args: string[]) => gitText(args, { gitDir: dir });
  const ref = (branch: string) => `refs/heads/${branch}`;

  const readTips = async () => {
    const lines = await run(['for-each-ref', '--format=%(objectname) %(refname:lstrip=2)', 'refs/heads']);
    return Object.fromEntries(
      lines
        .split('\n')
        .filter(Boolean)
        .map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]),
    );
  };

  return {
    dir,
    trunk,
    from: (start) => chain(dir, start, readTips, tick),
    async merge(branch, how, at) {
      const tree = await run(['merge-tree', '--write-tree', ref(trunk), ref(branch)]);
      const subjects = () => run(['log', '--reverse', '--format=* %s', `${ref(trunk)}..${ref(branch)}`]);
      const message = how === 'merge' ? `Merge branch '${branch}'` : `${branch} (squashed)\n\n${await subjects()}`;
      const parents = ['-p', ref(trunk), ...(how === 'merge' ? ['-p', ref(branch)] : [])];
      const commit = await gitText(['commit-tree', tree, ...parents, '-m', message], {
        gitDir: dir,
        env: identity(AUTHOR, gitDate(at ? secondsOf(at) : tick())),
      });
      await run(['update-ref', ref(trunk), commit]);
      return commit;
    },
    async move(branch, to) {
      await run(['update-ref', ref(branch), `${to}^{commit}`]);
    },
    async delete(branch) {
      await run(['update-ref', '-d', ref(branch)]);
    },
    async protect(branch, message = 'this branch is protected') {
      await appendFile(join(dir, 'protected'), `${ref(branch)}\t${message}\n`);
      await writeHook(
        dir,
        'update',
        `while IFS="\t" read -r name message; do
  if [ "$name" = "$1" ]; then echo "$message" >&2; exit 1; fi
done <"$(git rev-parse --git-dir)/protected"`,
      );
    },
    hook: (name, script) => writeHook(dir, name, script),
    async config(key, value) {
      await run(['config', key, value]);
    },
    tips: readTips,
    tip: (branch) => run(['rev-parse', '--verify', ref(branch)]),
    async subjects(branch, over) {
      const range = over ? `${over}..${branch}` : branch;
      const lines = await run(['log', '--reverse', '--topo-order', '--format=%s', range, '--']);
      return lines.split('\n').filter(Boolean);
    },
    async file(branch, path) {
      const { code, stdout } = await git(['cat-file', 'blob', `${branch}:${path}`], { gitDir: dir, okCodes: [0, 128] });
      return code === 0 ? stdout.toString('utf8') : null;
    },
    async paths(branch) {
      return (await run(['ls-tree', '-r', '-z', '--name-only', '--full-tree', branch])).split('\0').filter(Boolean);
    },
    async contains(branch, ancestor) {
      const args = ['merge-base', '--is-ancestor', ancestor, branch];
      return (await git(args, { gitDir: dir, okCodes: [0, 1] })).code === 0;
    },
    graph: () =>
      run(['log', '--graph', '--format=%h%d %s', '--decorate-refs=refs/heads/', '--branches', '--topo-order']),
  };
}

const secondsOf = (time: Date) => Math.floor(time.getTime() / 1000);

/** A time as git takes it. */
const gitDate = (seconds: number) => `${seconds} +0000`;

/** The variables that make git write a commit as this person at this time (`seconds zone`). */
function identity(author: string, date: string): Record<string, string> {
  const [, name = '', email = ''] = author.match(/^(.*) <(.*)>$/) ?? [];
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: date,
  };
}

async function writeHook(dir: string, name: string, script: string): Promise<void> {
  const path = join(dir, 'hooks', name);
  await mkdir(join(dir, 'hooks'), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

/** A chain as a `git fast-import` stream in the making. */
function chain(dir: string, start: string, readTips: () => Promise<Record<string, string>>, tick: () => number): Chain {
  type Step =
    | { do: 'branch'; name: string }
    | { do: 'commit'; message: string; files: Files; author: string; date: string; merge: string[] };
  const steps: Step[] = [];
  let author = AUTHOR;
  /** When the next commit is made, where somebody has said it. */
  let next: number | null = null;
  const date = () => {
    if (next === null) return gitDate(tick());
    next += STEP;
    return gitDate(next - STEP);
  };

  const self: Chain = {
    branch(name) {
      steps.push({ do: 'branch', name });
      return self;
    },
    commit(message, files = {}, options = {}) {
      steps.push({
        do: 'commit',
        message,
        files,
        author: options.author ?? author,
        date: date(),
        merge: options.merge ?? [],
      });
      return self;
    },
    by(person) {
      author = person;
      return self;
    },
    at(time) {
      next = secondsOf(time);
      return self;
    },
    async write() {
      const tips = await readTips();
      const resolve = async (name: string) =>
        tips[name] ?? (await gitText(['rev-parse', '--verify', `${name}^{commit}`], { gitDir: dir }));
      const empty = Object.keys(tips).length === 0;
      /** Where the next commit stands: a commit id, a mark, or null for a root. */
      let at = empty ? null : await resolve(start);
      let branch = empty || start in tips ? start : null;
      /** Where each branch touched stands: a commit id, or a mark. */
      const touched = new Map<string, string>();
      const stream: Array<string | Uint8Array> = [];
      let mark = 0;
      for (const step of steps) {
        if (step.do === 'branch') {
          branch = step.name;
          if (!at) continue;
          touched.set(branch, at);
          stream.push(`reset refs/heads/${branch}\nfrom ${at}\n\n`);
          continue;
        }
        if (!branch) throw new Error(`${start} is not a branch: say which branch the commit goes to`);
        mark += 1;
        stream.push(`commit refs/heads/${branch}\nmark :${mark}\n`);
        stream.push(`author ${step.author} ${step.date}\ncommitter ${step.author} ${step.date}\n`);
        stream.push(...data(step.message));
        if (at) stream.push(`from ${at}\n`);
        for (const parent of step.merge) stream.push(`merge ${await resolve(parent)}\n`);
        for (const [path, entry] of Object.entries(step.files)) stream.push(...fileChange(path, entry));
        stream.push('\n');
        at = `:${mark}`;
        touched.set(branch, at);
      }
      // It prints the ids that the marks got, so that nothing has to read them back.
      const marks = [...touched.values()].filter((place) => place.startsWith(':'));
      for (const place of marks) stream.push(`get-mark ${place}\n`);
      const printed = await gitText(['fast-import', '--quiet', '--force'], { gitDir: dir, input: concat(stream) });
      const ids = new Map(printed.split('\n').map((id, i) => [marks[i], id]));
      return Object.fromEntries([...touched].map(([name, place]) => [name, ids.get(place) ?? place]));
    },
  };
  return self;
}

function fileChange(path: string, entry: Files[string]): Array<string | Uint8Array> {
  const quoted = `"${path.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`;
  if (entry === null || entry === undefined) return [`D ${quoted}\n`];
  if (typeof entry === 'string' || entry instanceof Uint8Array) {
    return [`M 100644 inline ${quoted}\n`, ...data(entry)];
  }
  if (entry.mode === '160000') return [`M 160000 ${String(entry.content)} ${quoted}\n`];
  return [`M ${entry.mode} inline ${quoted}\n`, ...data(entry.content)];
}

function data(content: string | Uint8Array): Array<string | Uint8Array> {
  const bytes = Buffer.from(content);
  return [`data ${bytes.length}\n`, bytes, '\n'];
}

function concat(parts: Array<string | Uint8Array>): Buffer {
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}
