import type { JobStatus } from '@spicerack/client';
import { jobOrNewest } from '../../context/job';
import { type Place, repoOf, type Session } from '../../context/session';
import { EXIT, type Exit, usage } from '../../out/exit';
import { table } from '../../out/line';
import { follow } from '../act/follow';
import { endedLines, exitOf, jobName } from '../act/words';
import { isOpen } from './overview';
import { jobRow } from './words';

export interface JobsFlags extends Place {
  all?: boolean | undefined;
  limit?: number | undefined;
  status?: string | undefined;
}

const STATUSES: readonly JobStatus[] = ['queued', 'running', 'completed', 'error', 'cancelled'];

/** The newest jobs of a repository, or of all. */
export async function jobs(session: Session, { all, limit = 20, status: given, ...place }: JobsFlags) {
  const status = STATUSES.find((each) => each === given);
  if (given !== undefined && !status)
    throw usage(`There is no status ${given}.`, `Choose one of ${STATUSES.join(', ')}.`);
  const repo = all ? null : await repoOf(session, place);
  const input = {
    limit,
    ...(repo ? { repoId: repo.id } : {}),
    ...(place.branch ? { branch: place.branch } : {}),
    ...(status ? { status } : {}),
  };
  const page = await session.client().jobs.list(input, { signal: session.signal });
  session.out.result({ jobs: page.jobs, nextCursor: page.nextCursor }, () =>
    table(page.jobs.map((detail) => jobRow(detail, Date.now()))),
  );
  if (page.jobs.length === 0) session.out.say('There is no such job.');
  return EXIT.ok;
}

/** A job: how it stands, or how it ended. */
export async function job(
  session: Session,
  flags: Place & { wait?: boolean | undefined },
  given?: string,
): Promise<Exit> {
  const detail = await jobOrNewest(session, given, flags, () => true, 'This repository has no job yet.');
  if (flags.wait && isOpen(detail)) return follow(session, detail.job.id, {});
  const { feedCursor: _, ...shown } = detail;
  session.out.result(shown, () => {
    if (!isOpen(detail)) return endedLines(detail);
    const name = jobName(detail.job);
    return [[...(typeof name === 'string' ? [name] : name), `: ${detail.job.status}. ${detail.job.message}`]];
  });
  return isOpen(detail) || !flags.wait ? EXIT.ok : exitOf(detail);
}
