import type { Spicerack } from '@spicerack/client';
import { notFound, usage } from '../out/exit';
import { type Place, repoOf, type Session } from './session';

type Detail = Awaited<ReturnType<Spicerack['jobs']['get']>>;

/** The job by its number (`12`, `#12`) or id. */
export async function jobOf(session: Session, given: string): Promise<Detail> {
  const { signal } = session;
  const jobs = session.client().jobs;
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(given)) return jobs.get({ jobId: given }, { signal });
  const [, digits] = given.match(/^#?(\d{1,12})$/) ?? [];
  if (digits === undefined)
    throw usage(`"${given}" is no job.`, 'Give its number, such as 12. "spicerack jobs" lists them.');
  const seq = Number(digits);
  const page = await jobs.list({ cursor: seq + 1, limit: 1 }, { signal });
  const found = page.jobs.find(({ job }) => job.seq === seq);
  if (!found) throw notFound(`There is no job #${seq}.`, '"spicerack jobs" lists them.');
  return jobs.get({ jobId: found.job.id }, { signal });
}

/** The job that is named, else the newest one of the repository that `suits`. @param missing is said where none does */
export async function jobOrNewest(
  session: Session,
  given: string | undefined,
  place: Place,
  suits: (detail: Detail) => boolean,
  missing: string,
): Promise<Detail> {
  if (given !== undefined) return jobOf(session, given);
  const { signal } = session;
  const repo = await repoOf(session, place);
  const { jobs } = await session.client().jobs.list({ repoId: repo.id, limit: 20 }, { signal });
  for (const { job } of jobs) {
    const detail = await session.client().jobs.get({ jobId: job.id }, { signal });
    if (suits(detail)) return detail;
  }
  throw notFound(missing, '"spicerack jobs" lists them.');
}
