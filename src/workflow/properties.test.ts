import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client, ResultSet } from '@libsql/client';
import { and, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Db } from '@/db/client';
import * as schema from '@/db/schema';
import { branches, type JobRow, jobMoves, jobSteps, jobs, repos } from '@/db/schema';
import type { ActionKind } from '@/model/kinds';
import { acceptAction } from '@/queue/accept';
import { cancelJob } from '@/queue/cancel';
import { undoJob } from '@/queue/undo';
import { Graph } from '@/repos/graph';
import { fuzzing, fuzzTimeout } from '@/testing/fuzz';
import { testGround } from '@/testing/hooks/ground';
import { type Happening, makeTeam, type Team } from '@/testing/team';
import { runJob, type StepRunner, TryLater } from './workflow';

/**
 * Random stacks, random things that other people do, random jobs, and every job interrupted somewhere: whatever
 * happens, the job ends, the rows say what the remote has, and each branch has its commits, once. The oracle is
 * the team's own view of its branches (`testing/team.ts`), which knows nothing of how it is done.
 */

const test = testGround({ SPICERACK_ENGINE: 'git', SPICERACK_RETRY_DELAY: '0.01' });

// A lease's beat would come at times of its own; without it the same seed does the same.
beforeAll(() => {
  vi.useFakeTimers({ toFake: ['setInterval'] });
});
afterAll(() => {
  vi.useRealTimers();
});

/** Something that gets in the way of a run, when it is about to ask the database for the n-th time. */
type Trouble =
  /** The process is killed: from here on it does nothing more, its lease stays behind and runs out. */
  | { at: number; do: 'die' }
  /** The server shuts down, which kills git and hands the lease back. */
  | { at: number; do: 'shut down' }
  /** It stands still while its lease runs out and another run does the whole job; then it goes on. */
  | { at: number; do: 'freeze' }
  /** Its lease runs out while it works, and another run begins at once: both are at it. */
  | { at: number; do: 'overtake' }
  /** Somebody cancels it. */
  | { at: number; do: 'cancel' }
  /** Somebody pushes. */
  | { at: number; do: 'others'; what: Happening };

/** How the executor treats a run. */
type Handling = 'once' | 'every step twice' | 'two copies' | 'lost before a step' | 'lost after a step';

interface Interruption {
  handling: Handling;
  /** Whether one lease goes on from step to step. */
  goesOn: boolean;
  step: number;
  troubles: Trouble[];
}

type Step =
  | { do: 'create'; parent: number; commits: number; clash: boolean; interruption: Interruption }
  | { do: 'others'; what: Happening }
  | { do: 'job'; kind: ActionKind | 'undo'; branch: number; parent: number; interruption: Interruption };

const nth = fc.nat(9);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('trunk' as const), clash: oneIn(4) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('push' as const, 'amend'), branch: nth, clash: oneIn(4) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('drop' as const, 'merge', 'squash', 'delete'), branch: nth }),
  },
);
/** About as many questions as a job asks, so that most troubles come while it runs. */
const moment = fc.nat(45);
const interruption: fc.Arbitrary<Interruption> = fc.record({
  handling: fc.constantFrom(
    'once',
    'once',
    'every step twice',
    'two copies',
    'lost before a step',
    'lost after a step',
  ),
  goesOn: fc.boolean(),
  step: fc.nat(3),
  troubles: fc.array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          at: moment,
          do: fc.constantFrom('die' as const, 'shut down', 'freeze', 'overtake', 'overtake', 'cancel'),
        }),
      },
      { weight: 2, arbitrary: fc.record({ at: moment, do: fc.constant('others' as const), what: happening }) },
    ),
    { maxLength: 3 },
  ),
});
const create = fc.record({
  do: fc.constant('create' as const),
  parent: nth,
  commits: fc.integer({ min: 1, max: 3 }),
  clash: oneIn(3),
  interruption,
});
const steps: fc.Arbitrary<Step[]> = fc
  .tuple(
    create,
    create,
    fc.array(
      fc.oneof(
        { weight: 2, arbitrary: create },
        { weight: 4, arbitrary: fc.record({ do: fc.constant('others' as const), what: happening }) },
        {
          weight: 6,
          arbitrary: fc.record({
            do: fc.constant('job' as const),
            kind: fc.constantFrom<Array<ActionKind | 'undo'>>(
              ...(['sync_repo', 'restack_repo', 'restack_repo', 'restack_subtree', 'rebase_branch'] as const),
              ...(['reparent_branch', 'register_existing_branch', 'undo'] as const),
            ),
            branch: nth,
            parent: nth,
            interruption,
          }),
        },
      ),
      { minLength: 4, maxLength: 9 },
    ),
  )
  .map(([first, second, rest]) => [first, second, ...rest]);

