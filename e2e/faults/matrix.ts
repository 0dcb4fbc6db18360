import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import type { BranchRow } from '@/db/schema';
import { FAULTS, type Fault, type Struck } from './faults';
import { type RemoteHistory, readHistory } from './history';
import { hold, type Moment, momentName } from './moments';
import { branchRows, brokenPromises, type Repo, SCENARIOS, type Scenario } from './stack';
import { createWorld, ended, freeze, jobRow, signal, type World } from './world';

/** One experiment: a job of this kind meets this fault at this moment. */
export interface Cell {
  executor: World['executor'];
  fault: Fault;
  scenario: Scenario;
  moment: Moment;
}

export interface CellResult {
  name: string;
  /** Empty when every promise was kept. */
  problems: string[];
  seconds: number;
}

/** Every cell there is for these executors. */
export function allCells(executors: Array<World['executor']>): Cell[] {
  return executors.flatMap((executor) =>
    FAULTS.filter((fault) => (fault.executor ?? executor) === executor).flatMap((fault) =>
      SCENARIOS.flatMap((scenario) =>
        fault.moments(scenario).map((moment): Cell => ({ executor, fault, scenario, moment })),
      ),
    ),
  );
}

export function cellName({ executor, fault, scenario, moment }: Cell): string {
  return `${executor.padEnd(7)} | ${fault.name.padEnd(21)} | ${scenario.kind.padEnd(24)} | ${momentName(moment)}`;
}

/** Cells that stand side by side, each in a repository of its own. */
const AT_ONCE = 16;

/**
 * Runs cells on servers of one executor, in batches: every job is brought to its moment, the faults strike, and
 * then each cell is held against its promises.
 * @param networkTimeout seconds that one git command may talk to a remote: what a remote that hangs costs
 */
export async function runCells(
  cells: Cell[],
  networkTimeout: number,
  report: (result: CellResult) => void,
): Promise<CellResult[]> {
  const [first] = cells;
  if (!first) return [];
  const world = await createWorld(first.executor, networkTimeout);
  const results: CellResult[] = [];
  try {
    for (const batch of batches(cells)) {
      for (const result of await runBatch(world, batch)) {
        results.push(result);
        report(result);
      }
    }
  } finally {
    await world.dispose();
  }
  return results;
}

/** Faults of one repository stand beside each other; one of the processes only beside itself, those of two last. */
function batches(cells: Cell[]): Cell[][] {
  const groups = new Map<string, Cell[]>();
  for (const cell of [...cells].sort((x, y) => x.fault.nodes - y.fault.nodes)) {
    const group = cell.fault.global ? cell.fault.name : '';
    groups.set(group, [...(groups.get(group) ?? []), cell]);
  }
  return [...groups.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / AT_ONCE) }, (_, i) => group.slice(i * AT_ONCE, (i + 1) * AT_ONCE)),
  );
}

interface Prepared extends Struck {
  cell: Cell;
  begun: number;
  /** The remote before the job has moved anything. */
  before: RemoteState;
}

interface RemoteState {
  tips: Record<string, string>;
  /** How often each branch was updated, by its reflog. */
  updates: Map<string, number>;
}

async function runBatch(world: World, cells: Cell[]): Promise<CellResult[]> {
  const [fault] = cells.map((cell) => cell.fault);
  if (!fault) return [];
  const zombie = fault.name.startsWith('zombie');
  if (fault.nodes === 2) await world.second();
  // The jobs of a zombie begin in the first process, which is the one to be frozen.
  if (zombie) for (const node of world.nodes().slice(1)) await freeze(world.db, node);
  const nodes = zombie ? [world.first] : world.nodes();

  const prepared = await Promise.all(
    cells.map(async (cell, i): Promise<Prepared | CellResult> => {
      const begun = performance.now();
      try {
        return await prepare(world, nodes, cell, i, begun);
      } catch (error) {
        return { name: cellName(cell), problems: [words(error)], seconds: since(begun) };
      }
    }),
  );
  const standing = prepared.filter((cell) => 'cell' in cell);
  const strikers = fault.global ? [fault] : [...new Set(standing.map(({ cell }) => cell.fault))];
  await Promise.all(
    strikers.map((striker) => {
      const struck = standing.filter(({ cell }) => cell.fault === striker);
      return striker.strike(world, struck).catch((error: unknown) => {
        for (const cell of struck) cell.problems.push(words(error));
      });
    }),
  );
  if (zombie) for (const node of world.nodes()) signal(node, 'SIGCONT');
  // What others have done to the remote meanwhile is no doing of the job.
  for (const cell of standing) if (!cell.cell.fault.global) cell.before = await stateOf(cell.repo);
  return Promise.all(prepared.map(async (cell) => ('cell' in cell ? judge(world, cell) : cell)));
}

