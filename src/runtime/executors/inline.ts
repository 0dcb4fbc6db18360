import { logTrouble } from '@/log';
import type { Executor } from '@/queue/executor';
import { runJob, type StepRunner, TryLater, type WorkflowContext } from '@/workflow/workflow';

/**
 * Runs jobs in this process. As durable as Inngest, because the database holds the job: what stops half-way
 * here is sent again by the reconciler.
 */
export function inlineExecutor(context: Omit<WorkflowContext, 'executor'>): Executor {
  return {
    name: 'inline',
    async dispatch(ref) {
      // Not awaited: dispatching says only that the work was handed over.
      const steps: StepRunner = { run: (_name, work) => work(), goesOn: true };
      void runJob(ref, steps, { ...context, executor: 'inline' }).catch((error: unknown) => {
        // The row says when to try again; the reconciler's timer does it.
        if (!(error instanceof TryLater))
          logTrouble('job_failed', 'A job stopped half-way', error, { withStack: true, jobId: ref.jobId });
      });
    },
  };
}