function oneIn(n: number): fc.Arbitrary<boolean> {
  return fc.nat(n - 1).map((at) => at === 0);
}

class Killed extends Error {}

/** How often each thing came up, over all cases: what never comes up proves nothing. */
const seen = new Map<string, number>();
const note = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);

/**
 * The database as a process sees it to which something happens at some of its questions.
 * @param onChange told of each statement that has changed something
 */
function troubled(db: Db, onQuestion: () => Promise<void>, onChange: (sql: string) => void): Db {
  const client = new Proxy(db.$client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (name !== 'execute' && name !== 'batch') return value.bind(target);
      return async (...args: unknown[]) => {
        await onQuestion();
        const answer: ResultSet | ResultSet[] = await value.apply(target, args);
        const asked = [args[0]].flat() as Array<{ sql: string }>;
        for (const [i, { rows, rowsAffected }] of [answer].flat().entries()) {
          const { sql } = asked[i] ?? { sql: '' };
          // What returns rows tells no number of them.
          if (rowsAffected > 0 || (rows.length > 0 && !/^\s*select/i.test(sql))) onChange(sql);
        }
        return answer;
      };
    },
  });
  return drizzle(client as Client, { schema });
}

/** Sends the job anew, as the reconciler does, once whoever held its lease is given up. */
async function dispatch(jobId: string): Promise<number> {
  const [row] = await test.db
    .update(jobs)
    .set({ dispatch: sql`${jobs.dispatch} + 1`, leaseUntil: '2000-01-01T00:00:00.000Z', nextAttemptAt: null })
    .where(eq(jobs.id, jobId))
    .returning({ dispatch: jobs.dispatch });
  return row?.dispatch ?? 0;
}

const plainSteps: StepRunner = { run: (_name, work) => work(), goesOn: true };

/** One undisturbed run. */
async function run(jobId: string): Promise<void> {
  const ref = { jobId, dispatch: await dispatch(jobId) };
  await runJob(ref, plainSteps, { db: test.db, executor: 'inline', shutdown: new AbortController().signal });
}

async function statusOf(jobId: string): Promise<JobRow> {
  const [job] = await test.db.select().from(jobs).where(eq(jobs.id, jobId));
  if (!job) throw new Error(`There is no job ${jobId}`);
  return job;
}

const isOpen = ({ status }: JobRow) => status === 'queued' || status === 'running';

/** Runs a job to its end through everything that gets in its way. */
async function runThrough(
  jobId: string,
  { handling, goesOn, step, troubles }: Interruption,
  team: Team,
): Promise<void> {
  const shutdown = new AbortController();
  let questions = 0;
  let dead = false;
  const ref = { jobId, dispatch: await dispatch(jobId) };
  const overtaking: Array<Promise<Array<PromiseSettledResult<void>>>> = [];
  let isZombie = false;
  const onQuestion = async () => {
    if (dead) throw new Killed();
    const at = questions++;
    for (const trouble of troubles.filter((t) => t.at === at)) {
      note(trouble.do);
      if (trouble.do === 'others') await team.does(trouble.what);
      else if (trouble.do === 'shut down') shutdown.abort(new Error('shutting down'));
      else if (trouble.do === 'freeze') await Promise.allSettled([run(jobId)]);
      else if (trouble.do === 'overtake') overtaking.push(Promise.allSettled([run(jobId)]));
      else if (trouble.do === 'cancel') await cancelJob(test.db, jobId);
      else dead = true;
    }
    if (dead) throw new Killed();
    const job = await statusOf(jobId);
    isZombie = job.claimed > ref.dispatch;
    if (isZombie && isOpen(job)) note('a zombie beside its successor');
  };
  const zombies: string[] = [];
  const db = troubled(test.db, onQuestion, (statement) => isZombie && zombies.push(statement));

  const names = ['sync', 'act', 'resync', 'finish'] as const;
  const runner: StepRunner = {
    goesOn,
    async run(name, work) {
      const isThis = name === names[step];
      if (isThis && handling === 'lost before a step') throw new Killed();
      const outcome = await work();
      if (isThis && handling === 'lost after a step') throw new Killed();
      return handling === 'every step twice' ? work() : outcome;
    },
  };
  const context = { db, executor: 'inline' as const, shutdown: shutdown.signal };
  const copies = Array.from({ length: handling === 'two copies' ? 2 : 1 }, () => runJob(ref, runner, context));
  for (const result of [...(await Promise.allSettled(copies)), ...(await Promise.all(overtaking)).flat()]) {
    if (result.status === 'fulfilled' || result.reason instanceof TryLater || isKilled(result.reason)) continue;
    throw result.reason;
  }
  expect(zombies, 'changed by a run that another one has taken over from').toEqual([]);
  // The reconciler finds it left over, again and again if need be.
  for (let tries = 0; isOpen(await statusOf(jobId)); tries++) {
    if (tries === 5) throw new Error(`The job does not end: ${JSON.stringify(await statusOf(jobId))}`);
    await run(jobId).catch((error: unknown) => {
      if (!(error instanceof TryLater)) throw error;
    });
  }
}

