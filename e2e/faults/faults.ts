import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asc, eq, inArray } from 'drizzle-orm';
import { branches, type JobRow, jobLogs, jobMoves, jobSteps, jobs, repos } from '@/db/schema';
import { identifyProcess, isAlive } from '@/git/process/process';
import { gitText } from '@/git/process/run';
import type { ErrorCode } from '@/model/errors';
import { killInngest } from '../support/inngest';
import { type Hold, isGit, type Moment, momentsOf, PUSH } from './moments';
import type { Repo, Scenario } from './stack';
import { ended, freeze, isOpen, jobRow, LEASE_S, type Node, signal, until, type World } from './world';

/** One cell at work: its job stands at the moment. */
export interface Struck {
  scenario: Scenario;
  moment: Moment;
  repo: Repo;
  jobId: string;
  hold: Hold;
  /** What has gone wrong in it so far. */
  problems: string[];
}

/** How a job has to end. */
export interface Ending {
  status: 'completed' | 'error';
  code?: ErrorCode;
  /** Whether the branches are as the kind promises; not so where somebody took one away meanwhile. */
  whole: boolean;
}

export interface Fault {
  name: string;
  /** Where one executor is meant. */
  executor?: World['executor'];
  /** Whether it strikes whole processes, so that cells with other faults cannot stand beside it. */
  global: boolean;
  /** Needs the remote behind HTTP, where it can misbehave. */
  http?: boolean;
  /** How many processes are on the database. */
  nodes: 1 | 2;
  moments(scenario: Scenario): Moment[];
  /** Strikes while every cell stands at its moment; those that it does not release go on afterwards. */
  strike(world: World, cells: Struck[]): Promise<void>;
  /** Ends the fault, once the job has met it. */
  relent?(world: World, cell: Struck): Promise<void>;
  ending(scenario: Scenario): Ending;
}

const COMPLETED: Ending = { status: 'completed', whole: true };
const MEETS_WITHIN_MS = 120_000;

const everywhere = ({ kind }: Scenario) => momentsOf(kind);
const inGit = ({ kind }: Scenario) => momentsOf(kind).filter(isGit);
const atPush = ({ moves }: Scenario) => (moves.length > 0 ? [PUSH] : []);
const atRemote = ({ kind }: Scenario) => momentsOf(kind).filter(({ at }) => at === 'fetch' || at === 'push');
const each =
  (strike: (cell: Struck, world: World) => Promise<void>): Fault['strike'] =>
  async (world, cells) => {
    await Promise.all(cells.map((cell) => strike(cell, world)));
  };

/** The branch that somebody else meddles with: the topmost that the job moves, or what the scenario names. */
function meddled({ kind, moves, othersPushTo }: Scenario): string {
  const branch = moves.at(-1) ?? othersPushTo;
  if (!branch) throw new Error(`Nothing is said of what others push to while a ${kind} runs.`);
  return branch;
}

/** How a job ends that cannot move its topmost branch; the rest goes through, but where that branch is the job's own. */
function withoutTopmost(scenario: Scenario, code: ErrorCode): Ending {
  const own = ['rebase_branch', 'create_branch', 'undo'].includes(scenario.kind);
  return own ? { status: 'error', code, whole: false } : { status: 'completed', whole: false };
}

function badManners(name: string, manners: 'gone' | 'hung' | 'slow' | 'mute', moments: Fault['moments']): Fault {
  return {
    name,
    global: false,
    http: true,
    nodes: 1,
    moments,
    strike: each(async ({ repo }, world) => world.http.behave(world.served(repo), manners)),
    async relent(world, { repo, jobId }) {
      // A slow remote is no failure; the others are met when the job is put off, and tried again.
      const { attempt } = await jobRow(world.db, jobId);
      await until('a failed attempt', async () => hasMet(await jobRow(world.db, jobId), attempt), MEETS_WITHIN_MS);
      world.http.behave(world.served(repo), 'good');
    },
    ending: () => COMPLETED,
  };
}

