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
  /** Committer's time in ISO 8601, UTC. */
  committedAt: string;
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

/** The last second of the year 9999: later times are no four-digit years, and at last no times at all. */
const LATEST = 253_402_300_799;

/** A commit may name any time, or none; 1970 then. */
function timeOf(seconds: string | undefined): string {
  return new Date(Math.min(Math.max(Number(seconds) || 0, 0), LATEST) * 1000).toISOString();
}

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
    // What could not be decoded cannot be named to git again: a push of it would fail, and with it all others' moves.
    if (name.includes('\ufffd')) return;
    branches.set(name, {
      name,
      tip,
      tree,
      subject: oneLine(subject ?? ''),
      author: oneLine(author ?? '', 200),
      committedAt: timeOf(seconds),
    });
  });
  return branches;
}
