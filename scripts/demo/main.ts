import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createSpicerack, type JobDetail, type Spicerack } from '@spicerack/client';
import { buildDemoRemote, DEMO_PARENTS } from '@/demo/demo-remote';
import type { Remote } from '@/demo/remote';
import { wholeOverview } from '@/mcp/whole-overview';
import type { ActionKind } from '@/model/kinds';
import { shellWord } from '@/text/shell';
import { visible } from '@/text/visible';
import { unexpected } from './check';
import { drawStack, type PictureBranch } from './picture';
import { type DemoServer, startServer } from './server';
import { showSession } from './session';
import { type Watch, watchJobs } from './watch';

/**
 * The demo: a server, a remote with four stacks, and each of the six kinds of job run on it through the public
 * API; then a session of the command line on what they have made. `--once` ends with 0 when all went as expected, else with 1; `--json` prints
 * `{ jobs, branches }` on standard output and everything else on standard error.
 */

const { values: options } = parseArgs({
  options: { once: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
});
/** What it prints may name branches and repeat what a remote says; a terminal must not obey that. */
const print = (line = '') => (options.json ? process.stderr : process.stdout).write(`${visible(line)}\n`);

/** What is run, in this order; the sync that clones comes before by adding the repo. */
const ACTIONS: Array<{ why: string; kind: ActionKind; branch?: string; parent?: string; suggested?: true }> = [
  {
    why: 'The first branch of a stack is registered with its parent given.',
    kind: 'register_existing_branch',
    branch: 'checkout/cart-totals',
    parent: 'main',
  },
  {
    why: 'All others are registered with the parents that their commits suggest.',
    kind: 'register_existing_branch',
    suggested: true,
  },
  { why: 'Merged branches are found, and what stood on them moves to trunk.', kind: 'sync_repo' },
  {
    why: 'One branch goes onto its parent; those above it wait.',
    kind: 'rebase_branch',
    branch: 'checkout/cart-totals',
  },
  {
    why: 'Those above it follow, with their branches.',
    kind: 'restack_subtree',
    branch: 'checkout/discount-codes',
  },
  {
    why: 'A branch moves onto another one, with all above it.',
    kind: 'reparent_branch',
    branch: 'checkout/gift-cards',
    parent: 'checkout/receipt-email',
  },
  { why: 'Everything else; what conflicts is held back, with all above it.', kind: 'restack_repo' },
];
/** The team merges and pushes just before the first job of this kind after the registrations. */
const TEAM_BEFORE: ActionKind = 'sync_repo';

async function main(): Promise<void> {
  const given = process.env.SPICERACK_DATA_DIR;
  const work = given ? resolve(given) : await mkdtemp(join(tmpdir(), 'spicerack-demo-'));
  await mkdir(work, { recursive: true });
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt.abort());
  const interrupted = once(interrupt.signal, 'abort');
  let server: DemoServer | undefined;
  try {
    print('Starting the server');
    const log = (line: string) => process.stderr.write(`  ${visible(line)}\n`);
    server = await startServer(given ? work : join(work, 'data'), log, interrupt.signal);
    const { wrong, byHand } = await Promise.race([
      show(server.url, work),
      interrupted.then((): Shown => ({ wrong: ['it was interrupted'], byHand: [] })),
      server.ended.then((): Shown => ({ wrong: ['the server ended'], byHand: [] })),
    ]);
    for (const line of wrong) print(`Not as expected: ${line}`);
    print(wrong.length ? 'The demo did NOT go as expected.' : 'The demo went as expected.');
    process.exitCode = wrong.length ? 1 : 0;
    if (options.once || interrupt.signal.aborted) return;
    print(`\nThe dashboard is at ${server.url}. Ctrl-C ends it. To go on from another terminal:`);
    for (const line of byHand) print(`  ${line}`);
    await Promise.race([interrupted, server.ended]);
  } finally {
    await server?.stop();
    if (!given) await rm(work, { recursive: true, force: true });
  }
}

interface Shown {
  /** What was not as expected. */
  wrong: string[];
  /** The commands by which one goes on. */
  byHand: string[];
}