function hasMet(job: JobRow, attempt: number): boolean {
  return job.nextAttemptAt !== null || job.attempt > attempt || !isOpen(job);
}

/** The object that each damaged remote has lost. */
const lost = new Map<Repo, string>();

export const FAULTS: Fault[] = [
  {
    name: 'git killed',
    global: false,
    nodes: 1,
    moments: inGit,
    strike: each(async ({ moment, repo }, world) => {
      for (const { git } of world.nodes()) {
        const pid = await git.held(moment.at, repo.id);
        if (pid !== null) process.kill(pid, 'SIGKILL');
      }
    }),
    ending: () => COMPLETED,
  },
  badManners('remote gone', 'gone', atRemote),
  badManners('remote hung', 'hung', atRemote),
  badManners('remote slow', 'slow', atRemote),
  badManners('push not acknowledged', 'mute', atPush),
  {
    name: 'push refused',
    global: false,
    nodes: 1,
    moments: atPush,
    strike: each(({ repo }) => repo.remote.hook('pre-receive', 'echo "closed for today" >&2; exit 1')),
    relent: forgive,
    ending: () => ({ status: 'error', code: 'PUSH_REJECTED', whole: false }),
  },
  {
    name: 'ref refused',
    global: false,
    nodes: 1,
    moments: atPush,
    strike: each(({ repo, scenario }) => repo.remote.protect(meddled(scenario), 'this one is frozen')),
    relent: forgive,
    ending: (scenario) => withoutTopmost(scenario, 'PUSH_REJECTED'),
  },
  {
    name: 'refused before it began',
    global: false,
    http: true,
    nodes: 1,
    moments: atPush,
    strike: each(async ({ repo }, world) => world.http.answer(world.served(repo), 403)),
    async relent(world, cell) {
      await allEnded(world, [cell]);
      world.http.answer(world.served(cell.repo), null);
    },
    ending: () => ({ status: 'error', code: 'AUTH', whole: false }),
  },
  {
    // As a full disk is met by git: no object is taken. The limit is small enough for any pack.
    name: 'full disk on the remote',
    global: false,
    nodes: 1,
    // What brings no objects needs no room there.
    moments: (scenario) => (['create_branch', 'undo'].includes(scenario.kind) ? [] : atPush(scenario)),
    strike: each(({ repo }) => repo.remote.config('receive.maxInputSize', '1')),
    async relent(world, cell) {
      await allEnded(world, [cell]);
      await cell.repo.remote.config('receive.maxInputSize', '0');
    },
    ending: () => ({ status: 'error', code: 'PUSH_REJECTED', whole: false }),
  },
  {
    name: 'remote damaged',
    global: false,
    nodes: 1,
    moments: ({ kind }) => momentsOf(kind).filter(({ at, step }) => at === 'fetch' && step === 'sync'),
    strike: each(async ({ repo }) => {
      const { dir } = repo.remote;
      await repo.remote.from('main').branch('lost').commit('Lost', { 'lost.txt': 'x\n' }).write();
      const tree = await gitText(['rev-parse', 'lost^{tree}'], { gitDir: dir });
      const path = join(dir, 'objects', tree.slice(0, 2), tree.slice(2));
      await rename(path, `${path}.lost`);
      lost.set(repo, path);
      repo.own.lost = ['Lost'];
    }),
    async relent(world, cell) {
      await allEnded(world, [cell]);
      const path = lost.get(cell.repo);
      if (path) await rename(`${path}.lost`, path);
      // Mended, it shows again what it has, by a job that moves nothing: a sync would move what stands on a merged branch.
      const { client } = world.first;
      const look = { repoId: cell.repo.id, kind: 'register_existing_branch', branch: 'lost', parent: 'main' } as const;
      await ended(world.db, (await client.jobs.run(look)).jobId);
    },
    ending: () => ({ status: 'error', code: 'REMOTE_REFUSED', whole: false }),
  },
  {
    name: 'pushed to meanwhile',
    global: false,
    nodes: 1,
    moments: raced,
    strike: each(async ({ repo, scenario }) => {
      const branch = meddled(scenario);
      const start =
        scenario.kind === 'create_branch' ? repo.remote.from('main').branch(branch) : repo.remote.from(branch);
      await start.commit('Somebody else', { 'else.txt': 'x\n' }).write();
      repo.own[branch] = [...(repo.own[branch] ?? []), 'Somebody else'];
    }),
    ending: ({ kind }) =>
      kind === 'undo' || kind === 'create_branch' ? { status: 'error', code: 'DIVERGED', whole: false } : COMPLETED,
  },
  {
    name: 'rewritten meanwhile',
    global: false,
    nodes: 1,
    moments: (scenario) => (scenario.kind === 'create_branch' ? [] : raced(scenario)),
    strike: each(async ({ repo, scenario }) => {
      const branch = meddled(scenario);
      await repo.remote.from(`${branch}~1`).branch(branch).commit('Better', { 'better.txt': 'x\n' }).write();
      repo.own[branch] = ['Better'];
    }),
    ending: ({ kind }) => (kind === 'undo' ? { status: 'error', code: 'DIVERGED', whole: false } : COMPLETED),
  },
  {
    name: 'deleted meanwhile',
    global: false,
    nodes: 1,
    moments: (scenario) => (scenario.kind === 'create_branch' ? [] : atPush(scenario)),
    strike: each(({ repo, scenario }) => repo.remote.delete(meddled(scenario))),
    ending: (scenario) =>
      scenario.kind === 'undo'
        ? { status: 'error', code: 'DIVERGED', whole: false }
        : withoutTopmost(scenario, 'BRANCH_NOT_FOUND'),
  },
  {
    name: 'host config broken',
    global: true,
    nodes: 1,
    moments: inGit,
    async strike(world) {
      await writeFile(
        world.hostConfig,
        '[remote "origin"]\n\tfetch = +refs/pull/*/head:refs/remotes/origin/*\n[alias\n',
      );
    },
    relent: (world) => rm(world.hostConfig, { force: true }),
    ending: () => COMPLETED,
  },
  {
    name: 'server killed',
    global: true,
    nodes: 1,
    moments: everywhere,
    async strike(world, cells) {
      await world.first.server.kill9();
      await releaseAll(cells);
      await world.first.server.restart();
    },
    ending: () => COMPLETED,
  },
  {
    name: 'Inngest lost',
    executor: 'inngest',
    global: true,
    nodes: 1,
    moments: everywhere,
    async strike(world) {
      if (killInngest(world.first.server.url) === 0) throw new Error('There was no Inngest server to kill.');
    },
    ending: () => COMPLETED,
  },
  {
    name: 'two processes',
    global: true,
    nodes: 2,
    moments: everywhere,
    // Held for longer than a lease lasts: the other process must leave alone what lives.
    strike: each(async (cell, world) => {
      if (!isGit(cell.moment)) return;
      const { fence } = await jobRow(world.db, cell.jobId);
      const later = Date.now() + LEASE_S[world.executor] * 2000;
      await until('the lease', async () => renewedBeyond(await jobRow(world.db, cell.jobId), later), MEETS_WITHIN_MS);
      if ((await jobRow(world.db, cell.jobId)).fence !== fence) cell.problems.push('a living holder lost its lease');
    }),
    ending: () => COMPLETED,
  },
  {
    name: 'one of two killed',
    global: true,
    nodes: 2,
    moments: everywhere,
    async strike(world, cells) {
      await world.first.server.kill9();
      await releaseAll(cells);
      await allEnded(world, cells);
      await world.first.server.restart();
    },
    ending: () => COMPLETED,
  },
  zombie('zombie', null),
  zombie('zombie elsewhere', 'another-machine'),
];

