import { GitError } from './error';
import { gitText } from './run';

/** The oldest git whose `merge-tree` has `--write-tree`. */
const OLDEST = [2, 38] as const;

/** The version of the git program, or why it cannot be used. */
export async function gitVersion(): Promise<{ version: string | null; problem: string | null }> {
  try {
    const version = (await gitText(['version'], { timeoutMs: 5000 })).replace(/^git version /, '');
    const [major = 0, minor = 0] = version.split('.').map(Number);
    const old = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
    return { version, problem: old ? `git ${OLDEST.join('.')} or later is needed.` : null };
  } catch (error) {
    if (error instanceof GitError) return { version: null, problem: error.message };
    throw error;
  }
}
