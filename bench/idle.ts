import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createClient } from '@libsql/client';
import { createSpicerack } from '@spicerack/client';
import { eventType, Inngest } from 'inngest';
import { serve } from 'inngest/node';
import { makeRemote } from '@/demo/remote';
import { startInngestChild } from '@/server/inngest-child';
import { findInngest } from '@/server/inngest-program';
import { register } from '@/server/register';
import { writeStack } from '@/testing/stack';
import { startServer } from '../e2e/support/server';
import { type BenchRow, type Contestant, measure } from './support/row';

const RUNS = 30;

const REFS =
  "git for-each-ref --format='%(refname) %(objectname) %(tree) %(contents:subject) %(authorname)' refs/remotes/origin/";
/** What whoever has no rows asks git to see that there is nothing to do, one after the other, in a shell that is started for it. */
const COMMANDS = [
  'git ls-remote --symref --heads -- origin',
  "git for-each-ref --format='%(objectname) %(objecttype) %(symref) %(refname)' refs/remotes/origin/",
  REFS,
  'git rev-list --topo-order --parents --boundary --timestamp --all',
];
/** What such a job asks itself: the clone, while the remote is asked. */
const ITS_OWN = [`${REFS} & git ls-remote --symref --heads -- origin; wait`];

/** The transactions of such a job, from its acceptance to its end. */
const TRANSACTIONS = 8;

const nothing = async () => undefined;
const silent = () => {};

/**
 * A whole job with nothing to do, from the press to its end as a client hears of it, against the git commands that find
 * so, with each executor; beside them what it is made of at least.
 */
export async function run(): Promise<BenchRow[]> {
  return [await row('inline', 2), await row('inngest', 4)];
}

async function row(executor: 'inline' | 'inngest', atMost: number): Promise<BenchRow> {
  const dir = mkdtempSync(join(tmpdir(), 'spicerack-idle-'));
  const server = await startServer({ executor });
  const empty = executor === 'inngest' ? await emptySteps(dir) : null;
  const database = createClient({ url: `file:${join(dir, 'floor.db')}` });
  try {
    const remote = await makeRemote(join(dir, 'remote.git'));
    await writeStack(remote);
    const client = createSpicerack({ url: server.url });
    const { repo, jobId } = await client.repos.add({ url: remote.dir });
    await client.waitForJob(jobId);
    const registered = await client.jobs.run({ repoId: repo.id, kind: 'register_existing_branch', suggested: true });
    await client.waitForJob(registered.jobId);
    const clone = join(server.dataDir, 'clones', `${repo.id}.git`);
    const inShell = (commands: string[]) =>
      promisify(execFile)('sh', ['-c', commands.join(' && ')], { env: { ...process.env, GIT_DIR: clone } });
    await database.execute('pragma journal_mode = wal');
    await database.execute('create table floor (n integer)');
    const floors: Contestant[] = [
      { label: 'the two that it starts itself', run: () => inShell(ITS_OWN) },
      {
        label: 'a mutation, a wait for a job that has ended',
        async run() {
          await client.repos.update({ repoId: repo.id });
          await client.waitForJob(registered.jobId);
        },
      },
      {
        label: `${TRANSACTIONS} transactions of one row`,
        async run() {
          for (let n = 0; n < TRANSACTIONS; n += 1) await database.execute('insert into floor values (1)');
        },
      },
      ...(empty ? [{ label: 'two steps without work on Inngest', run: empty.run }] : []),
    ];
    return await measure(
      `a job with nothing to do, ${executor}`,
      [
        {
          label: 'restack_repo where all is in place',
          run: async () => client.waitForJob((await client.jobs.run({ repoId: repo.id, kind: 'restack_repo' })).jobId),
        },
        {
          label: 'the git commands that find so, in a shell',
          atMost,
          run: () => inShell(COMMANDS),
        },
        ...floors,
      ],
      RUNS,
    );
  } finally {
    database.close();
    await empty?.stop();
    await server.dispose();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A function of two empty steps on an Inngest server of its own, set up as ours is: from the event to the second step. */
async function emptySteps(dir: string): Promise<{ run(): Promise<void>; stop(): Promise<void> } | null> {
  const found = await findInngest();
  if ('missing' in found) return null;
  const web = createServer((request, response) => void handle(request, response));
  let handle: ReturnType<typeof serve> = silent;
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  const { port }: AddressInfo = Object(web.address());
  const appUrl = `http://127.0.0.1:${port}/api/inngest`;
  let isUp = () => {};
  const up = new Promise<void>((resolve) => {
    isUp = resolve;
  });
  const child = await startInngestChild({
    program: found.program,
    command: 'start',
    appUrl,
    dataDir: join(dir, 'inngest'),
    onUp: () => isUp(),
    onDown: silent,
    log: silent,
  });
  await up;
  const { INNGEST_BASE_URL: baseUrl, INNGEST_EVENT_KEY: eventKey, INNGEST_SIGNING_KEY: signingKey } = child.env;
  const inngest = new Inngest({
    id: 'empty',
    isDev: false,
    ...(baseUrl ? { baseUrl } : {}),
    ...(eventKey ? { eventKey } : {}),
    ...(signingKey ? { signingKey } : {}),
  });
  let isDone = () => {};
  const empty = inngest.createFunction({ id: 'steps', triggers: [eventType('empty/asked')] }, async ({ step }) => {
    await step.run('first', nothing);
    await step.run('second', async () => isDone());
  });
  handle = serve({
    client: inngest,
    functions: [empty],
    serveOrigin: `http://127.0.0.1:${port}`,
    servePath: '/api/inngest',
  });
  await register({ appUrl, signingKey: signingKey ?? null }, AbortSignal.timeout(30_000), silent);
  return {
    async run() {
      const done = new Promise<void>((resolve) => {
        isDone = resolve;
      });
      await inngest.send({ name: 'empty/asked', data: {} });
      await done;
    },
    async stop() {
      await child.stop();
      web.closeAllConnections();
      web.close();
    },
  };
}
