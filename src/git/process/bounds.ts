import { GitError } from './error';

/**
 * How much is read from git. What a remote holds is not ours to choose: a repository of 340 KB can have ten million
 * files, since a tree may be named any number of times. None of these is met by honest work.
 */

/** Bytes of one command's standard output, where it is kept as a whole. */
export const MAX_OUTPUT = 256 * 1024 * 1024;
/** Bytes of one record of a list. */
export const MAX_RECORD = 16 * 1024 * 1024;
/** Bytes of one answer of a process that is asked many questions. */
export const MAX_ANSWER = 16 * 1024 * 1024;
/** Branches of a repository. */
export const MAX_BRANCHES = 100_000;
/** Commits that are read at once: those by which the branches of a repository differ. */
export const MAX_COMMITS = 1_000_000;
/** Paths in conflict that are kept of one merge. */
export const MAX_CONFLICT_PATHS = 1_000;
/** Entries of one tree and all below it that are listed in one go. */
export const MAX_LISTED = 200_000;
/** `.gitattributes` files of one tree. */
export const MAX_ATTRIBUTE_FILES = 10_000;
/** How many comparisons of one batch may be too large, each of them alone; with more, the repository is. */
export const MAX_TOO_LARGE = 8;

/** The error for what goes beyond a bound. `words` say what there is too much of: `more than 10 branches`. */
export function tooLarge(words: string, args: string[] = []): GitError {
  return new GitError('too_large', `Too large to be read: ${words}`, args, '');
}

/** Whether it was refused for its size; whoever asks about many things goes on with the others. */
export function isTooLarge(error: unknown): error is GitError {
  return error instanceof GitError && error.kind === 'too_large';
}
