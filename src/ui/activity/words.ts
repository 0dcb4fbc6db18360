import type { JobKind, JobStatus } from '@/model/kinds';
import { visible } from '@/text/visible';
import { outcomeOf } from '../jobs/outcome';
import { type Intent, several } from '../jobs/words';

/** The kinds by the words that people know them by. */
export const KIND_WORDS: Record<JobKind | 'task', string> = {
  sync_repo: 'Sync',
  restack_repo: 'Restack all',
  restack_subtree: 'Restack',
  rebase_branch: 'Rebase',
  reparent_branch: 'Move',
  register_existing_branch: 'Register',
  create_branch: 'Create a branch',
  undo: 'Undo',
  untrack_branch: 'Untrack',
  task: 'Tasks',
};

export const STATUS_WORDS: Record<JobStatus, string> = {
  queued: 'Queued',
  running: 'Running',
  completed: 'Completed',
  error: 'Error',
  cancelled: 'Cancelled',
};

/** Who asked, as the beginning of a sentence. */
export function asker(requestedBy: string): string {
  if (requestedBy === 'dashboard') return 'Someone on the dashboard';
  if (requestedBy === 'api') return 'A client of the API';
  if (requestedBy.startsWith('automatic ')) return 'Spicerack by itself';
  return requestedBy;
}

/**
 * What was asked for and whether it came to be, as the rest of the sentence: `restacked feat/auth and above`,
 * `tried to sync`.
 * @param undone the job that an undo puts back, as `#12`
 */
export function deed(job: Intent & Parameters<typeof outcomeOf>[0], undone = 'an earlier job'): string {
  const { did, todo, what } = verb(job, undone);
  const object = visible(what && ` ${what}`);
  switch (outcomeOf(job)) {
    case 'completed':
    case 'held_back':
    case 'lost_commits':
      return `${did}${object}`;
    case 'error':
      return `tried to ${todo}${object}`;
    case 'queued':
    case 'running':
    case 'cancelled':
    case 'waiting':
      return `asked to ${todo}${object}`;
  }
}

function verb(
  { kind, branch, branches, parent, suggested, atCommit }: Intent,
  undone: string,
): { did: string; todo: string; what: string } {
  switch (kind) {
    case 'sync_repo':
      return { did: 'synced', todo: 'sync', what: '' };
    case 'restack_repo':
      return { did: 'restacked', todo: 'restack', what: 'all' };
    case 'restack_subtree':
      return { did: 'restacked', todo: 'restack', what: branches ? several(branches) : `${branch} and above` };
    case 'rebase_branch':
      return { did: 'rebased', todo: 'rebase', what: `${branch}` };
    case 'reparent_branch':
      return { did: 'moved', todo: 'move', what: `${branch} onto ${parent}` };
    case 'register_existing_branch':
      return {
        did: 'registered',
        todo: 'register',
        what: suggested
          ? 'all suggested'
          : branches
            ? several(branches)
            : parent
              ? `${branch} on ${parent}`
              : `${branch}`,
      };
    case 'create_branch':
      return {
        did: 'created',
        todo: 'create',
        what: atCommit ? `${branch} at ${atCommit.slice(0, 8)}` : `${branch} on ${parent ?? 'the trunk'}`,
      };
    case 'undo':
      return { did: 'undid', todo: 'undo', what: undone };
    case 'untrack_branch':
      return { did: 'untracked', todo: 'untrack', what: `${branch}` };
  }
}
