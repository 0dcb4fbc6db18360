/** The kinds that `jobs.run` takes. */
export const ACTION_KINDS = [
  'sync_repo',
  'restack_repo',
  'restack_subtree',
  'rebase_branch',
  'reparent_branch',
  'register_existing_branch',
] as const;
export type ActionKind = (typeof ACTION_KINDS)[number];

/** `create_branch` comes from tasks, `undo` from `jobs.undo`, `untrack_branch` from `branches.untrack`. */
export const JOB_KINDS = [...ACTION_KINDS, 'create_branch', 'undo', 'untrack_branch'] as const;
export type JobKind = (typeof JOB_KINDS)[number];

export const JOB_STATUSES = ['queued', 'running', 'completed', 'error', 'cancelled'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** How the branch of a task stands: attached (`completed`), `waiting` for somebody to push it, or as the job that attaches it. */
export const BRANCH_STATUSES = [...JOB_STATUSES, 'waiting'] as const;
export type BranchStatus = (typeof BRANCH_STATUSES)[number];

/** Durable steps of the workflow, and the finer phases that people watch. */
export const STEP_NAMES = ['sync', 'act', 'resync', 'finish'] as const;
export type StepName = (typeof STEP_NAMES)[number];
