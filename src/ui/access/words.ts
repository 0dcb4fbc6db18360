import { visible } from '@/text/visible';
import type { AuditEntry } from './query';

const DEEDS: Readonly<Record<string, string>> = {
  sign_in: 'signed in',
  sign_out: 'signed out',
  sign_in_failed: 'Somebody presented a wrong token',
  'access.createToken': 'made a token',
  'access.revokeToken': 'revoked a token',
  'repos.add': 'added a repository',
  'repos.addDemo': 'added the demo',
  'repos.update': 'changed settings of a repository',
  'repos.remove': 'removed a repository',
  'jobs.run': 'ran a job',
  'jobs.cancel': 'cancelled a job',
  'jobs.retry': 'retried a job',
  'jobs.undo': 'undid a job',
  'jobs.keep': 'kept a commit',
  'tasks.create': 'created a task',
  'tasks.archive': 'archived a task',
  'tasks.retry': 'retried a task',
  'branches.update': 'said whether a branch may move',
  'branches.untrack': 'untracked a branch',
  'branches.restore': 'restored a branch',
  'branches.forget': 'forgot branches that are gone',
  'branches.acceptRename': 'accepted a rename',
};

/** Ids say nothing to people; what has a name is said by it. */
const TOLD = ['kind', 'name', 'role', 'branch', 'branches', 'parent', 'commit', 'settings'];

/** What was done, in words: `ran a job: restack_subtree, a`. What no one here knows is said as the call that it was. */
export function deedOf({ action, about }: Pick<AuditEntry, 'action' | 'about'>): string {
  const of = TOLD.flatMap((name) => about[name] ?? []).map(visible);
  const deed = DEEDS[action] ?? action;
  return of.length > 0 ? `${deed}: ${of.join(', ')}` : deed;
}
