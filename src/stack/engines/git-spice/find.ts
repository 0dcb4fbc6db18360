import { access, constants } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { config } from '@/config';
import { childEnvironment } from '@/environment';
import { GitError } from '@/git/process/error';
import { runProgram } from '@/git/process/run';

/** The program that was found, or in one sentence why there is none. */
export type GitSpiceProgram = { program: string; version: string } | { missing: string };

/** Version 0.29 changed what a restack does by default; the engine is written for what came after. */
const OLDEST = { major: 0, minor: 29 };

const VERSION_TIMEOUT_MS = 10_000;

let found: Promise<GitSpiceProgram> | undefined;

/**
 * Looks for git-spice: SPICERACK_GIT_SPICE, else `git-spice` on PATH, version 0.29 or later. A build without a
 * version number ("dev") is taken only where the setting names it. Once found it is not looked for again.
 */
export async function findGitSpice(): Promise<GitSpiceProgram> {
  const setting = config().gitSpiceProgram;
  // What is on no path needs no process to say so.
  if (!setting && !found && !(await isOnPath('git-spice'))) return { missing: 'git-spice is not on PATH.' };
  found ??= setting ? probe(setting, true) : probe('git-spice', false);
  const answer = await found;
  if ('missing' in answer) found = undefined;
  return answer;
}

/** Whether a program of that name is in a folder of the PATH that programs are started with. */
async function isOnPath(name: string): Promise<boolean> {
  const folders = (childEnvironment().PATH ?? '').split(delimiter).filter(Boolean);
  const looks = folders.map((folder) =>
    access(join(folder, name), constants.X_OK).then(
      () => true,
      () => false,
    ),
  );
  return (await Promise.all(looks)).includes(true);
}

/** Asks one program for its version. `named`: a person chose this very program, so a version is not demanded. */
export async function probe(name: string, named: boolean): Promise<GitSpiceProgram> {
  // A path is meant from where the server was started; programs are started elsewhere.
  const program = name.includes('/') ? resolve(name) : name;
  const what = named ? `SPICERACK_GIT_SPICE=${program}` : program;
  let output: string;
  try {
    output = (await runProgram(program, ['--version'], { timeoutMs: VERSION_TIMEOUT_MS })).stdout.toString('utf8');
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    if (error.kind === 'missing' && !named) return { missing: 'git-spice is not on PATH.' };
    return { missing: `${what} cannot be used: ${error.message}.` };
  }
  // "git-spice v0.31.2", or "git-spice dev" where it was built by hand.
  const version = output.match(/^git-spice v?(\S+)/)?.[1];
  if (!version) return { missing: `${what} is not git-spice: it calls itself "${output.split('\n')[0]}".` };
  const [, major, minor] = version.match(/^(\d+)\.(\d+)/) ?? [];
  if (major === undefined || minor === undefined) {
    return named ? { program, version } : { missing: `${what} has no version number ("${version}").` };
  }
  const newEnough = Number(major) > OLDEST.major || Number(minor) >= OLDEST.minor;
  return newEnough
    ? { program, version }
    : { missing: `${what} is version ${version}; ${OLDEST.major}.${OLDEST.minor} or later is needed.` };
}
