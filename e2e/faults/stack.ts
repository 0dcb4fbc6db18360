import type { Spicerack } from '@spicerack/client';
import { and, eq } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { type Db, write } from '@/db/client';
import { type BranchRow, branches, type JobRow, jobMoves, jobs } from '@/db/schema';
import type { Remote } from '@/demo/remote';
import type { JobKind } from '@/model/kinds';
import { insertJob } from '@/queue/accept';
import type { RemoteHistory } from './history';

/**
 * The stack that every cell works on, and what each kind of job does to it.
 * main ← a ← b ← c, and `fix` beside them; each branch has one commit of its own.
 */

/** Subjects of the commits that belong to a branch, wherever it stands. */
export type Own = Record<string, string[]>;

export const OWN: Own = { a: ['A'], b: ['B'], c: ['C'], fix: ['Fix two'] };

/** One repository in Spicerack and its remote, which nobody else works on. */
export interface Repo {
  id: string;
  remote: Remote;
  /** The commits of each branch; grows when somebody pushes. */
  own: Own;
}

/** What a kind of job does to the stack. */
export interface Scenario {
  kind: JobKind;
  /** Whether it begins on the stack in which a job has put b onto fix, the one that an undo takes back. */
  reparented?: boolean;
  /** Changes the remote so that there is something to do. */
  prepare(repo: Repo): Promise<void>;
  /** Asks for the job and returns its id. */
  request(client: Spicerack, db: Db, repo: Repo): Promise<string>;
  /** The branches whose refs the job moves, bottom up. */
  moves: string[];
  /** The branch that somebody else pushes to, where the job moves none. */
  othersPushTo?: string;
  /** What is not as the job leaves it when it completes. */
  missing(at: Outcome): string[];
}

/** What there is after a job. */
export interface Outcome {
  history: RemoteHistory;
  rows: Map<string, BranchRow>;
}

const advance = (repo: Repo) => repo.remote.from('main').commit('Main moves', { 'main.txt': 'x\n' }).write();

const run =
  (kind: Parameters<Spicerack['jobs']['run']>[0]['kind'], fields: { branch?: string; parent?: string } = {}) =>
  async (client: Spicerack, _db: Db, repo: Repo) =>
    (await client.jobs.run({ repoId: repo.id, kind, ...fields })).jobId;

/** The branches, as `branch on parent`, that are not tracked so, or do not stand on their parent's tip. */
function notOn({ history, rows }: Outcome, stack: Record<string, string>): string[] {
  const wrong: string[] = [];
  for (const [branch, parent] of Object.entries(stack)) {
    if (rows.get(branch)?.parent !== parent) wrong.push(`${branch} is tracked on ${rows.get(branch)?.parent}`);
    else if (!history.contains(branch, parent)) wrong.push(`${branch} does not stand on ${parent}`);
  }
  return wrong;
}

