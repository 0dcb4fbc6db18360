import { accessRouter } from './access';
import { branchesRouter } from './branches';
import { changesRouter } from './changes';
import { feedRouter } from './feed/procedure';
import { forecastRouter } from './forecast';
import { jobsRouter } from './jobs';
import { reposRouter } from './repos';
import { systemRouter } from './system';
import { tasksRouter } from './tasks';
import { router } from './trpc';

/** The whole API. Its names are a promise to other packages. */
export const appRouter = router({
  repos: reposRouter,
  branches: branchesRouter,
  jobs: jobsRouter,
  tasks: tasksRouter,
  forecast: forecastRouter,
  changes: changesRouter,
  feed: feedRouter,
  system: systemRouter,
  access: accessRouter,
});

export type AppRouter = typeof appRouter;
