import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Page } from '@playwright/test';
import { createSpicerack, type Spicerack } from '@spicerack/client';
import { makeRemote } from '@/demo/remote';
import { startServer } from '../e2e/support/server';
import { BROWSER_ARGS, findBrowser } from '../scripts/browser';
import { type BenchRow, type Contestant, measure } from './support/row';

const RUNS = 40;
/** An ordinary branch, in an ordinary repository. */
const COMMITS = 4;
const FILES = 500;

const shell = promisify(execFile);

/**
 * A branch that nobody has opened yet: from the question to its commits and diff, and from the press on its row to when
 * they are drawn, against the same two of git in a shell.
 */
export async function run(): Promise<BenchRow[]> {
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
    // Each is opened once by each of the two.
    const branches = Array.from({ length: 2 * (RUNS + 1) }, (_, i) => `feat/b${i}`);
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
    const forAPage = branches.splice(RUNS + 1);
    const git = (): Contestant => {
      let at = 0;
      return {
        label: 'git log and git diff in a shell',
        prepare: async () => branches[at++] ?? '',
        run: (name) =>
          shell('sh', ['-c', `git log main..${String(name)} && git diff main...${String(name)}`], { cwd: remote.dir }),
      };
    };
    const ready = followReady(client, repo.id);
    let asked = 0;
    const answered = await measure(
      'what a branch changes that nobody has opened yet',
      [
        {
          label: 'changes.get, until the content is there',
          prepare: async () => tips[branches[asked++] ?? ''] ?? '',
          run: async (to) => {
            const ask = { repoId: repo.id, from: base, to: String(to) };
            const { id, changes } = await client.changes.get(ask);
            if (changes) return;
            await ready.until(id);
            if (!(await client.changes.get(ask)).changes) throw new Error('there is no content');
          },
        },
        git(),
      ],
      RUNS,
    );
    ready.stop();
    const found = await findBrowser();
    if (!('program' in found)) return [answered];
    const browser = await chromium.launch({ executablePath: found.program, args: BROWSER_ARGS });
    const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
    await page.goto(`${server.url}/repos/${repo.id}`);
    let [opened, again] = [0, 0];
    const drawn = await measure(
      'a press on the row of a branch that nobody has opened yet',
      [
        {
          label: 'until its commits and changes are drawn',
          prepare: () => rowOf(page, forAPage[opened++] ?? ''),
          run: (name) => open(page, String(name)),
        },
        {
          label: 'the same branch once more',
          prepare: () => rowOf(page, forAPage[again++] ?? ''),
          run: (name) => open(page, String(name)),
        },
        git(),
      ],
      RUNS,
    );
    await browser.close();
    return [answered, drawn];
  } finally {
    await server.dispose();
    await rm(dir, { recursive: true, force: true });
  }
}

/** Closes what is open and brings a branch's row onto the page. Resolves to its name. */
async function rowOf(page: Page, name: string): Promise<string> {
  const close = page.getByRole('region', { name: 'Branch' }).getByRole('button', { name: 'Close', exact: true });
  if (await close.isVisible()) await close.click();
  await page.getByRole('searchbox', { name: 'Find a branch' }).fill(name);
  await page.locator(`[data-branch="${name}"]`).waitFor();
  // As long as somebody takes who goes there with a pointer that the page does not see coming.
  await page.waitForTimeout(400);
  return name;
}

/** Presses it, and resolves once a person sees what the branch changes. */
function open(page: Page, name: string): Promise<void> {
  return page.evaluate(
    (branch) =>
      // Without a named function in it, which what builds this file would not leave as it is.
      new Promise<void>((resolve) => {
        new MutationObserver((_, observer) => {
          const panel = document.querySelector('section[aria-label=Branch]');
          if (!panel?.querySelector('h2')?.textContent?.includes(branch)) return;
          if (!panel.querySelector('.diff-code-insert')) return;
          observer.disconnect();
          requestAnimationFrame(() => resolve());
        }).observe(document.body, { subtree: true, childList: true, characterData: true });
        document.querySelector<HTMLElement>(`[data-branch="${branch}"] [data-tip="${branch}"]`)?.click();
      }),
    name,
  );
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