/**
 * The first process stops for so long that the second takes its jobs over, and then goes on as if nothing had been.
 * Where it is on another machine, what it has started cannot be killed, and its push goes on, too.
 */
function zombie(name: string, machine: string | null): Fault {
  return {
    name,
    global: true,
    nodes: 2,
    moments: everywhere,
    async strike(world, cells) {
      const second = await world.second();
      await freeze(world.db, world.first);
      if (machine) {
        const ids = cells.map(({ jobId }) => jobId);
        await world.db.update(jobs).set({ leaseMachine: machine }).where(inArray(jobs.id, ids));
      }
      const held = await Promise.all(cells.map(({ moment, repo }) => heldGit(world.first, moment, repo)));
      // What a trigger holds, it holds in both.
      await releaseAll(cells.filter(({ moment }) => !isGit(moment)));
      signal(second, 'SIGCONT');
      await allEnded(world, cells);
      const before = await Promise.all(cells.map((cell) => everything(world, cell)));
      signal(world.first, 'SIGCONT');
      await releaseAll(cells);
      // Its git ends, and it has answered since: what it meant to do, it has done.
      await until('the end of its git', () => held.every((process) => !process || !isAlive(process)), MEETS_WITHIN_MS);
      await world.first.client.system.status();
      const after = await Promise.all(cells.map((cell) => everything(world, cell)));
      for (const [i, cell] of cells.entries()) {
        if (before[i] !== after[i])
          cell.problems.push(`the zombie has changed something: ${firstChange(before[i], after[i])}`);
      }
    },
    ending: () => COMPLETED,
  };
}

