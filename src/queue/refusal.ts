import { branchNameProblem, GOOD_NAME } from '@/repos/branch-name';

/** Why a request was not accepted. `field` names the input at fault. */
export interface Refusal {
  code: 'NOT_FOUND' | 'BAD_REQUEST' | 'CONFLICT';
  field: string | null;
  message: string;
  /** What to do; null where the message is that. */
  hint: string | null;
}

const refusal = (code: Refusal['code'], field: string, message: string, hint: string): Refusal => ({
  code,
  field,
  message,
  hint,
});

export function noRepo(id: string): Refusal {
  return refusal('NOT_FOUND', 'repoId', `There is no repo ${id}.`, 'List them with repos.list.');
}

export function noJob(id: string): Refusal {
  return refusal('NOT_FOUND', 'jobId', `There is no job ${id}.`, 'List them with jobs.list.');
}

export function noTask(id: string): Refusal {
  return refusal('NOT_FOUND', 'taskId', `There is no task ${id}.`, 'List them with tasks.list.');
}

/** A refusal of what is in a field. */
export function badRequest(field: string, { message, hint }: { message: string; hint: string }): Refusal {
  return refusal('BAD_REQUEST', field, message, hint);
}

/** A refusal as things stand. */
export function conflict(field: string, message: string, hint: string): Refusal {
  return refusal('CONFLICT', field, message, hint);
}

/** What is said against the name of a branch, if anything. */
export function badName(field: string, name: string): Refusal | null {
  const problem = branchNameProblem(name);
  return problem === null ? null : badRequest(field, { message: problem, hint: GOOD_NAME });
}
