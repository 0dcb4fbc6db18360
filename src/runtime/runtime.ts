import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { showChanges } from '@/changes/loop';
import { config } from '@/config';
import { type Db, db } from '@/db/client';
import { setProblem } from '@/db/problems';
import { logFailure } from '@/db/trouble';
import { keepOutlines } from '@/forecast/keep-outlines';
import { forecast } from '@/forecast/loop';
import { gitVersion } from '@/git/process/version';
import { type Executors, reconcile } from '@/queue/reconciler';
import { beginShutdown, shutdownSignal } from '@/shutdown';
import { findGitSpice } from '@/stack/engines/git-spice/find';
import { pickEngine } from '@/stack/engines/pick';
import { checkpoint } from '@/upkeep/checkpoint';
import { gitProgramProblem, watchHealth } from '@/upkeep/health';
import { forgetNode, nameProblem, SAY_MS, sayNode } from '@/upkeep/nodes';
import { upkeep } from '@/upkeep/upkeep';
import { stepsAtWork } from '@/workflow/workflow';
import { version } from '../../package.json';
import { inlineExecutor } from './executors/inline';
import { inngestExecutor } from './executors/inngest';
import { programStatus } from './program-status';
import { type RuntimeStatus, runtimeStatus, setRuntimeStatus } from './status';

/** How long a shutdown waits for running steps to hand their leases back, in milliseconds. */
const HAND_BACK_MS = 1200;

/**
 * Starts what runs jobs in this process: the database, the executor, the reconciler, what computes forecasts and changes, and upkeep.
 * @returns how to stop it: open streams end, running steps stop and hand their leases back
 */
export async function startRuntime(): Promise<{ stop(): Promise<void> }> {
  const database = await db();
  const { executors, why } = await chooseExecutors();
  const git = await gitVersion();
  setProblem('git_program', gitProgramProblem(git));
  setRuntimeStatus({
    executor: { name: executors.main.name, why },
    engine: await describeEngine(),
    git: { version: git.version, problem: git.problem?.what ?? null },
    programs: await programStatus(),
    startedAt: new Date().toISOString(),
  });
  const shutdown = shutdownSignal();
  const loops = [
    reconcile(database, executors, shutdown),
    keepOutlines(database, shutdown),
    forecast(database, shutdown),
    showChanges(database, shutdown),
    watchHealth(database, config().dataDir, shutdown),
    upkeep(database, shutdown),
    tellNode(database, shutdown),
  ];
  return {
    async stop() {
      beginShutdown();
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise((resolve) => {
        timer = setTimeout(resolve, HAND_BACK_MS);
      });
      await Promise.race([Promise.allSettled([...loops, ...stepsAtWork()]).then(() => checkpoint(database)), patience]);
      clearTimeout(timer);
    },
  };
}

/** Says in the database that this server is there, until it ends. */
async function tellNode(database: Db, abort: AbortSignal): Promise<void> {
  const { executor, startedAt } = runtimeStatus();
  const about = { host: hostname(), version, executor: executor.name, startedAt };
  let isTold = false;
  while (!abort.aborted) {
    try {
      const before = await sayNode(database, about);
      // What it finds at first is of its own start before this one.
      setProblem('name', isTold ? nameProblem(before, about) : null);
      isTold = true;
    } catch (error) {
      logFailure('node_untold', 'This server cannot say that it is there', error);
    }
    await sleep(SAY_MS, undefined, { signal: abort }).catch(() => undefined);
  }
  await forgetNode(database).catch(() => {
    // The others see by themselves that it is not heard any more.
  });
}

async function chooseExecutors(): Promise<{ executors: Executors; why: string }> {
  const inline = inlineExecutor({ db: await db(), shutdown: shutdownSignal() });
  const { executor, inngest } = config();
  if (executor === 'inline') return { executors: { main: inline, standIn: null }, why: 'SPICERACK_EXECUTOR=inline.' };
  if (executor === 'inngest') {
    if (!inngest)
      throw new Error(
        'SPICERACK_EXECUTOR=inngest needs an Inngest server: set INNGEST_BASE_URL or Inngest Cloud keys, or let `npm start` find the inngest program.',
      );
    return { executors: { main: inngestExecutor, standIn: null }, why: 'SPICERACK_EXECUTOR=inngest.' };
  }
  if (!inngest)
    return {
      executors: { main: inline, standIn: null },
      why: 'No Inngest server is configured, and none was asked for by name. Jobs are as durable here.',
    };
  return {
    executors: { main: inngestExecutor, standIn: inline },
    why: `An Inngest server is configured${inngest.baseUrl ? ` at ${inngest.baseUrl}` : ''}; while it does not answer, jobs run inline.`,
  };
}

/** The engine of a repo that asks for none of its own, and the reason. */
async function describeEngine(): Promise<RuntimeStatus['engine']> {
  const asked = config().engine;
  const picked = await pickEngine('auto', asked);
  if ('error' in picked) return { name: null, why: `${picked.error.message} ${picked.error.hint}` };
  const { name } = picked.engine;
  const beside = name === 'git-spice' ? ' The git engine makes the same commits in a fraction of the time.' : '';
  if (asked !== 'auto') return { name, why: `SPICERACK_ENGINE=${asked}.${beside}` };
  const found = await findGitSpice();
  return {
    name,
    why: 'program' in found ? `git-spice ${found.version} was found.${beside}` : `Built in. ${found.missing}`,
  };
}
