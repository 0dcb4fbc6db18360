import type { Role } from '@/model/access';

/**
 * What each procedure of the API needs; `api/trpc.ts` asks here, and refuses what does not stand here. All other ways
 * in (pages, MCP, the command line) end at these.
 */
export const ROLE_OF: Readonly<Record<string, Role>> = {
  'repos.list': 'read',
  'repos.get': 'read',
  'repos.overview': 'read',
  'repos.add': 'administer',
  'repos.addDemo': 'administer',
  'repos.update': 'administer',
  'repos.remove': 'administer',
  'branches.history': 'read',
  'branches.update': 'act',
  'branches.untrack': 'act',
  'branches.restore': 'act',
  'branches.forget': 'act',
  'branches.acceptRename': 'act',
  'jobs.get': 'read',
  'jobs.list': 'read',
  'jobs.log': 'read',
  'jobs.rewritten': 'read',
  'jobs.run': 'act',
  'jobs.cancel': 'act',
  'jobs.keep': 'act',
  'jobs.undo': 'act',
  'jobs.retry': 'act',
  'tasks.list': 'read',
  'tasks.get': 'read',
  'tasks.create': 'act',
  'tasks.archive': 'act',
  'tasks.retry': 'act',
  // What is computed for it stays in the clone and in a row that goes by itself.
  'forecast.get': 'read',
  'changes.get': 'read',
  'changes.commits': 'read',
  'changes.image': 'read',
  'changes.rangeDiff': 'read',
  'feed.subscribe': 'read',
  'system.status': 'read',
  'access.me': 'read',
  'access.tokens': 'administer',
  'access.createToken': 'administer',
  'access.revokeToken': 'administer',
  'access.audit': 'administer',
};
