import type { JobDetail } from '@/api/jobs';
import type { JobView } from '@/feed/events';
import type { ErrorCode } from '@/model/errors';
import { visible } from '@/text/visible';
import { counted } from '@/text/words';

/** What to do in a line: the commands that a hint may go on with are shown on the job's page. */
export function firstLine(hint: string | null): string | null {
  return hint?.split('\n')[0] ?? null;
}

/** What a job does, as a sentence's beginning: `Restack feat/auth and above`. */
export type Intent = Pick<JobView, 'kind' | 'branch' | 'parent' | 'suggested'> &
  Partial<Pick<JobView, 'branches' | 'atCommit'>>;

export function intent(job: Intent): string {
  return visible(words(job));
}

/** The same where the other jobs are at hand: an undo says of which, and what puts an undo back is a redo. */
export function intentAmong(job: JobView, jobs: readonly JobDetail[]): string {
  const undone = jobs.find((other) => other.job.id === job.undoOf)?.job;
  if (job.kind !== 'undo' || !undone) return intent(job);
  if (undoWord(undone, jobs) === 'Undo') return `Undo of #${undone.seq}`;
  const first = jobs.find((other) => other.job.id === undone.undoOf)?.job;
  return first ? `Redo of #${first.seq}` : 'Redo';
}

/** What putting back a job is called: of an undo it is a redo, and of that an undo again. */
export function undoWord(job: Pick<JobView, 'kind' | 'undoOf'>, jobs: readonly JobDetail[]): 'Undo' | 'Redo' {
  if (job.kind !== 'undo') return 'Undo';
  const undone = jobs.find((other) => other.job.id === job.undoOf)?.job;
  return undone && undoWord(undone, jobs) === 'Redo' ? 'Undo' : 'Redo';
}

/** Several branches in few words: the first by its name. */
export function several([first = '', ...more]: readonly string[]): string {
  return more.length === 0 ? first : `${first} and ${counted(more.length, 'more branch', 'more branches')}`;
}

function words(job: Intent): string {
  switch (job.kind) {
    case 'sync_repo':
      return 'Sync';
    case 'restack_repo':
      return 'Restack all';
    case 'restack_subtree':
      return job.branches ? `Restack ${several(job.branches)}` : `Restack ${job.branch} and above`;
    case 'rebase_branch':
      return `Rebase ${job.branch}`;
    case 'reparent_branch':
      return `Move ${job.branch} onto ${job.parent}`;
    case 'register_existing_branch':
      if (job.suggested) return 'Register all suggested';
      if (job.branches) return `Register ${several(job.branches)}`;
      return job.parent ? `Register ${job.branch} on ${job.parent}` : `Register ${job.branch}`;
    case 'create_branch':
      if (job.atCommit) return `Create ${job.branch} at ${job.atCommit.slice(0, 8)}`;
      return `Create ${job.branch} on ${job.parent ?? 'the trunk'}`;
    case 'undo':
      return 'Undo';
    case 'untrack_branch':
      return `Untrack ${job.branch}`;
  }
}

const FAILED_WORDS: Record<ErrorCode, string> = {
  CONFLICT: 'conflict',
  BRANCH_NOT_FOUND: 'no such branch',
  NOT_TRACKED: 'not registered',
  CYCLE: 'stands on itself',
  KEPT: 'stays where it is',
  DIVERGED: 'moved meanwhile',
  PUSH_REJECTED: 'push refused',
  REMOTE_UNREACHABLE: 'remote away',
  REMOTE_REFUSED: 'remote refuses',
  AUTH: 'login refused',
  ENGINE_MISSING: 'engine missing',
  TIMEOUT: 'took too long',
  TOO_LARGE: 'too large',
  INTERNAL: 'our fault',
};

/** Why a job failed, in a word or two; its page has the code that the API knows it by. */
export function failedWord(code: ErrorCode | null): string {
  return code === null ? 'failed' : (FAILED_WORDS[code] ?? 'failed');
}
