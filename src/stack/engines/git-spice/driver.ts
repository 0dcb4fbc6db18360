import { delimiter, dirname, isAbsolute } from 'node:path';
import { config } from '@/config';
import type { DisposableClone } from '@/git/clone/disposable-clone';
import { GitError } from '@/git/process/error';
import { runProgram } from '@/git/process/run';
import { oneLine } from '@/text/foreign';
import type { PlanRequest } from '../engine';

/** How one command of git-spice ended. Every failure exits with 1, so only its traces and words tell them apart. */
export interface SpiceOutcome {
  ok: boolean;
  /** Its WRN lines. Work that it skips is announced by these alone, with exit code 0. */
  warnings: string[];
  /** All it said. */
  words: string;
}

/** Runs `git-spice --no-prompt <args>`. */
export type Spice = (...args: string[]) => Promise<SpiceOutcome>;

/** It has no time-outs of its own. One command replays one branch; in a large work tree that takes seconds. */
const COMMAND_TIMEOUT_MS = 10 * 60_000;

/** Drives `program` in `copy`. The request's signal ends its process group. */
export function spiceIn(copy: DisposableClone, program: string, request: PlanRequest): Spice {
  const env = { ...copy.options.env, ...environment(request) };
  return async (...args) => {
    const { code, stderr } = await runProgram(program, ['--no-prompt', ...args], {
      cwd: copy.dir,
      env,
      signal: request.signal,
      timeoutMs: COMMAND_TIMEOUT_MS,
      okCodes: [0, 1],
    });
    // Lines are `INF|WRN|ERR|FTL message`; a message of several lines has the level on each.
    const lines = stderr.split('\n').filter((line) => line.trim());
    const warnings = lines.flatMap((line) => (line.startsWith('WRN ') ? oneLine(line.slice(4)) : []));
    return { ok: code === 0, warnings, words: lines.join('\n') };
  };
}

/** git-spice did what we do not know how to take. The message holds its own words. */
export function odd(doing: string, { words }: Pick<SpiceOutcome, 'words'>): GitError {
  return new GitError('failed', `git-spice could not ${doing}: ${words || 'it said nothing'}`, [], words);
}

function environment({ committer }: PlanRequest): Record<string, string> {
  const { gitProgram } = config();
  return {
    NO_COLOR: '1',
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
    // Without the sign, git takes no time before 1973 for one, such as that of a forecast.
    GIT_COMMITTER_DATE: `@${committer.date}`,
    // For what git writes beside the replayed commits, which keep their own author: the host may have no identity.
    GIT_AUTHOR_NAME: committer.name,
    GIT_AUTHOR_EMAIL: committer.email,
    // It starts `git` by name.
    ...(isAbsolute(gitProgram) ? { PATH: `${dirname(gitProgram)}${delimiter}${process.env.PATH ?? ''}` } : {}),
  };
}
