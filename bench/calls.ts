import { createSpicerack } from '@spicerack/client';
import { startServer } from '../e2e/support/server';
import { type BenchRow, measure } from './support/row';

const RUNS = 100;
/** Calls of one run, one after the other. */
const CALLS = 20;

const nothing = async () => undefined;

async function times(call: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < CALLS; i += 1) await call();
}

/** Calls of the typed client, against plain `fetch` of the same address with its answer read as JSON. */
export async function run(): Promise<BenchRow> {
  const server = await startServer({ executor: 'inline' });
  try {
    const client = createSpicerack({ url: server.url });
    const address = new URL('/api/trpc/repos.list', server.url);
    return await measure(
      `${CALLS} calls of the typed client`,
      [
        { label: 'repos.list of @spicerack/client', prepare: nothing, run: () => times(() => client.repos.list()) },
        {
          label: 'plain fetch',
          prepare: nothing,
          run: () => times(async () => (await fetch(address)).json()),
        },
      ],
      RUNS,
    );
  } finally {
    await server.dispose();
  }
}
