import { jobOf } from '../../context/job';
import { branchOf, repoOf, type Session } from '../../context/session';
import { EXIT, notFound, usage } from '../../out/exit';
import type { ActFlags } from './act';
import { follow } from './follow';

/** Tracks a branch no longer; what stood on it stands on what it stood on. */
export async function untrack(session: Session, flags: ActFlags, given?: string) {
  const repo = await repoOf(session, flags);
  const branch = await branchOf(session, given, flags);
  const { jobId } = await session.client().branches.untrack({ repoId: repo.id, branch });
  return follow(session, jobId, { noWait: flags.noWait });
}

/** Says that a branch is a long-lived one, that no action moves; or that it is none. */
export async function longLived(session: Session, flags: ActFlags & { off?: boolean | undefined }, given?: string) {
  const repo = await repoOf(session, flags);
  const name = await branchOf(session, given, flags);
  const branch = await session.client().branches.update({ repoId: repo.id, branch: name, kept: !flags.off });
  session.out.result({ branch }, () => [
    branch.kept ? `${name} is a long-lived branch: no action moves it.` : `${name} is no long-lived branch.`,
  ]);
  return EXIT.ok;
}

/** Takes a branch for the one that it seems to be under a new name. */
export async function acceptRename(session: Session, flags: ActFlags, given?: string) {
  const repo = await repoOf(session, flags);
  const branch = await branchOf(session, given, flags);
  const { jobId } = await session.client().branches.acceptRename({ repoId: repo.id, branch });
  return follow(session, jobId, { noWait: flags.noWait });
}

/** Puts a commit that a job took away, and that no branch has any more, onto a new branch. */
export async function keep(session: Session, flags: ActFlags, job: string, commit: string, branch: string) {
  const { job: of } = await jobOf(session, job);
  const left = new Set((of.result?.left ?? []).map((one) => one.commit));
  const [whole, ...others] = [...left].filter((id) => id.startsWith(commit.toLowerCase()));
  if (whole === undefined) {
    throw notFound(
      `#${of.seq} took no commit ${commit} from a branch.`,
      `spicerack job ${of.seq} shows those that it did.`,
    );
  }
  if (others.length > 0) throw usage(`${others.length + 1} commits begin with ${commit}.`, 'Give more of its digits.');
  const { jobId } = await session.client().jobs.keep({ jobId: of.id, commit: whole, branch });
  return follow(session, jobId, { noWait: flags.noWait });
}