/** Runs everything. */
async function show(url: string, work: string): Promise<Shown> {
  const client = createSpicerack({ url, requestedBy: 'demo' });
  const { remote, teamGoesOn } = await buildDemoRemote(join(await mkdtemp(join(work, 'remote-')), 'corner-shop.git'));
  const watch = watchJobs(client, print);
  try {
    print(`\nThe remote is ${remote.dir}`);
    print('\n▸ repos.add: the answer is a sync_repo job that clones');
    const added = await client.repos.add({ url: remote.dir, name: 'acme/corner-shop' });
    const ids = [added.jobId];
    await watch.ended(added.jobId);

    let before = await remote.tips();
    const subjects = await subjectsOf(remote);
    let registered = false;
    for (const { why, ...action } of ACTIONS) {
      if (action.kind === TEAM_BEFORE && !registered) {
        registered = true;
        await showStack(client, added.repo.id, 'The stacks as registered');
        print(
          '\nMeanwhile the team merges search/index, squash-merges auth/sessions, moves main on and pushes a branch.',
        );
        await teamGoesOn();
        before = await remote.tips();
      }
      ids.push(await run(client, watch, added.repo.id, why, action));
      if (action.kind === TEAM_BEFORE) await showStack(client, added.repo.id, 'The stacks before');
    }
    const branches = await showStack(client, added.repo.id, 'The stacks after');
    print('\nThe remote after, as git shows it');
    for (const line of (await remote.graph()).split('\n')) print(`  ${line}`);
    print();

    const jobs = await Promise.all(ids.map((jobId) => client.jobs.get({ jobId })));
    if (options.json) process.stdout.write(`${JSON.stringify({ jobs: jobs.map(flat), branches }, null, 2)}\n`);
    const wrong = await unexpected({ remote, jobs, branches, before, subjects });
    // From here on the command line itself says what goes on.
    watch.close();
    print('▸ The same from a terminal, in a clone of that remote');
    const session = await showSession(
      { url, remote, work: dirname(remote.dir), branch: 'checkout/cart-totals' },
      print,
    );
    return {
      wrong: [...wrong, ...session.wrong],
      byHand: [
        `cd ${shellWord(session.clone)}`,
        `alias spicerack=${shellWord(`SPICERACK_URL=${url} node ${shellWord(session.program)}`)}`,
        'spicerack stack',
        'spicerack --help',
      ],
    };
  } finally {
    watch.close();
  }
}

type Action = Omit<(typeof ACTIONS)[number], 'why'>;

/** Runs one job to its end and returns its id. */
async function run(client: Spicerack, watch: Watch, repoId: string, why: string, action: Action): Promise<string> {
  const { kind, branch, parent, suggested } = action;
  print(`\n▸ ${kind}${branch ? ` ${branch}` : ''}${parent ? ` on ${parent}` : ''}${suggested ? ' (suggested)' : ''}`);
  print(`  ${why}`);
  const { jobId } = await client.jobs.run({ repoId, ...action });
  await watch.ended(jobId);
  const { moves } = await client.jobs.get({ jobId });
  for (const move of moves) {
    if (move.state !== 'pushed' || move.before === move.after) continue;
    print(`    ${move.branch}: ${move.before?.slice(0, 7) ?? 'new'} → ${move.after?.slice(0, 7) ?? 'deleted'}`);
  }
  return jobId;
}

async function showStack(client: Spicerack, repoId: string, title: string): Promise<PictureBranch[]> {
  const { repo, branches } = await wholeOverview(client, repoId);
  print(`\n${title}`);
  for (const line of drawStack(repo.trunk ?? 'main', repo.trunkTip, branches)) print(`  ${line}`);
  return branches;
}

/** A job as one flat object: its row with its steps and moves. */
function flat({ job, steps, moves }: JobDetail) {
  return { ...job, steps, moves };
}

async function subjectsOf(remote: Remote): Promise<Record<string, string[]>> {
  const entries = Object.entries(DEMO_PARENTS).map(
    async ([branch, parent]): Promise<[string, string[]]> => [branch, await remote.subjects(branch, parent)],
  );
  return Object.fromEntries(await Promise.all(entries));
}

main()
  .catch((error: unknown) => {
    print(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  })
  // What an interrupted run leaves open must not keep us.
  .finally(() => process.exit());
