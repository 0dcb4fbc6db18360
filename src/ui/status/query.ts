import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../api';
import { fedQuery } from '../feed/contract';
import { mergeOpenJobs, type OpenJobs } from './open-jobs';

/** What the feed does not tell: asked for each time that the page is opened. */
export const statusQuery = (api: Api) =>
  queryOptions({ queryKey: ['status'], queryFn: () => api.system.status.query(), staleTime: 0 });

export type SystemStatus = Awaited<ReturnType<Api['system']['status']['query']>>;

/** Most that one answer holds. */
const MOST = 100;

export const openJobsQuery = (api: Api) =>
  fedQuery<OpenJobs>({
    key: ['open-jobs'],
    load: async () => {
      const [running, queued] = await Promise.all([
        api.jobs.list.query({ status: 'running', limit: MOST }),
        api.jobs.list.query({ status: 'queued', limit: MOST }),
      ]);
      const byId = new Map([...queued.jobs, ...running.jobs].map(({ job }) => [job.id, job]));
      const jobs = [...byId.values()].sort((a, b) => a.seq - b.seq);
      return { jobs, ended: [], failed: [], cursor: Math.min(running.feedCursor, queued.feedCursor) };
    },
    merge: mergeOpenJobs,
  });
