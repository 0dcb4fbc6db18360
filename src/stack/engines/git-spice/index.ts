import { disposableClone } from '@/git/disposable-clone';
import { GitError } from '@/git/error';
import { openQuarantine } from '@/git/objects';
import type { Engine, PlannedObjects, PlanRequest } from '@/stack/plan';
import { spiceIn } from './driver';
import { findGitSpice } from './find';
import { replay } from './replay';

/**
 * The engine that lets git-spice (0.29 or later) do the work, in a disposable clone: it needs a work tree and local
 * branches, keeps state of its own and knows no lock, so it never runs in our clone.
 */
export const gitSpiceEngine: Engine = { name: 'git-spice', plan };

/**
 * @throws GitError `missing` when there is no program; with git-spice's own words when it does anything but replay
 *   or conflict; the signal's reason when it is aborted. Nothing is left behind then.
 */
async function plan(request: PlanRequest): Promise<PlannedObjects> {
  const found = await findGitSpice();
  if ('missing' in found) throw new GitError('missing', found.missing, [], '');
  const idLength = request.trunk.tip.length;
  const quarantine = await openQuarantine(request.gitDir, idLength);
  try {
    const copy = await disposableClone(quarantine, idLength, request.signal);
    try {
      const plan = await replay(copy, spiceIn(copy, found.program, request), request);
      return { plan, take: async () => undefined, discard: quarantine.discard };
    } finally {
      await copy.remove();
    }
  } catch (error) {
    await quarantine.discard();
    throw error;
  }
}
