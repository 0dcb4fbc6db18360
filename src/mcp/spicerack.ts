import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '@/api/router';
import { createClient } from '@/client';

type In = inferRouterInputs<AppRouter>;
type Out = inferRouterOutputs<AppRouter>;

/** What of the API the tools use, as a server's own caller has it; `overHttp` makes the same of another server. */
export interface Spicerack {
  repos: {
    list(): Promise<Out['repos']['list']>;
    overview(input: In['repos']['overview']): Promise<Out['repos']['overview']>;
  };
  jobs: {
    get(input: In['jobs']['get']): Promise<Out['jobs']['get']>;
    list(input: In['jobs']['list']): Promise<Out['jobs']['list']>;
    run(input: In['jobs']['run']): Promise<Out['jobs']['run']>;
    undo(input: In['jobs']['undo']): Promise<Out['jobs']['undo']>;
    cancel(input: In['jobs']['cancel']): Promise<Out['jobs']['cancel']>;
  };
  forecast: { get(input: In['forecast']['get']): Promise<Out['forecast']['get']> };
  tasks: { create(input: In['tasks']['create']): Promise<Out['tasks']['create']> };
}

/** The API of a server that is reached over HTTP, for one who asks. */
export function overHttp(options: { url: string; token?: string; requestedBy: string }): Spicerack {
  const { repos, jobs, forecast, tasks } = createClient(options);
  return {
    repos: { list: () => repos.list.query(), overview: (input) => repos.overview.query(input) },
    jobs: {
      get: (input) => jobs.get.query(input),
      list: (input) => jobs.list.query(input),
      run: (input) => jobs.run.mutate(input),
      undo: (input) => jobs.undo.mutate(input),
      cancel: (input) => jobs.cancel.mutate(input),
    },
    forecast: { get: (input) => forecast.get.query(input) },
    tasks: { create: (input) => tasks.create.mutate(input) },
  };
}