/** Just before the push, where what was fetched is no longer so; registering pushes nothing. */
function raced({ moves }: Scenario): Moment[] {
  return moves.length > 0 ? [PUSH] : [{ step: 'act', at: 'before' }];
}

/** Once the job has ended, the remote takes every push again. */
async function forgive(world: World, cell: Struck): Promise<void> {
  await allEnded(world, [cell]);
  for (const name of ['pre-receive', 'update'] as const) await cell.repo.remote.hook(name, 'exit 0');
}

async function releaseAll(cells: Struck[]): Promise<void> {
  await Promise.all(cells.map(({ hold }) => hold.release()));
}

async function allEnded(world: World, cells: Struck[]): Promise<void> {
  for (const { jobId } of cells) await ended(world.db, jobId);
}

function renewedBeyond({ leaseUntil }: JobRow, time: number): boolean {
  return leaseUntil !== null && Date.parse(leaseUntil) > time;
}

async function heldGit({ git }: Node, { at }: Moment, repo: Repo): Promise<string | null> {
  const pid = await git.held(at, repo.id);
  return pid === null ? null : identifyProcess(pid);
}

/** All that is known of a cell's repository, here and on the remote, as lines. */
async function everything({ db }: World, { repo, jobId }: Struck): Promise<string> {
  const [job] = await db.select().from(jobs).where(eq(jobs.id, jobId));
  const facts = [
    ...Object.entries(await repo.remote.tips()),
    job,
    ...(await db.select({ id: jobs.id, status: jobs.status }).from(jobs).where(eq(jobs.repoId, repo.id))),
    // What is foreseen of the branches is counted by any process, once it is there.
    ...(await db.select().from(repos).where(eq(repos.id, repo.id))).map(({ counts: _, ...row }) => row),
    ...(await db.select().from(branches).where(eq(branches.repoId, repo.id)).orderBy(asc(branches.name))),
    ...(await db.select().from(jobSteps).where(eq(jobSteps.jobId, jobId))),
    ...(await db.select().from(jobMoves).where(eq(jobMoves.jobId, jobId))),
    ...(await db.select().from(jobLogs).where(eq(jobLogs.jobId, jobId))),
  ];
  return facts.map((fact) => JSON.stringify(fact)).join('\n');
}

function firstChange(before = '', after = ''): string {
  const known = new Set(before.split('\n'));
  return after.split('\n').find((line) => !known.has(line)) ?? 'a row is gone';
}
