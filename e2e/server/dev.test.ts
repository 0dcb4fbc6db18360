import { createSpicerack } from '@spicerack/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findInngest } from '@/server/inngest-program';
import { startServer, type TestServer } from '../support/server';

/** What a contributor has who runs `npm run dev`. */

const inngest = await findInngest();

let server: TestServer;
beforeAll(async () => {
  if ('program' in inngest) server = await startServer({ dev: true });
}, 180_000);
afterAll(() => server?.dispose());

it.skipIf('missing' in inngest)(
  'shows on the Inngest dev server the run of a job and its four steps by name',
  async () => {
    const client = createSpicerack({ url: server.url });
    const { jobId } = await client.repos.addDemo();
    expect((await client.waitForJob(jobId)).job).toMatchObject({ status: 'completed', executor: 'inngest' });

    const [, devServer] = server.output().match(/^Inngest: .* on (http:\S+)/m) ?? [];
    /** What the dev server's page asks it. */
    const ask = async <T>(query: string): Promise<T> => {
      const answer = await fetch(`${devServer}/v0/gql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      const { data }: { data: T } = await answer.json();
      return data;
    };
    const runs = async () => {
      const { runs: list } = await ask<{ runs: { edges: Array<{ node: { id: string; eventName: string } }> } }>(RUNS);
      const each = list.edges.map(async ({ node }) => {
        const { run } = await ask<{ run: Run }>(runQuery(node.id));
        const steps = run.trace?.childrenSpans.filter(({ stepOp }) => stepOp === 'RUN');
        return { event: node.eventName, status: run.status, steps: steps?.map(({ name }) => name) };
      });
      return Promise.all(each);
    };
    await expect.poll(runs, { timeout: 60_000 }).toContainEqual({
      event: 'spicerack/job.dispatched',
      status: 'COMPLETED',
      steps: ['sync', 'act', 'resync', 'finish'],
    });
  },
  180_000,
);

const RUNS = `{ runs(first: 10, orderBy: [{ field: STARTED_AT, direction: DESC }],
  filter: { from: "2020-01-01T00:00:00Z" }) { edges { node { id eventName } } } }`;
const runQuery = (id: string) =>
  `{ run(runID: ${JSON.stringify(id)}) { status trace { childrenSpans { name stepOp } } } }`;

interface Run {
  status: string;
  trace: { childrenSpans: Array<{ name: string; stepOp: string | null }> } | null;
}
