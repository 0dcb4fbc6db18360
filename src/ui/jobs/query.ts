import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '@/api/router';
import type { FeedEvent } from '@/feed/events';
import type { Api } from '../api';
import { fedQuery } from '../feed/contract';
import { mergeDetail, putById } from './details';

type Outputs = inferRouterOutputs<AppRouter>['jobs'];

/** What the page of a job shows of it, without its log. */
export interface JobPage extends Pick<Outputs['get'], 'job' | 'steps' | 'moves' | 'undo'> {
  cursor: number;
}

export const jobQuery = (api: Api, jobId: string) =>
  fedQuery<JobPage>({
    key: ['job', jobId],
    load: async () => {
      const { feedCursor: cursor, ...detail } = await api.jobs.get.query({ jobId });
      return { ...detail, cursor };
    },
    merge: mergeJobPage,
  });

/** How the feed's changes go into a job's page. */
export function mergeJobPage(page: JobPage, events: FeedEvent[]): JobPage {
  return mergeDetail(page, events);
}

/** The log of a job. */
export interface JobLog {
  jobId: string;
  lines: Outputs['log']['lines'];
  cursor: number;
}

export const jobLogQuery = (api: Api, jobId: string) =>
  fedQuery<JobLog>({
    key: ['log', jobId],
    load: async () => {
      const { lines, more, feedCursor: cursor } = await api.jobs.log.query({ jobId });
      for (let next = more; next; ) {
        const page = await api.jobs.log.query({ jobId, after: lines.at(-1)?.id ?? 0 });
        lines.push(...page.lines);
        next = page.more;
      }
      return { jobId, lines, cursor };
    },
    merge: mergeJobLog,
  });

/** How the feed's changes go into a log: lines are only ever added. */
export function mergeJobLog(log: JobLog, events: FeedEvent[]): JobLog {
  const fresh = events.flatMap((event) =>
    event.type === 'job_logs' && event.row.jobId === log.jobId ? [event.row] : [],
  );
  return fresh.length === 0 ? log : { ...log, lines: putById(log.lines, fresh) };
}
