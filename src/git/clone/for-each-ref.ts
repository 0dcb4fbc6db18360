import { oneLine } from '@/text/foreign';
import { ObjectReader } from '../objects/cat-file';
import { authorOf, parseCommit, subjectOf, timeOf } from '../objects/commit';
import { MAX_BRANCHES, MAX_OUTPUT, tooLarge } from '../process/bounds';
import { GitError } from '../process/error';
import { gitRecords } from '../process/run';

/** A branch of the remote as our clone knows it since the last fetch. */
export interface RemoteBranch {
  name: string;
  /** Commit id, and the id of its tree. */
  tip: string;
  tree: string;
  /** Subject and author of the tip, for people (`text/foreign.ts`). */
  subject: string;
  author: string;
  /**
   * When its author has written it, in ISO 8601, UTC; null where it cannot be read, or is none that people use. Not the
   * committer's time: a restack writes the commit anew, and makes the work no younger.
   */
  committedAt: string | null;
}

/** The remote's refs as our clone has them since the last fetch. */
export interface ClonedRefs {
  /** By the bytes of their names without the prefix, one character a byte, whatever they are: the ids. */
  tips: Map<string, string>;
  /** By name, those that are branches to work with. */
  branches: Map<string, RemoteBranch>;
}

const PREFIX = 'refs/remotes/origin/';
/** A subject never holds a newline, an author neither, so a line is a branch. `%00` is a NUL. */
const FORMAT = [
  '%(symref)',
  '%(refname)',
  '%(objectname)',
  '%(tree)',
  '%(contents:subject)',
  '%(authorname)',
  '%(authordate:unix)',
].join('%00');

/**
 * The remote's branches as of the last fetch, by name; `origin/HEAD` is no branch, nor is what points at no commit or
 * has a name that is no UTF-8.
 * @throws GitError, `too_large` where there are more than `MAX_BRANCHES`
 */
export async function remoteBranches(gitDir: string, signal?: AbortSignal): Promise<Map<string, RemoteBranch>> {
  return (await clonedRefs(gitDir, signal)).branches;
}

/**
 * Reads all refs of the remote that the clone has, and their objects, in one process; symbolic ones are none.
 * @throws as `remoteBranches` does
 */
export async function clonedRefs(gitDir: string, signal?: AbortSignal): Promise<ClonedRefs> {
  const tips = new Map<string, string>();
  const branches = new Map<string, RemoteBranch>();
  const args = ['for-each-ref', `--format=${FORMAT}`, PREFIX];
  await gitRecords(args, { gitDir, signal, maxBytes: MAX_OUTPUT, encoding: 'latin1' }, (line) => {
    const [symref, ref, tip, tree, subject, author, seconds] = line.split('\0');
    if (symref || !ref || !tip) return;
    const bytes = ref.slice(PREFIX.length);
    tips.set(bytes, tip);
    if (!tree) return;
    if (branches.size === MAX_BRANCHES) throw tooLarge(`the remote has more than ${MAX_BRANCHES} branches`, args);
    const name = utf8(bytes);
    // What could not be decoded cannot be named to git again: a push of it would fail, and with it all others' moves.
    if (name.includes('\ufffd')) return;
    branches.set(name, {
      name,
      tip,
      tree,
      subject: oneLine(utf8(subject ?? '')),
      author: oneLine(utf8(author ?? ''), 200),
      committedAt: timeOf(seconds ?? ''),
    });
  });
  const undecoded = [...branches.values()].filter((branch) => UNDECODED.test(branch.subject + branch.author));
  if (undecoded.length > 0) await decode(gitDir, undecoded, signal);
  return { tips, branches };
}

/** Most is plain ASCII, which is the same in both. */
function utf8(bytes: string): string {
  return /[\x80-\xff]/.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
}

/** What text in another encoding leaves when it is read as UTF-8: bytes that are none, and escapes (of ISO-2022). */
const UNDECODED = /[\ufffd\u241b]/;

/**
 * Reads subject and author anew as their commits' encoding says (git's `i18n.commitEncoding`): `for-each-ref` gives the
 * bytes as they are and does not tell the encoding.
 */
async function decode(gitDir: string, branches: RemoteBranch[], signal?: AbortSignal): Promise<void> {
  const reader = new ObjectReader({ gitDir, signal });
  try {
    for (const branch of branches) {
      const { content } = await reader.read(branch.tip);
      const commit = parseCommit(content);
      if (commit.encoding === null) continue;
      branch.subject = subjectOf(commit);
      branch.author = authorOf(commit);
    }
  } catch (error) {
    // Too long to be read as a whole: the words stay as they are.
    if (!(error instanceof GitError && error.kind === 'too_large')) throw error;
  } finally {
    await reader.close();
  }
}
