import { commitsBetween } from '@/git/changes/commits';
import { type PatchBounds, patchOf } from '@/git/changes/patch';
import { rangeDiff } from '@/git/changes/range-diff';
import { cloneDir } from '@/git/clone/clone-dir';
import { commonAncestors } from '@/git/objects/merge-base';
import { existingCommits } from '@/git/objects/rev-list';
import { GitError } from '@/git/process/error';
import type { Changes, ChangesAsk, ChangesErrorCode, RangeDiff } from '@/model/changes';
import { failureOf } from '@/queue/failure';
import { counted } from '@/text/words';

/** What came of an attempt. */
export type Computed =
  | { content: Changes | RangeDiff }
  /** `message` says what can be done, too. */
  | { errorCode: ChangesErrorCode; message: string };

/** Commits of a branch that are listed. */
const MOST_COMMITS = 250;

/** What is kept of all files, and of one that is asked for alone. */
const ALL: PatchBounds = { files: 1000, fileBytes: 100 * 1024, bytes: 1024 * 1024 };
const ONE = { fileBytes: 2 * 1024 * 1024, bytes: 2 * 1024 * 1024 };

/** The tree without a file, by how git names objects. */
const EMPTY_TREE: Record<number, string> = {
  40: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  64: '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
};

export const NO_CLONE: Computed = {
  errorCode: 'NO_CLONE',
  message: 'There is no clone of this repository on this machine yet. The next sync makes it.',
};

/**
 * Computes what was asked for from the clone of this machine, by the ids of commits: no fetch, no lease, and refs may
 * move meanwhile. It leaves nothing behind.
 * @throws the signal's reason when it is aborted
 */
export async function computeChanges(repoId: string, ask: ChangesAsk, signal: AbortSignal): Promise<Computed> {
  const gitDir = cloneDir(repoId);
  const commits =
    ask.kind === 'changes'
      ? [ask.to, ...(ask.from === null ? [] : [ask.from])]
      : [ask.before, ask.after].flatMap(({ base, tip }) => [base, tip]);
  try {
    const found = new Set((await existingCommits(gitDir, commits, signal)).map(({ id }) => id));
    const gone = [...new Set(commits)].filter((id) => !found.has(id));
    if (gone.length > 0) return commitGone(gone);
    const content =
      ask.kind === 'changes'
        ? await changesOf(gitDir, ask, signal)
        : await rangeDiff(gitDir, ask.before, ask.after, signal);
    return { content };
  } catch (error) {
    signal.throwIfAborted();
    return failed(error);
  }
}

async function changesOf(
  gitDir: string,
  { from, to, hideWhitespace, file }: Extract<ChangesAsk, { kind: 'changes' }>,
  signal: AbortSignal,
): Promise<Changes> {
  // Where histories criss-cross there are several; git's own three dots take the first one, too.
  const base = from === null ? null : ((await commonAncestors(gitDir, [to, from], signal))[0] ?? null);
  const start = base ?? EMPTY_TREE[to.length] ?? '';
  const [listed, patch] = await Promise.all([
    file === null ? commitsBetween(gitDir, from, to, MOST_COMMITS, signal) : { commits: [], commitCount: 0 },
    patchOf(gitDir, { from: start, to, hideWhitespace, file }, file === null ? ALL : { ...ALL, ...ONE }, signal),
  ]);
  return { base, ...listed, ...patch };
}

function commitGone(gone: string[]): Computed {
  return {
    errorCode: 'COMMIT_GONE',
    message: `The clone on this machine lacks ${counted(gone.length, 'commit')} (${gone.map((id) => id.slice(0, 8)).join(', ')}): no branch has had it for long, or a sync is still to bring it.`,
  };
}

/** It fails for itself alone: nothing else depends on what is shown. */
function failed(error: unknown): Computed {
  const { message } = failureOf(error).failure;
  const kind = error instanceof GitError ? error.kind : null;
  if (kind === 'too_large') return { errorCode: 'TOO_LARGE', message: `${message}. git shows it in a clone of yours.` };
  if (kind === 'timeout') return { errorCode: 'TIMEOUT', message: `${message}. git shows it in a clone of yours.` };
  return { errorCode: 'INTERNAL', message };
}
