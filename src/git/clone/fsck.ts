import { GitError } from '../process/error';
import { git } from '../process/run';

/**
 * Whether a repository has lost something: an object that a ref needs, a ref, or its own outline. Reads all of
 * its history, so ask only when something has gone wrong.
 */
export async function isDamaged(gitDir: string, signal?: AbortSignal): Promise<boolean> {
  try {
    await git(['fsck', '--connectivity-only', '--no-dangling', '--no-progress'], { gitDir, signal });
    return false;
  } catch (error) {
    if (error instanceof GitError && (error.kind === 'failed' || error.kind === 'corrupt')) return true;
    throw error;
  }
}
