import { Conversation, type Reading } from '../process/conversation';
import { GitError } from '../process/error';
import { type GitOptions, git } from '../process/run';

export interface GitObject {
  id: string;
  type: string;
  content: Buffer;
}

const LINE = 1024;

/** Reads objects by id, from one living `git cat-file`. It sees objects written after it was started. */
export class ObjectReader {
  readonly #conversation: Conversation;

  constructor(options: Pick<GitOptions, 'gitDir' | 'env' | 'signal'>) {
    this.#conversation = new Conversation(['cat-file', '--batch-command', '--buffer'], options, 'flush\n');
  }

  /** @throws GitError `corrupt` when there is no such object, `too_large` when it is longer than `MAX_ANSWER`. */
  async read(id: string): Promise<GitObject> {
    return found(
      id,
      await this.#conversation.ask<GitObject | null>(`contents ${id}\n`, () => (output) => {
        const header = readHeader(output);
        if ('atLeast' in header) return header;
        if (!header.value) return { value: null, length: header.length };
        const { type, size } = header.value;
        const end = header.length + size;
        // The content is followed by a newline.
        if (output.length < end + 1) return { atLeast: end + 1 };
        return { value: { id, type, content: Buffer.from(output.subarray(header.length, end)) }, length: end + 1 };
      }),
    );
  }

  /** Size in bytes. @throws GitError `corrupt` when there is no such object. */
  async size(id: string): Promise<number> {
    return found(id, await this.#conversation.ask(`info ${id}\n`, () => readHeader)).size;
  }

  close(): Promise<void> {
    return this.#conversation.close();
  }
}

/** Reads `<id> SP <type> SP <size> LF`; null for `<id> SP missing LF`. */
function readHeader(output: Buffer): Reading<{ type: string; size: number } | null> {
  const end = output.subarray(0, LINE).indexOf('\n');
  if (end < 0) return { atLeast: output.length + 1 };
  const [, type = '', size] = output.toString('latin1', 0, end).split(' ');
  return { value: size === undefined ? null : { type, size: Number(size) }, length: end + 1 };
}

function found<T>(id: string, value: T | null): T {
  if (value === null) throw new GitError('corrupt', `the clone lacks object ${id}`, ['cat-file'], '');
  return value;
}

/**
 * The ids of the objects at these paths of these commits' trees, from one process; null where there is none. Paths are
 * latin1, byte for byte, and hold no newline.
 * @throws GitError
 */
export async function objectsAt(
  places: Array<{ commit: string; path: string }>,
  options: Pick<GitOptions, 'gitDir' | 'env' | 'signal'>,
): Promise<Array<string | null>> {
  if (places.length === 0) return [];
  const input = Buffer.from(places.map(({ commit, path }) => `${commit}:${path}\n`).join(''), 'latin1');
  return idsOf(input, places.length, options);
}

/**
 * The trees of these commits, from one process; null where the commit is not there.
 * @throws GitError
 */
export async function treesOf(
  commits: string[],
  options: Pick<GitOptions, 'gitDir' | 'env' | 'signal'>,
): Promise<Array<string | null>> {
  if (commits.length === 0) return [];
  return idsOf(commits.map((commit) => `${commit}^{tree}\n`).join(''), commits.length, options);
}

/**
 * Asks for these objects, by one process.
 * @throws GitError `corrupt` when one of them is not there.
 */
export async function checkThere(
  ids: Iterable<string>,
  options: Pick<GitOptions, 'gitDir' | 'env' | 'signal'>,
): Promise<void> {
  const asked = [...ids];
  const there = await idsOf(asked.map((id) => `${id}\n`).join(''), asked.length, options);
  for (const [i, id] of asked.entries()) found(id, there[i] ?? null);
}

/** The ids of `count` objects, named one a line; null where there is none. */
async function idsOf(
  input: string | Uint8Array,
  count: number,
  options: Pick<GitOptions, 'gitDir' | 'env' | 'signal'>,
): Promise<Array<string | null>> {
  const { stdout } = await git(['cat-file', '--batch-check=%(objectname)', '--buffer'], { ...options, input });
  const lines = stdout.toString('latin1').split('\n');
  // What is not there is answered with `NAME missing`.
  return Array.from({ length: count }, (_, i) => (/^[0-9a-f]{40,}$/.test(lines[i] ?? '') ? (lines[i] ?? null) : null));
}
