import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '@/api/router';

type In = inferRouterInputs<AppRouter>;
type Out = inferRouterOutputs<AppRouter>;

/** What of the API the tools use, as a server's own caller has it; and `@spicerack/client` over HTTP. */
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
