/** Why a request was not accepted. `field` names the input at fault. */
export interface Refusal {
  code: 'NOT_FOUND' | 'BAD_REQUEST' | 'CONFLICT';
  field: string | null;
  message: string;
}

export function noRepo(id: string): Refusal {
  return { code: 'NOT_FOUND', field: 'repoId', message: `There is no repo ${id}. List them with repos.list.` };
}

export function noJob(id: string): Refusal {
  return { code: 'NOT_FOUND', field: 'jobId', message: `There is no job ${id}. List them with jobs.list.` };
}

export function noTask(id: string): Refusal {
  return { code: 'NOT_FOUND', field: 'taskId', message: `There is no task ${id}. List them with tasks.list.` };
}