export const SCENARIOS: Scenario[] = [
  {
    kind: 'sync_repo',
    async prepare(repo) {
      await advance(repo);
      await repo.remote.merge('a', 'squash');
    },
    request: run('sync_repo'),
    moves: ['b', 'c'],
    missing: (at) => notOn(at, { b: 'main', c: 'b' }),
  },
  {
    kind: 'restack_repo',
    prepare: async (repo) => void (await advance(repo)),
    request: run('restack_repo'),
    moves: ['a', 'b', 'c', 'fix'],
    missing: (at) => notOn(at, { a: 'main', b: 'a', c: 'b', fix: 'main' }),
  },
  {
    kind: 'restack_subtree',
    prepare: async (repo) => void (await advance(repo)),
    request: run('restack_subtree', { branch: 'a' }),
    moves: ['a', 'b', 'c'],
    missing: (at) => notOn(at, { a: 'main', b: 'a', c: 'b' }),
  },
  {
    kind: 'rebase_branch',
    prepare: async (repo) => void (await advance(repo)),
    request: run('rebase_branch', { branch: 'a' }),
    moves: ['a'],
    missing: (at) => notOn(at, { a: 'main' }),
  },
  {
    kind: 'reparent_branch',
    prepare: async (repo) => void (await advance(repo)),
    request: run('reparent_branch', { branch: 'b', parent: 'fix' }),
    moves: ['b', 'c'],
    missing: (at) => notOn(at, { b: 'fix', c: 'b' }),
  },
  {
    kind: 'register_existing_branch',
    async prepare(repo) {
      await repo.remote.from('c').branch('d').commit('D', { 'd.txt': 'd\n' }).write();
      repo.own.d = ['D'];
    },
    request: run('register_existing_branch', { branch: 'd', parent: 'c' }),
    moves: [],
    othersPushTo: 'd',
    missing: (at) => notOn(at, { d: 'c' }),
  },
  {
    kind: 'create_branch',
    prepare: async (repo) => {
      repo.own.agent = [];
    },
    async request(_client, db, repo) {
      const id = uuid();
      await write(db, [
        insertJob(db, {
          id,
          repoId: repo.id,
          kind: 'create_branch',
          branch: 'agent',
          parent: 'c',
          requestedBy: 'faults',
        }),
      ]);
      return id;
    },
    moves: ['agent'],
    missing: (at) => notOn(at, { agent: 'c' }),
  },
  {
    kind: 'untrack_branch',
    prepare: async () => undefined,
    request: async (client, _db, repo) => (await client.branches.untrack({ repoId: repo.id, branch: 'b' })).jobId,
    moves: [],
    othersPushTo: 'c',
    missing: (at) => [...notOn(at, { c: 'a' }), ...(at.rows.get('b')?.tracked ? ['b is tracked'] : [])],
  },
  {
    kind: 'undo',
    reparented: true,
    prepare: async () => undefined,
    async request(client, db, repo) {
      const [done] = await db
        .select()
        .from(jobs)
        .where(and(eq(jobs.repoId, repo.id), eq(jobs.kind, 'reparent_branch')));
      return (await client.jobs.undo({ jobId: done?.id ?? '' })).jobId;
    },
    moves: ['b', 'c'],
    missing: (at) => notOn(at, { b: 'a', c: 'b' }),
  },
];

/** What can be told from the rows and the remote after any job, whatever happened to it. */
export async function brokenPromises(
  db: Db,
  job: JobRow,
  { id, remote, own }: Repo,
  history: RemoteHistory,
): Promise<string[]> {
  const wrong: string[] = [];
  const { tips } = history;
  const rows = await branchRows(db, id);
  for (const [name, tip] of Object.entries(tips)) {
    if (name === remote.trunk) continue;
    const row = rows.get(name);
    if (row?.tip !== tip || row.gone) wrong.push(`the row of ${name} is not where the remote is`);
    const commits = own[name];
    if (!row || !commits) {
      wrong.push(`${name} is nobody's branch`);
    } else if (row.tracked && !row.merged) {
      if (!row.base || !history.contains(name, row.base)) wrong.push(`the base of ${name} is not below it`);
      else {
        // What stood on a branch that was untracked has that one's commits as its own.
        const heir = name === 'c' && row.parent === 'a' && rows.get('b')?.tracked === false;
        same(
          history.subjects(name, row.base),
          heir ? [...(own.b ?? []), ...commits] : commits,
          `${name} over its base`,
          wrong,
        );
      }
      if (row.parent !== remote.trunk && !rows.has(row.parent ?? '')) wrong.push(`${name} stands on no branch`);
    } else {
      const subjects = history.subjects(name);
      if (commits.some((subject) => subjects.filter((s) => s === subject).length !== 1)) {
        wrong.push(`${name} does not hold ${commits.join(', ')} once`);
      }
    }
  }
  for (const row of rows.values()) {
    if (!(row.name in tips) && !row.gone && !row.merged) wrong.push(`${row.name} has a row and is not on the remote`);
  }
  const pushed = await db
    .select()
    .from(jobMoves)
    .where(and(eq(jobMoves.jobId, job.id), eq(jobMoves.state, 'pushed')));
  if (new Set(pushed.map((move) => move.branch)).size < pushed.length) wrong.push('a branch was pushed twice');
  return wrong;
}

function same(actual: string[], expected: string[], what: string, wrong: string[]): void {
  if (actual.join() !== expected.join()) wrong.push(`${what} is [${actual.join(', ')}], not [${expected.join(', ')}]`);
}

export async function branchRows(db: Db, repoId: string): Promise<Map<string, BranchRow>> {
  const rows = await db.select().from(branches).where(eq(branches.repoId, repoId));
  return new Map(rows.map((row) => [row.name, row]));
}
