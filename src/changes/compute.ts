import { commitsBetween, readCommits } from '@/git/changes/commits';
import { type PatchBounds, patchOf } from '@/git/changes/patch';
import { rangeDiff } from '@/git/changes/range-diff';
import { cloneDir } from '@/git/clone/clone-dir';
import { ObjectReader } from '@/git/objects/cat-file';
import { commonAncestors } from '@/git/objects/merge-base';
import { existingCommits } from '@/git/objects/rev-list';
import { GitError } from '@/git/process/error';
import type { Changes, ChangesAsk, ChangesContent, ChangesErrorCode, ShownImage } from '@/model/changes';
import { failureOf } from '@/queue/failure';
import { counted } from '@/text/words';
import { readImage } from './image';

/** What came of an attempt. */
export type Computed =
  | { content: ChangesContent }
  /** `message` says what can be done, too. */
  | { errorCode: ChangesErrorCode; message: string };

/** Commits of a branch that are listed. */
const MOST_COMMITS = 250;

/** What is kept of all files, and of one that is asked for alone. */
const ALL: PatchBounds = { files: 1000, fileBytes: 100 * 1024, bytes: 1024 * 1024 };
const ONE = { fileBytes: 2 * 1024 * 1024, bytes: 2 * 1024 * 1024 };

/** Bytes of a picture, and points that a page has to hold of it. */
const MOST_IMAGE = 512 * 1024;
const MOST_POINTS = 16_000_000;

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
  try {
    return { content: await contentOf(gitDir, ask, signal) };
  } catch (error) {
    signal.throwIfAborted();
    const gone = await goneOf(gitDir, ask, signal).catch(() => []);
    return gone.length > 0 ? commitGone(gone) : failed(error);
  }
}

async function contentOf(gitDir: string, ask: ChangesAsk, signal: AbortSignal): Promise<ChangesContent> {
  switch (ask.kind) {
    case 'changes':
      return changesOf(gitDir, ask, signal);
    case 'range_diff':
      return rangeDiff(gitDir, ask.before, ask.after, signal);
    case 'image':
      return imageOf(gitDir, ask.id, signal);
    case 'commits': {
      const there = await existingCommits(gitDir, ask.ids, signal);
      return {
        commits: await readCommits(
          gitDir,
          there.map(({ id }) => id),
          signal,
        ),
      };
    }
  }
}

async function changesOf(
  gitDir: string,
  { from, to, hideWhitespace, file }: Extract<ChangesAsk, { kind: 'changes' }>,
  signal: AbortSignal,
): Promise<Changes> {
  const patch = async () => {
    // Where histories criss-cross there are several; git's own three dots take the first one, too.
    const base = from === null ? null : ((await commonAncestors(gitDir, [to, from], signal))[0] ?? null);
    const start = base ?? EMPTY_TREE[to.length] ?? '';
    const bounds = file === null ? ALL : { ...ALL, ...ONE };
    return { base, ...(await patchOf(gitDir, { from: start, to, hideWhitespace, file }, bounds, signal)) };
  };
  const [patched, listed] = await Promise.all([
    patch(),
    file === null ? commitsBetween(gitDir, from, to, MOST_COMMITS, signal) : { commits: [], commitCount: 0 },
  ]);
  return { ...patched, ...listed };
}

/** @throws NoImage */
async function imageOf(gitDir: string, id: string, signal: AbortSignal): Promise<ShownImage> {
  const reader = new ObjectReader({ gitDir, signal });
  try {
    const bytes = await reader.size(id);
    if (bytes > MOST_IMAGE) throw new NoImage('TOO_LARGE', `It is too large to be shown here (${bytes} bytes).`);
    const { type, content } = await reader.read(id);
    const image = type === 'blob' ? readImage(content) : null;
    if (!image) throw new NoImage('NO_IMAGE', 'It is no picture that can be shown.');
    if (image.width * image.height > MOST_POINTS) throw new NoImage('TOO_LARGE', 'It has too many points.');
    return { ...image, base64: content.toString('base64') };
  } finally {
    await reader.close();
  }
}

/** Why a blob is not shown as a picture. */
class NoImage extends Error {
  constructor(
    readonly code: ChangesErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Looked for where something has failed, and not before: nearly always all of them are there. */
async function goneOf(gitDir: string, ask: ChangesAsk, signal: AbortSignal): Promise<string[]> {
  if (ask.kind === 'commits' || ask.kind === 'image') return [];
  const commits =
    ask.kind === 'changes'
      ? [ask.to, ...(ask.from === null ? [] : [ask.from])]
      : [ask.before, ask.after].flatMap(({ base, tip }) => [base, tip]);
  const found = new Set((await existingCommits(gitDir, commits, signal)).map(({ id }) => id));
  return [...new Set(commits)].filter((id) => !found.has(id));
}

function commitGone(gone: string[]): Computed {
  return {
    errorCode: 'COMMIT_GONE',
    message: `The clone on this machine lacks ${counted(gone.length, 'commit')} (${gone.map((id) => id.slice(0, 8)).join(', ')}): no branch has had it for long, or a sync is still to bring it.`,
  };
}

/** It fails for itself alone: nothing else depends on what is shown. */
function failed(error: unknown): Computed {
  if (error instanceof NoImage) return { errorCode: error.code, message: error.message };
  const { message } = failureOf(error).failure;
  const kind = error instanceof GitError ? error.kind : null;
  if (kind === 'too_large') return { errorCode: 'TOO_LARGE', message: `${message}. git shows it in a clone of yours.` };
  if (kind === 'timeout') return { errorCode: 'TIMEOUT', message: `${message}. git shows it in a clone of yours.` };
  return { errorCode: 'INTERNAL', message };
}
