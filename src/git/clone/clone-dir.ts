import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { config } from '@/config';

/** Where this node keeps its clone of a repo: a cache that any node can make anew. */
export function cloneDir(repoId: string): string {
  return join(config().dataDir, 'clones', `${repoId}.git`);
}

/** Whether this machine has a clone of the repo. */
export function hasClone(repoId: string): boolean {
  return existsSync(join(cloneDir(repoId), 'HEAD'));
}
