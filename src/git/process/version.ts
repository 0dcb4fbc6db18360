import { GitError } from './error';
import { gitText } from './run';

/** The oldest git whose `merge-tree` has `--write-tree`. */
const OLDEST = [2, 38] as const;

const ANSWERS_WITHIN_MS = 5000;

/** Why git cannot be used, in sentences. */
export interface GitProblem {
  what: string;
  /** What a person can do. */
  remedy: string;
  /** Whether another git has to be installed. */
  isWanting: boolean;
}

const INSTALL = `Install git ${OLDEST.join('.')} or later, or name one by SPICERACK_GIT and start again.`;
const LOOK =
  'Look what keeps it: the load and the memory of this machine, the disk that it is on, or the program that SPICERACK_GIT names.';

/** The version of the git program, or why it cannot be used. */
export async function gitVersion(): Promise<{ version: string | null; problem: GitProblem | null }> {
  try {
    const version = (await gitText(['version'], { timeoutMs: ANSWERS_WITHIN_MS })).replace(/^git version /, '');
    const [major = 0, minor = 0] = version.split('.').map(Number);
    const old = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
    const what = `git is version ${version}; ${OLDEST.join('.')} or later is needed.`;
    return { version, problem: old ? { what, remedy: INSTALL, isWanting: true } : null };
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const isWanting = error.kind === 'missing';
    // What it was asked for is no part of its name.
    const said = isWanting ? error.message : `Asked for its version, ${error.message.replace(/^git version /, 'git ')}`;
    const what = said.endsWith('.') ? said : `${said}.`;
    return { version: null, problem: { what, remedy: isWanting ? INSTALL : LOOK, isWanting } };
  }
}
