import { config } from '@/config';
import type { Db } from '@/db/client';
import { databaseTrouble } from '@/db/trouble';
import { log } from '@/log';
import type { StepName } from '@/model/kinds';
import { type Failure, failure, failureOf, JobFailed } from '@/queue/failure';
import { JobCancelled, type JobRef, type Lease, LeaseLost, takeLease } from '@/queue/lease';
import { factsOf, logLine, watched, wordLines } from '@/queue/record';
import { backOff, mostBegun } from '@/queue/retry-policy';
import { inSpan } from '@/spans';
import { act } from './act';
import { pushedBranches } from './commit-moves';
import { cancelled, endUntold, finish } from './finish';
import { resync, sync } from './sync';
import { verifyMoves } from './verify';
import { onWholeClone } from './whole-clone';

/** What an executor gives the workflow: a durable step. Its result is remembered where the executor can. */
export interface StepRunner {
  run(name: StepName, work: () => Promise<StepOutcome>): Promise<StepOutcome>;
  /**
   * Whether the next step follows at once, in this process: the lease then goes on from step to step. Otherwise it rests
   * after each, for a run may be left between two steps and never hear of it.
   */
  readonly goesOn?: boolean;
}

/** How a step ended: go on, end the job with a failure, or leave it: it has ended, or this run is no longer in charge. */
export type StepOutcome = { kind: 'done' } | { kind: 'failed'; failure: Failure } | { kind: 'left' };

/** Thrown by a step that wants to be called again later; executors obey `delayMs`. */
export class TryLater extends Error {
  override readonly name = 'TryLater';
  constructor(
    readonly delayMs: number,
    why: string,
  ) {
    super(why);
  }
}

export interface WorkflowContext {
  db: Db;
  executor: 'inngest' | 'inline';
  shutdown: AbortSignal;
}

const STEPS: Record<Exclude<StepName, 'finish'>, (lease: Lease) => Promise<void>> = {
  sync,
  act,
  async resync(lease) {
    // A job that has moved nothing has left the remote as its first step saw it.
    if ((await pushedBranches(lease)).size > 0) await resync(lease);
    await verifyMoves(lease);
  },
};

/** A run of a job in this process. */
interface Run extends WorkflowContext {
  ref: JobRef;
  goesOn: boolean;
  /** What the step before has left to the next one. */
  lease: Lease | null;
}

/**
 * The workflow of every job: sync → act → resync → finish. Each step has a lease with a fence of its own, is safe to run
 * twice and on any node, and keeps all it knows in the database; so a run may be lost, repeated or overlap
 * another one at any point.
 */
export async function runJob(ref: JobRef, step: StepRunner, context: WorkflowContext): Promise<void> {
  const run: Run = { ...context, ref, goesOn: step.goesOn === true, lease: null };
  try {
    let failed: Failure | null = null;
    for (const name of ['sync', 'act', 'resync'] as const) {
      const outcome = await step.run(name, () => runStep(run, name, STEPS[name]));
      if (outcome.kind === 'left') return;
      if (outcome.kind === 'failed') {
        failed = outcome.failure;
        break;
      }
    }
    await step.run('finish', () => runStep(run, 'finish', (lease) => finish(lease, failed)));
  } finally {
    await run.lease?.rest();
  }
}

const shared = globalThis as typeof globalThis & { __spicerackSteps?: Set<Promise<StepOutcome>> };

/** The steps that this process works on now; a shutdown waits for them to hand their leases back. */
export function stepsAtWork(): Set<Promise<StepOutcome>> {
  shared.__spicerackSteps ??= new Set();
  return shared.__spicerackSteps;
}

async function runStep(...args: Parameters<typeof stepUnderLease>): Promise<StepOutcome> {
  const [{ ref }, step] = args;
  const work = inSpan(`job ${step}`, { 'spicerack.job': ref.jobId }, () => stepUnderLease(...args));
  stepsAtWork().add(work);
  try {
    return await work;
  } catch (error) {
    // The row cannot say when to try again; the reconciler finds it when its lease has run out.
    const trouble = databaseTrouble(error);
    throw trouble ? new TryLater(config().retryDelayMs, trouble.what) : error;
  } finally {
    stepsAtWork().delete(work);
  }
}

