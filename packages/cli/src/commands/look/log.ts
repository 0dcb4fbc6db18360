import type { LogLine } from '@spicerack/client';
import { exact } from '@/ui/time';
import { jobOrNewest } from '../../context/job';
import type { Place, Session } from '../../context/session';
import { EXIT, notFound } from '../../out/exit';
import { type Line, paint } from '../../out/line';
import { exitOf } from '../act/words';
import { isOpen } from './overview';

/** A job's log; with `--follow` until the job has ended, and as the action would end. */
export async function log(session: Session, flags: Place & { follow?: boolean | undefined }, given?: string) {
  const { out, signal } = session;
  const client = session.client();
  const detail = await jobOrNewest(session, given, flags, () => true, 'This repository has no job yet.');
  const jobId = detail.job.id;
  const asOne: LogLine[] = [];
  let last = 0;
  const show = (row: LogLine) => {
    last = row.id;
    if (flags.follow || !out.isJson) out.item(row, () => logLine(row));
    else asOne.push(row);
  };
  const catchUp = async () => {
    for (;;) {
      const page = await client.jobs.log({ jobId, after: last }, { signal });
      for (const row of page.lines) show(row);
      if (!page.more) return page.feedCursor;
    }
  };
  let from = await catchUp();
  if (!flags.follow && out.isJson) out.result({ lines: asOne }, () => []);
  let open = flags.follow ? isOpen(await client.jobs.get({ jobId }, { signal })) : false;
  while (open) {
    for await (const message of client.watch({ repoId: detail.job.repoId, from, signal })) {
      if (message.kind === 'start_over') break;
      for (const event of message.events) {
        // It has taken its jobs with it.
        if (event.type === 'repos' && event.op === 'delete')
          throw notFound(`#${detail.job.seq} was removed with its repository.`);
        if (event.op !== 'upsert') continue;
        if (event.type === 'job_logs' && event.row.jobId === jobId && event.row.id > last) show(event.row);
        if (event.type === 'jobs' && event.row.id === jobId)
          open = event.row.status === 'queued' || event.row.status === 'running';
      }
      if (!open) break;
    }
    if (open) {
      from = await catchUp();
      open = isOpen(await client.jobs.get({ jobId }, { signal }));
    }
  }
  if (!flags.follow) return EXIT.ok;
  await catchUp();
  return exitOf(await client.jobs.get({ jobId }, { signal }));
}

function logLine({ at, level, line }: LogLine): Line {
  const time = paint('dim', `${exact(at).slice(11)} `);
  return level === 'info' ? [time, line] : [time, paint(level === 'warn' ? 'yellow' : 'red', line)];
}
