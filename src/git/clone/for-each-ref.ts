import { oneLine } from '@/text/foreign';
import { MAX_BRANCHES, MAX_OUTPUT, tooLarge } from '../process/bounds';
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
  /** Committer's time in ISO 8601, UTC; null where it cannot be read, or is none that people use. */
  committedAt: string | null;
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
  '%(committerdate:unix)',
].join('%00');

/**
 * The remote's branches as of the last fetch, by name; `origin/HEAD` is no branch, nor is what points at no commit or
 * has a name that is no UTF-8.
 * @throws GitError, `too_large` where there are more than `MAX_BRANCHES`
 */
export async function remoteBranches(gitDir: string, signal?: AbortSignal): Promise<Map<string, RemoteBranch>> {
  const branches = new Map<string, RemoteBranch>();
  const args = ['for-each-ref', `--format=${FORMAT}`, PREFIX];
  await gitRecords(args, { gitDir, signal, maxBytes: MAX_OUTPUT }, (line) => {
    const [symref, ref, tip, tree, subject, author, seconds] = line.split('\0');
    if (symref || !ref || !tip || !tree) return;
    if (branches.size === MAX_BRANCHES) throw tooLarge(`the remote has more than ${MAX_BRANCHES} branches`, args);
    const name = ref.slice(PREFIX.length);
    branches.set(name, {
      name,
      tip,
      tree,
      subject: oneLine(subject ?? ''),
      author: oneLine(author ?? '', 200),
      committedAt: timeOf(seconds ?? ''),
    });
  });
  return branches;
}

/** The end of the year 9999: what comes after is no four-digit year, and most often another unit (microseconds). */
const LATEST_SECONDS = 253_402_300_799;

/** git gives nothing for a time that it cannot read, such as one before 1970. */
function timeOf(seconds: string): string | null {
  const known = /^\d+$/.test(seconds) && Number(seconds) <= LATEST_SECONDS;
  return known ? new Date(Number(seconds) * 1000).toISOString() : null;
}