/** drizzle wraps what the client throws. */
function isKilled(error: unknown): boolean {
  return error instanceof Killed || (error instanceof Error && error.cause instanceof Killed);
}

/** What a job may end with when nobody did anything wrong but other people, and conflicts. */
const EXPECTED_CODES = ['CONFLICT', 'BRANCH_NOT_FOUND', 'NOT_TRACKED', 'CYCLE', 'DIVERGED'];

/** Holds a job that has ended, the rows and the remote against each other and against what the team knows. */
async function check(repoId: string, jobId: string, team: Team): Promise<void> {
  const job = await statusOf(jobId);
  note(job.status);
  const where = `#${job.seq} ${job.kind} ${job.branch ?? ''}: ${job.status}, ${job.message}`;
  expect(job.leaseHeld, where).toBe(false);
  if (job.status === 'error') expect(EXPECTED_CODES, where).toContain(job.errorCode);
  else expect(job.status, where).toMatch(job.cancelRequestedAt ? /^(completed|cancelled)$/ : /^completed$/);
  expect(job.message, where).not.toMatch(/accounted for|does not stand on|could not be verified/);
  expect(
    await test.db
      .select()
      .from(jobSteps)
      .where(and(eq(jobSteps.jobId, jobId), eq(jobSteps.status, 'running'))),
  ).toEqual([]);

  const moves = await test.db.select().from(jobMoves).where(eq(jobMoves.jobId, jobId));
  const pushed = moves.filter((move) => move.state === 'pushed').map((move) => move.branch);
  if (job.status === 'cancelled') expect(pushed, where).toEqual([]);
  expect(new Set(pushed).size, `${where}: pushed twice`).toBe(pushed.length);
  expect(
    moves.filter((move) => move.state === 'planned'),
    where,
  ).toEqual([]);

  const { remote } = team;
  const tips = await remote.tips();
  const rows = await test.db.select().from(branches).where(eq(branches.repoId, repoId));
  const [repo] = await test.db.select().from(repos).where(eq(repos.id, repoId));
  expect(
    Object.keys(tips)
      .filter((name) => name !== 'main')
      .sort(),
    where,
  ).toEqual([...team.branches.keys()].sort());
  const rowOf = (name: string) => rows.find((row) => row.name === name);
  // Somebody pushed after the last fetch, or a job was cancelled before its own: the next job sees it.
  const isFresh = Object.entries(tips).every(
    ([name, tip]) => (name === 'main' ? repo?.trunkTip : rowOf(name)?.tip) === tip,
  );
  const graph = new Graph(rows, 'main');
  for (const [name, branch] of team.branches) {
    const row = rowOf(name);
    const all = await remote.subjects(name);
    expect(new Set(all).size, `${where}: ${name} has a commit twice: ${all.join(', ')}`).toBe(all.length);
    expect(
      all.filter((subject) => branch.own.includes(subject)),
      `${where}: commits of ${name}`,
    ).toEqual(branch.own);
    if (!isFresh) continue;
    note('compared branches');
    if (!row || row.merged || !row.tracked || !row.base) {
      expect(row?.merged && !branch.merged, `${where}: ${name} is called merged`).not.toBe(true);
      continue;
    }
    const own = async (over: string) =>
      (await remote.subjects(name, over)).filter((subject) => !branch.inherited.has(subject));
    expect(await own(row.base), `${where}: ${name} over its base`).toEqual(branch.own);
    const parent = graph.effectiveParent(name);
    if (parent !== 'main' && !team.branches.has(parent)) continue; // It is gone: whoever stood on it is held back.
    expect(parent, `${where}: parent of ${name}`).toBe(team.parentOf(name));
    if (!row.needsRestack) {
      expect(await own(parent), `${where}: ${name} over ${parent}`).toEqual(branch.own);
    }
  }
}

