import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createSpicerack, type Spicerack } from '@spicerack/client';
import { makeRemote } from '@/demo/remote';
import { startServer } from '../e2e/support/server';
import { type BenchRow, measure } from './row';

const RUNS = 40;
/** An ordinary branch, in an ordinary repository. */
const COMMITS = 4;
const FILES = 500;

const shell = promisify(execFile);

/** A branch that nobody has opened yet: from the press to its commits and diff, against the same two of git in a shell. */
export async function run(): Promise<BenchRow> {
  const dir = await mkdtemp(join(tmpdir(), 'spicerack-bench-'));
  const server = await startServer({ executor: 'inline' });
  try {
    const remote = await makeRemote(join(dir, 'shop.git'));
    const lines = (mark: string) =>
      Array.from({ length: 80 }, (_, i) => `line ${i} ${i === 40 ? mark : ''}\n`).join('');
    const files = (mark: string, from: number, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`src/f${(from + i) % FILES}.ts`, lines(mark)]));
    await remote
      .from('main')
      .commit('Start', files('', 0, FILES))
      .write();
    const branches = Array.from({ length: RUNS + 1 }, (_, i) => `feat/b${i}`);
    for (const [i, name] of branches.entries()) {
      let chain = remote.from('main').branch(name);
      for (let n = 0; n < COMMITS; n += 1) chain = chain.commit(`Commit ${n}`, files(`${name} ${n}`, i * 7 + n, 3));
      await chain.write();
    }
    const client = createSpicerack({ url: server.url });
    const { repo, jobId } = await client.repos.add({ url: remote.dir });
    await client.waitForJob(jobId);
    const base = await remote.tip('main');
    const tips = await remote.tips();
    const ready = followReady(client, repo.id);
    let [ours, theirs] = [0, 0];
    const row = await measure(
      'open a branch that nobody has opened yet',
      [
        {
          label: 'changes.get, until the content is there',
          prepare: async () => tips[branches[ours++] ?? ''] ?? '',
          run: async (to) => {
            const ask = { repoId: repo.id, from: base, to: String(to) };
            const { id, changes } = await client.changes.get(ask);
            if (changes) return;
            await ready.until(id);
            if (!(await client.changes.get(ask)).changes) throw new Error('there is no content');
          },
        },
        {
          label: 'git log and git diff in a shell',
          prepare: async () => branches[theirs++] ?? '',
          run: (name) =>
            shell('sh', ['-c', `git log main..${String(name)} && git diff main...${String(name)}`], {
              cwd: remote.dir,
            }),
        },
      ],
      RUNS,
    );
    ready.stop();
    return row;
  } finally {
    await server.dispose();
    await rm(dir, { recursive: true, force: true });
  }
}

/** Follows the feed as a page does, from before anything is asked. */
function followReady(client: Spicerack, repoId: string) {
  const stop = new AbortController();
  const seen = new Set<number>();
  const waiting = new Map<number, () => void>();
  void (async () => {
    for await (const message of client.watch({ repoId, signal: stop.signal })) {
      for (const event of message.kind === 'changes' ? message.events : []) {
        if (event.type !== 'changes' || event.op !== 'upsert' || event.row.status === 'pending') continue;
        seen.add(event.row.id);
        waiting.get(event.row.id)?.();
      }
    }
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  return {
    until: (id: number) =>
      new Promise<void>((resolve) => {
        if (seen.has(id)) resolve();
        else waiting.set(id, resolve);
      }),
    stop: () => stop.abort(),
  };
}