/**
 * Runs one step under a lease of its own and turns whatever happens into an outcome, or into `TryLater`. With `act` a job
 * that has moved nothing comes to its end: what is left of it only reads, and tells what the two steps have seen.
 */
async function stepUnderLease(run: Run, first: StepName, work: (lease: Lease) => Promise<void>): Promise<StepOutcome> {
  const lease = await leaseOf(run);
  if ('kind' in lease) {
    if (lease.kind === 'busy')
      throw new TryLater(config().retryDelayMs, 'Another copy of this step is at work, or this server takes no jobs.');
    return { kind: 'left' };
  }
  const told = (name: StepName, part: (lease: Lease) => Promise<void>) =>
    watched(lease, name, null, '', () => onWholeClone(lease, name, () => part(lease)));
  let name = first;
  let rests = true;
  try {
    if (lease.job.attempt > mostBegun(lease.job)) throw new JobFailed(tooOften(lease.job.attempt));
    if (first !== 'finish') {
      await told(first, work);
      if (first !== 'act' || (await pushedBranches(lease)).size > 0) {
        rests = !run.goesOn;
        return { kind: 'done' };
      }
      name = 'resync';
      await told('resync', verifyMoves);
    }
    // The last step ends the job and its own row with it, all in one transaction.
    name = 'finish';
    await (first === 'finish' ? work(lease) : finish(lease, null));
    return { kind: first === 'finish' ? 'done' : 'left' };
  } catch (error) {
    const outcome = await outcomeOf(lease, error);
    if (outcome.kind !== 'failed') return outcome;
    // Nothing comes after the last step: where it fails, the job ends here, or it would be begun for ever.
    if (name === 'finish') {
      await endUntold(lease, outcome.failure);
      return first === 'finish' ? outcome : { kind: 'left' };
    }
    rests = !run.goesOn;
    return outcome;
  } finally {
    if (rests) await lease.rest();
    else run.lease = lease;
  }
}

/** The lease of a run's next step: that of the step before goes on where it is still held. */
async function leaseOf(run: Run): ReturnType<typeof takeLease> {
  const { lease: before } = run;
  run.lease = null;
  try {
    const next = await before?.next();
    if (next) return next;
  } catch (error) {
    await before?.rest();
    throw error;
  }
  return takeLease(run.db, run.ref, run.executor, run.shutdown);
}

function tooOften(attempts: number): Failure {
  return failure(
    'INTERNAL',
    `It was begun ${attempts} times and never came to its end: the server ended each time`,
    'Look into the output of the server for what ended it, then retry.',
  );
}

async function outcomeOf(lease: Lease, error: unknown): Promise<StepOutcome> {
  const reason = lease.signal.aborted ? lease.signal.reason : error;
  if (reason instanceof LeaseLost) return { kind: 'left' };
  if (reason instanceof JobCancelled) {
    await cancelled(lease);
    return { kind: 'left' };
  }
  // Shutting down: the lease is handed back, and the next start goes on from here.
  if (lease.signal.aborted) throw new TryLater(config().retryDelayMs, 'The server is shutting down.');

  const { failure, transient } = failureOf(error);
  const delayMs = transient ? await backOff(lease, failure) : null;
  if (delayMs !== null) {
    log('warn', 'waits', `Waits for its next try: ${failure.message}`, {
      ...factsOf(lease),
      code: failure.code,
      delayMs,
    });
    throw new TryLater(delayMs, failure.message);
  }
  await lease.write([logLine(lease, failure.message, 'error'), ...stderrLines(lease, error)]);
  return { kind: 'failed', failure };
}

/** What git and the remote said goes into the log, whole and in order, for the person who has to mend it. */
function stderrLines(lease: Lease, error: unknown) {
  if (!(error instanceof Error) || !('stderr' in error) || typeof error.stderr !== 'string') return [];
  return wordLines(lease, error.stderr, 'error');
}