/** Accepts a job, runs it through, and lets the model know what it did. Returns whether it was accepted. */
async function doJob(repoId: string, step: Extract<Step, { do: 'job' }>, team: Team, done: string[]): Promise<void> {
  const open = [...team.branches].filter(([, branch]) => !branch.merged).map(([name]) => name);
  const branch = open[step.branch % Math.max(1, open.length)];
  const onto = ['main', ...open][step.parent % (open.length + 1)];
  let answer: Awaited<ReturnType<typeof acceptAction>>;
  if (step.kind === 'undo') {
    const last = done.at(-1);
    if (!last) return;
    answer = await undoJob(test.db, { jobId: last, requestedBy: 'test' });
  } else {
    if (!branch) return;
    const { kind } = step;
    const fields =
      kind === 'sync_repo' || kind === 'restack_repo'
        ? {}
        : kind === 'reparent_branch'
          ? { branch, parent: onto }
          : kind === 'register_existing_branch'
            ? { branch, parent: team.parentOf(branch) }
            : { branch };
    answer = await acceptAction(test.db, { repoId, kind, ...fields, requestedBy: 'test' });
  }
  if ('refused' in answer) return;
  await runThrough(answer.jobId, step.interruption, team);
  const moves = await test.db
    .select()
    .from(jobMoves)
    .where(and(eq(jobMoves.jobId, answer.jobId), eq(jobMoves.state, 'pushed')));
  if (moves.length > 0) done.push(answer.jobId);
  if (moves.some((move) => move.before !== move.after)) note(`${step.kind} moved branches`);
  for (const move of moves) {
    const known = team.branches.get(move.branch);
    const isAsked = step.kind === 'reparent_branch' ? move.branch === branch : step.kind === 'undo';
    if (known && isAsked && move.parentAfter) known.parent = move.parentAfter;
  }
  await check(repoId, answer.jobId, team);
}

describe('whatever is done to whom, and whatever gets in the way', () => {
  it(
    'every job ends, rows and remote agree, no commit is lost or doubled, and the next job runs',
    async () => {
      let cases = 0;
      await fc.assert(
        fc.asyncProperty(steps, async (list) => {
          const dir = join(test.dir, `case-${++cases}`);
          const team = await makeTeam(join(dir, 'remote.git'));
          const repoId = await test.addRepo();
          await test.db.update(repos).set({ url: team.remote.dir, trunkTip: null }).where(eq(repos.id, repoId));
          const done: string[] = [];
          for (const step of list) {
            if (step.do === 'others') await team.does(step.what);
            else if (step.do === 'job') await doJob(repoId, step, team, done);
            else {
              const open = [...team.branches].filter(([, branch]) => !branch.merged).map(([name]) => name);
              const parent = ['main', ...open].at(-1 - (step.parent % (open.length + 1))) ?? 'main';
              const branch = await team.create(parent, step.commits, step.clash);
              const answer = await acceptAction(test.db, {
                ...{ repoId, kind: 'register_existing_branch' as const, branch, parent, requestedBy: 'test' },
              });
              if ('refused' in answer) throw new Error(answer.refused.message);
              // Where it stands is known from the tips that were seen: nobody rewrites its parent before it is registered.
              const troubles = step.interruption.troubles.filter((t) =>
                t.do === 'others' ? t.what.do === 'trunk' : t.do !== 'cancel',
              );
              await runThrough(answer.jobId, { ...step.interruption, troubles }, team);
              await check(repoId, answer.jobId, team);
            }
          }
          await rm(dir, { recursive: true, force: true });
        }),
        { ...fuzzing(8), endOnFailure: !process.env.SPICERACK_FUZZ_SHRINK },
      );
      const most = [
        'die',
        'shut down',
        'freeze',
        'overtake',
        'cancel',
        'others',
        'a zombie beside its successor',
        'completed',
        'restack_repo moved branches',
      ];
      expect(most.filter((what) => !seen.has(what))).toEqual([]);
      if (process.env.SPICERACK_FUZZ) console.log(Object.fromEntries(seen));
    },
    fuzzTimeout(300_000),
  );
});
