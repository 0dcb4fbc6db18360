import { databaseTrouble } from '@/db/trouble';
import { GitError } from '@/git/process/error';
import type { ErrorCode } from '@/model/errors';
import { oneLine, shown } from '@/text/foreign';

/** How a job ends when it does not complete: a code, what happened, and what a person can do next. */
export interface Failure {
  code: ErrorCode;
  message: string;
  hint: string;
}

export function failure(code: ErrorCode, message: string, hint: string): Failure {
  return { code, message: shown(message), hint };
}

/** A failure that a step ends with. Thrown within a step, a value at its border. */
export class JobFailed extends Error {
  override readonly name = 'JobFailed';
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

export const TOO_LARGE_HINT =
  'Spicerack bounds what a remote can make it hold. Where this size is wanted, raise SPICERACK_GIT_MEMORY (MiB); else remove what makes it so large from the remote.';

/** What a fault of git means for the job; `transient` faults are tried again. */
export function failureOfGit(error: GitError): { failure: Failure; transient: boolean } {
  const say = (code: ErrorCode, hint: string, transient: boolean) => ({
    failure: failure(code, `${error.message}`, hint),
    transient,
  });
  switch (error.kind) {
    case 'auth':
      return say(
        'AUTH',
        'The remote demands a login. Give the user that runs Spicerack one: a git credential helper for https, or an ssh key that needs no passphrase.',
        false,
      );
    case 'not_found':
      return say(
        'REMOTE_UNREACHABLE',
        'The remote has no such repository, or does not show it without a login. Check its address, and that the user that runs Spicerack may read it.',
        false,
      );
    case 'protocol':
      return say(
        'REMOTE_UNREACHABLE',
        'This kind of address is not allowed here. Use https or ssh, or set SPICERACK_ALLOW_LOCAL=1 for paths.',
        false,
      );
    case 'redirect':
      return say(
        'REMOTE_UNREACHABLE',
        "The remote points to another address, which is not followed. If you trust that one, make it the address in this repository's settings.",
        false,
      );
    case 'private':
      return say(
        'REMOTE_UNREACHABLE',
        'This server takes remotes on the public internet alone (SPICERACK_REMOTE_HOSTS=public). Use another address, or ask whoever runs it.',
        false,
      );
    case 'timeout':
      return say(
        'TIMEOUT',
        'The remote took too long. Try again; for very large repositories raise SPICERACK_NETWORK_TIMEOUT (seconds).',
        true,
      );
    case 'unreachable':
      return say(
        'REMOTE_UNREACHABLE',
        'The remote cannot be reached. Check the network and the address, then try again.',
        true,
      );
    case 'killed':
      return say('INTERNAL', 'Something ended git, perhaps the system for want of memory. Try again.', true);
    case 'lock':
      return say('INTERNAL', 'Another process holds a lock, in the clone or on the remote. Try again.', true);
    case 'disk_full':
      return say('INTERNAL', 'The disk is full. Free some room, then try again.', true);
    case 'corrupt':
      return say('INTERNAL', 'The clone is damaged. It is made anew at the next try.', true);
    case 'refused':
      return say(
        'REMOTE_UNREACHABLE',
        'The remote says no, or is in trouble of its own (a damaged repository, a full disk): its words are in the log of this job. Tell whoever runs it.',
        false,
      );
    case 'too_large':
      return say('TOO_LARGE', TOO_LARGE_HINT, false);
    case 'missing':
      return say('ENGINE_MISSING', 'Install git 2.38 or later, or point SPICERACK_GIT at it.', false);
    case 'failed':
      return say('INTERNAL', 'The log of this job has what git said. Try again; if it stays, report it.', false);
  }
}

/** What anything thrown in a step means for the job. */
export function failureOf(error: unknown): { failure: Failure; transient: boolean } {
  if (error instanceof JobFailed) return { failure: error.failure, transient: false };
  if (error instanceof GitError) return failureOfGit(error);
  const trouble = databaseTrouble(error);
  if (trouble) return { failure: failure('INTERNAL', trouble.what, trouble.hint), transient: true };
  return {
    failure: failure(
      'INTERNAL',
      oneLine(
        shown(error instanceof Error ? error.message : String(error))
          .trim()
          .split('\n', 1)[0] ?? '',
      ) || 'Something went wrong',
      'This should not happen. Try again; if it stays, report it with the log of this job.',
    ),
    transient: false,
  };
}
