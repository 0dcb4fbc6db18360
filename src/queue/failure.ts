import { databaseTrouble } from '@/db/trouble';
import { OtherDataDir } from '@/git/clone/data-dir';
import { GitError, type GitErrorKind, reasonOf, speaksToRemote } from '@/git/process/error';
import { BUSY_REMOTE, DAMAGED_CLONE, FULL_DISK, OUT_OF_MEMORY, type Reason } from '@/git/process/reasons';
import type { ErrorCode } from '@/model/errors';
import { forMessage, oneLine, shown } from '@/text/foreign';

/** How a job ends when it does not complete: a code, what happened, and what a person can do next. */
export interface Failure {
  code: ErrorCode;
  message: string;
  hint: string;
  /** Whether the hint wants what was moved before it: none as a rule, but branches pushed one by one may be. */
  tellsMoved?: true;
}

export function failure(code: ErrorCode, message: string, hint: string): Failure {
  return { code, message: forMessage(message), hint };
}

/** A failure of what would have moved branches: what it has moved is told with its hint, by who ends the job. */
export function unmoved(code: ErrorCode, message: string, hint: string): Failure {
  return { ...failure(code, message, hint), tellsMoved: true };
}

/** A failure that a step ends with. Thrown within a step, a value at its border. */
export class JobFailed extends Error {
  override readonly name = 'JobFailed';
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** What a person can do where the remote refuses to move a ref, with these words. */
export function refusalHint(words: string): string {
  const reason = reasonOf(words);
  return reason ? advice(reason) : 'Change the rule on the remote, or ask whoever may.';
}

/** Faults that time may mend. */
const TRANSIENT: ReadonlySet<GitErrorKind> = new Set([
  'timeout',
  'unreachable',
  'killed',
  'lock',
  'disk_full',
  'unwritable',
  'corrupt',
  // A server without git takes no jobs (`watchHealth`); this is for those at work when it went.
  'missing',
]);

/** What a fault of git means for the job; `transient` faults are tried again. */
export function failureOfGit(error: GitError): { failure: Failure; transient: boolean } {
  const { code, hint } = error.reason ? explained(error.reason) : unexplained(error);
  return { failure: failure(code, error.message, hint), transient: TRANSIENT.has(error.kind) };
}

/** What a reason means, and what to do about it. */
export function advice({ means, todo }: Reason): string {
  return `${means} ${todo}`;
}

function explained(reason: Reason): { code: ErrorCode; hint: string } {
  return { code: reason.code, hint: advice(reason) };
}

/** Of faults that no words explain, or whose words are our own. */
function unexplained({ kind, args, stderr }: GitError): { code: ErrorCode; hint: string } {
  switch (kind) {
    case 'private':
      return {
        code: 'REMOTE_UNREACHABLE',
        hint: 'This server takes remotes on the public internet alone (SPICERACK_REMOTE_HOSTS=public). Use another address, or ask whoever runs it.',
      };
    case 'redirect':
      return {
        code: 'REMOTE_UNREACHABLE',
        hint: "The remote points to another address, which is not followed. If you trust that one, make it the address in this repository's settings.",
      };
    case 'timeout':
      return {
        code: 'TIMEOUT',
        hint: 'The remote took too long. Try again; for very large repositories raise SPICERACK_NETWORK_TIMEOUT (seconds).',
      };
    case 'unreachable':
      // It has spoken before it hung up, so it was reached.
      return /^(remote|ERROR):/m.test(stderr)
        ? { code: 'REMOTE_REFUSED', hint: 'The remote ended the conversation; its words are in the log of this job.' }
        : {
            code: 'REMOTE_UNREACHABLE',
            hint: 'The remote cannot be reached. Check the network and the address, then try again.',
          };
    case 'killed':
      return { code: 'INTERNAL', hint: 'Something ended git, perhaps the system for want of memory. Try again.' };
    case 'corrupt':
      return explained(DAMAGED_CLONE);
    case 'lock':
      return explained(BUSY_REMOTE);
    case 'too_large':
      // What is too large is not always git's memory, but what to do is the same.
      return { code: OUT_OF_MEMORY.code, hint: OUT_OF_MEMORY.todo };
    case 'disk_full':
      return explained(FULL_DISK);
    case 'no_place':
      return {
        code: 'INTERNAL',
        hint: 'Make that folder, or start Spicerack with TMPDIR set to one that its user may write to; then retry.',
      };
    case 'missing':
      return { code: 'ENGINE_MISSING', hint: 'Install git 2.38 or later, or point SPICERACK_GIT at it.' };
    default:
      return speaksToRemote(args)
        ? {
            code: 'REMOTE_REFUSED',
            hint: 'What the remote and git said about it is in the log of this job. Ask whoever runs the remote, or retry.',
          }
        : { code: 'INTERNAL', hint: 'The log of this job has what git said. Try again; if it stays, report it.' };
  }
}

/** What anything thrown in a step means for the job. */
export function failureOf(error: unknown): { failure: Failure; transient: boolean } {
  if (error instanceof JobFailed) return { failure: error.failure, transient: false };
  if (error instanceof GitError) return failureOfGit(error);
  const trouble = databaseTrouble(error);
  if (trouble) return { failure: failure('INTERNAL', trouble.what, trouble.hint), transient: true };
  if (error instanceof OtherDataDir) {
    return { failure: failure('INTERNAL', error.message, error.hint), transient: true };
  }
  if (isOfFiles(error)) {
    const what = `A file of this server cannot be used: ${shown(error.message)}`;
    const hint =
      'See whether that place is there, has room, and may be written by the user that runs Spicerack; then retry.';
    return { failure: failure('INTERNAL', what, hint), transient: true };
  }
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

/** What the system says of a place that is away, full or not to be written for a while; a name that it cannot take stays so. */
const PASSING = new Set('ENOENT EACCES EPERM EROFS EIO ENOSPC EDQUOT EMFILE ENFILE ENODEV ENXIO ESTALE'.split(' '));

/** Whether the system has said no to something that this process did with a file, and may say yes later. */
function isOfFiles(error: unknown): error is Error {
  if (!(error instanceof Error && 'syscall' in error && 'path' in error && 'code' in error)) return false;
  return PASSING.has(String(error.code)) && !String(error.syscall).startsWith('spawn');
}
