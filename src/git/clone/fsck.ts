import { GitError } from '../process/error';
import { NO_CONFIG } from '../process/host-config';
import { type GitOptions, git, gitChunks, gitRecords } from '../process/run';

/** Enough to prove damage by; a repository that has lost everything names each object. */
const MOST_NAMED = 200;

/**
 * Proves that a repository has lost something: an object that a ref needs, a ref, or its own outline; null where nothing
 * is proven, whatever git may have said. No configuration but its own has a say. Reads all of its history, so ask only
 * when something has gone wrong.
 * @param words of git, which may name an object that is there and cannot be read
 * @returns what is lost, in a few words
 * @throws the signal's reason when it is aborted
 */
export async function findDamage(gitDir: string, words: string, signal?: AbortSignal): Promise<string | null> {
  const options: GitOptions = { gitDir, signal, env: NO_CONFIG };
  const outline = await failureOf(git(['for-each-ref', '--format=%(objectname)'], options));
  if (outline?.kind === 'corrupt') return 'its outline is damaged';
  const named = new Set<string>();
  const look = (text: string) => {
    for (const [id] of text.matchAll(/\b(?:[0-9a-f]{64}|[0-9a-f]{40})\b/g)) if (named.size < MOST_NAMED) named.add(id);
  };
  const fsck = ['fsck', '--connectivity-only', '--no-dangling', '--no-progress'];
  look((await failureOf(gitRecords(fsck, options, look)))?.stderr ?? '');
  for (const id of named) {
    const state = await stateOf(id, options);
    if (state !== 'whole') return `${id} ${state === 'missing' ? 'is missing' : 'cannot be read'}`;
  }
  named.clear();
  look(words);
  // One that is named and not there may be one that nothing needs; one that is there has to be whole.
  for (const id of named) if ((await stateOf(id, options)) === 'unreadable') return `${id} cannot be read`;
  return null;
}

/** Reads an object to its end. Where git fails for a reason that is not the object's, nothing is said against it. */
async function stateOf(id: string, options: GitOptions): Promise<'whole' | 'missing' | 'unreadable'> {
  let start = '';
  const error = await failureOf(
    gitChunks(['cat-file', '--batch'], { ...options, input: `${id}\n` }, (chunk) => {
      if (start.length < 100) start += chunk.toString('latin1', 0, 100);
    }),
  );
  if (error) return error.kind === 'failed' || error.kind === 'corrupt' ? 'unreadable' : 'whole';
  return start.startsWith(`${id} missing`) ? 'missing' : 'whole';
}

async function failureOf(work: Promise<unknown>): Promise<GitError | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (error instanceof GitError) return error;
    throw error;
  }
}