/** Makes the repository, asks for the job and waits until it stands at the moment. */
async function prepare(
  world: World,
  nodes: Array<World['first']>,
  cell: Cell,
  i: number,
  begun: number,
): Promise<Prepared> {
  const { scenario, fault, moment } = cell;
  const repo = await world.newRepo({ reparented: scenario.reparented ?? false, http: fault.http ?? false });
  await scenario.prepare(repo);
  const before = await stateOf(repo);
  const stop = await hold(world, nodes, repo.id, moment);
  const { client } = nodes[i % nodes.length] ?? world.first;
  const jobId = await scenario.request(client, world.db, repo);
  await stop.reached(jobId);
  return { cell, begun, before, scenario, moment, repo, jobId, hold: stop, problems: [] };
}

async function judge(world: World, prepared: Prepared): Promise<CellResult> {
  const { cell, problems, begun } = prepared;
  try {
    await holdAgainstPromises(world, prepared);
  } catch (error) {
    problems.push(words(error));
  }
  return { name: cellName(cell), problems, seconds: since(begun) };
}

async function holdAgainstPromises(world: World, prepared: Prepared): Promise<void> {
  const { cell, repo, jobId, problems, scenario, before } = prepared;
  const { db } = world;
  await prepared.hold.release();
  await cell.fault.relent?.(world, prepared);
  await ended(db, jobId);

  const job = await jobRow(db, jobId);
  const expected = cell.fault.ending(scenario);
  const code = expected.code ?? null;
  if (job.status !== expected.status || job.errorCode !== code) {
    problems.push(
      `it ended as ${job.status} ${job.errorCode ?? ''}, not ${expected.status} ${code ?? ''}: ${job.message}`,
    );
  }
  const history = await readHistory(repo.remote);
  problems.push(...(await brokenPromises(db, job, repo, history)));
  const rows = await branchRows(db, repo.id);
  if (job.status === 'completed' && expected.whole) problems.push(...scenario.missing({ history, rows }));
  const after = await stateOf(repo);
  if (job.status === 'error' && !isSame(before.tips, after.tips)) {
    problems.push('it ended in error and has moved something');
  }
  for (const [branch, updates] of after.updates) {
    const times = updates - (before.updates.get(branch) ?? 0);
    if (times > 1) problems.push(`${branch} was pushed ${times} times`);
  }
  const [open] = await db.all<{ n: number }>(
    sql`select count(*) as n from job_steps where job_id = ${jobId} and status = 'running'`,
  );
  if (open?.n) problems.push('a step still says that it runs');
  if (job.leaseHeld) problems.push('its lease is still held');

  const { jobId: nextId } = await world.first.client.jobs.run({ repoId: repo.id, kind: 'restack_repo' });
  await ended(db, nextId);
  const next = await jobRow(db, nextId);
  if (next.status !== 'completed') problems.push(`the next job ended as ${next.status}: ${next.message}`);
  const later = await readHistory(repo.remote);
  problems.push(...(await brokenPromises(db, next, repo, later)).map((problem) => `after the next job: ${problem}`));
  const left = unstacked(await branchRows(db, repo.id), later);
  problems.push(...left.map((branch) => `after the next job ${branch} is not restacked`));
}

async function stateOf({ remote }: Repo): Promise<RemoteState> {
  const tips = await remote.tips();
  const updates = Object.keys(tips).map((name): [string, number] => {
    const path = join(remote.dir, 'logs/refs/heads', name);
    return [name, existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0];
  });
  return { tips, updates: new Map(updates) };
}

function isSame(one: Record<string, string>, other: Record<string, string>): boolean {
  return JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());
}

/** Tracked branches that do not stand on their parent's tip although that is there. */
function unstacked(rows: Map<string, BranchRow>, history: RemoteHistory): string[] {
  return [...rows.values()].flatMap((row) => {
    const parent = row.parent ?? '';
    if (!row.tracked || row.merged || row.gone || !(parent in history.tips) || rows.get(parent)?.merged) return [];
    return history.contains(row.name, parent) ? [] : [row.name];
  });
}

const words = (error: unknown) => (error instanceof Error ? error.message : String(error));
const since = (begun: number) => (performance.now() - begun) / 1000;
