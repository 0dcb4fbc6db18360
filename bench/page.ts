import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, chromium, type Page } from '@playwright/test';
import { createSpicerack } from '@spicerack/client';
import { sql } from 'drizzle-orm';
import { type Db, openDatabase, write } from '@/db/client';
import { taskTimes } from '../e2e/browser/pages/task-times';
import { startServer } from '../e2e/support/server';
import { BROWSER_ARGS, findBrowser } from '../scripts/browser';
import { addBranches } from './support/branch-rows';
import { type BenchRow, compare, type Measured, median } from './support/row';

/** Branches of the repositories whose pages are compared. */
const COUNTS = [1000, 10_000];
const FEW = 10;
const LOADS = 5;
/** Keys that are pressed in one go, how often, and how far apart, in milliseconds. */
const PRESSES = 20;
const GOES = 3;
const APART_MS = 100;
/** Of branches, that arrive each second while keys are pressed. */
const EVENTS = 50;
/** Events that are played as fast as they are told, before the page's memory is looked at again. */
const PLAYED = 3000;
const AT_ONCE = 100;
/** How long a task of the page may take, in milliseconds. */
const TASK_MS = 100;

/** A page of a repository with so many branches, in a browser's context of its own. */
interface Opened {
  label: string;
  repoId: string;
  /** How many branches it has. */
  count: number;
  page: Page;
  /** Bytes of its heap, once nothing is left to collect. */
  heap(): Promise<number>;
}

/**
 * The page of a repository with 1,000 branches and of one with 10,000, against the same page with 10: how soon it
 * is there, how soon it answers a key while 50 events a second arrive, its longest task, and what it holds after
 * thousands of events. The events are written by this process, so the server finds them by its slow clock: they
 * come some twenty at a time.
 */
export async function run(): Promise<BenchRow[]> {
  const found = await findBrowser();
  if (!('program' in found)) throw new Error(`There is no browser: ${found.missing}`);
  const server = await startServer({ executor: 'inline' });
  const browser = await chromium.launch({ executablePath: found.program, args: BROWSER_ARGS });
  const db = await openDatabase(`file:${join(server.dataDir, 'spicerack.db')}`);
  try {
    const client = createSpicerack({ url: server.url });
    const repos = new Map<number, string>();
    for (const count of [FEW, ...COUNTS]) {
      const { repo, jobId } = await client.repos.add({ url: `/srv/git/none-${count}` });
      await client.waitForJob(jobId).catch(() => undefined);
      await addBranches(db, repo.id, count);
      repos.set(count, repo.id);
    }
    const open = async (count: number): Promise<Opened> => {
      const context = await browser.newContext({ baseURL: server.url, viewport: { width: 1600, height: 900 } });
      const page = await context.newPage();
      await page.addInitScript(noteTimes);
      const session = await context.newCDPSession(page);
      return {
        label: `${count} branches`,
        repoId: repos.get(count) ?? '',
        count,
        page,
        async heap() {
          await session.send('HeapProfiler.collectGarbage');
          return (await session.send('Runtime.getHeapUsage')).usedSize;
        },
      };
    };
    const rows: BenchRow[] = [];
    for (const count of COUNTS) {
      const both = [await open(count), await open(FEW)] as const;
      rows.push(...(await compared(browser, db, both)));
      for (const { page } of both) await page.context().close();
    }
    return rows;
  } finally {
    await browser.close();
    db.$client.close();
    await server.dispose();
  }
}

/** In the page: notes when its first rows are drawn, and how long each key takes until the next frame is there. */
function noteTimes(): void {
  new MutationObserver((_, observer) => {
    if (!document.querySelector('[role=treegrid] [data-branch^="branch-"]')) return;
    observer.disconnect();
    requestAnimationFrame(() => performance.mark('drawn'));
  }).observe(document, { subtree: true, childList: true });
  addEventListener(
    'keydown',
    (event) => requestAnimationFrame(() => setTimeout(() => performance.measure('key', { start: event.timeStamp }))),
    true,
  );
}

async function compared(browser: Browser, db: Db, both: readonly [Opened, Opened]): Promise<BenchRow[]> {
  const [many] = both;
  const times = { painted: both.map((): number[] => []), drawn: both.map((): number[] => []) };
  // The first round warms up.
  for (let round = -1; round < LOADS; round += 1) {
    for (const [i, each] of both.entries()) {
      const seen = await load(each);
      if (round < 0) continue;
      times.painted[i]?.push(seen.painted);
      times.drawn[i]?.push(seen.drawn);
    }
  }
  const keys = both.map((): number[] => []);
  for (let go = 0; go < GOES; go += 1) {
    for (const [i, each] of both.entries()) keys[i]?.push(...(await pressWhileEventsArrive(db, each)));
  }
  const about = (what: string) => `the page of ${many.label}: ${what}`;
  const timed = (what: string, values: number[][], runs: number): BenchRow => ({
    ...compare(
      about(what),
      both.map(({ label }, i) => besides({ label, median: median(values[i] ?? []) }, i, 2)),
    ),
    runs,
  });
  const rows = [
    timed('its first contentful paint', times.painted, LOADS),
    timed('until its rows are drawn', times.drawn, LOADS),
    timed(`from an arrow key to the next frame, while ${EVENTS} events a second arrive`, keys, PRESSES * GOES),
  ];
  const held: number[][] = [];
  for (const each of both) {
    const before = await each.heap();
    await play(db, each);
    held.push([before, await each.heap()]);
  }
  const [[before = 0, after = 0] = [], [, fewAfter = 0] = []] = held;
  const memory = compare(about(`what it holds after ${PLAYED} events`), [
    { label: many.label, median: after / 1024 },
    { label: `${FEW} branches, after as many`, median: fewAfter / 1024, atMost: 2 },
    { label: 'itself, before', median: before / 1024, atMost: 2 },
  ]);
  rows.push({ ...memory, unit: 'KB', runs: 1 });
  const tasks = {
    'the longest task while it opens': await taskTimes(browser, many.page, async () => void (await load(many))),
    'the longest task while keys are pressed and events arrive': await taskTimes(browser, many.page, async () => {
      await pressWhileEventsArrive(db, many);
    }),
  };
  for (const [what, { longest: median }] of Object.entries(tasks)) {
    const limit = { label: 'what it is to stay within', median: TASK_MS, atMost: 1 };
    rows.push({ ...compare(about(what), [{ label: many.label, median }, limit]), runs: 1 });
  }
  return rows;
}

function besides(one: Measured, i: number, atMost: number): Measured & { atMost?: number } {
  return i === 0 ? one : { ...one, atMost };
}

/** Opens the page anew, until it has drawn rows and follows the feed. */
async function load({ page, repoId }: Opened): Promise<{ painted: number; drawn: number }> {
  await page.goto(`/repos/${repoId}`);
  await page.getByRole('banner').getByText('live', { exact: true }).waitFor();
  const mark = (name: string) =>
    page.waitForFunction((named) => performance.getEntriesByName(named)[0]?.startTime, name);
  const [painted, drawn] = [await mark('first-contentful-paint'), await mark('drawn')];
  return { painted: (await painted.jsonValue()) ?? Number.NaN, drawn: (await drawn.jsonValue()) ?? Number.NaN };
}

/** How long each key took, in milliseconds. */
async function pressWhileEventsArrive(db: Db, opened: Opened): Promise<number[]> {
  const { page } = opened;
  await page.getByRole('treegrid', { name: 'Branches' }).focus();
  let goesOn = true;
  const writes = (async () => {
    for (let n = 0; goesOn; n += 1) {
      await changeBranches(db, opened, n, 1);
      await sleep(1000 / EVENTS);
    }
  })();
  await page.evaluate(() => performance.clearMeasures('key'));
  for (let n = 0; n < PRESSES; n += 1) {
    await sleep(APART_MS);
    await page.keyboard.press(n % 10 < 5 ? 'ArrowDown' : 'ArrowUp');
  }
  await page.waitForFunction((count) => performance.getEntriesByName('key').length === count, PRESSES);
  goesOn = false;
  await writes;
  return page.evaluate(() => performance.getEntriesByName('key').map(({ duration }) => duration));
}

/** As many events as come in some time, one after another, until the page has the last one. */
async function play(db: Db, opened: Opened): Promise<void> {
  const { page, repoId } = opened;
  for (let n = 0; n < PLAYED / AT_ONCE; n += 1) await changeBranches(db, opened, n, AT_ONCE);
  const name = `played-${repoId.slice(0, 8)}`;
  await db.run(sql`update repos set name = ${name} where id = ${repoId}`);
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

/** An event of each of so many branches; where there are fewer, several of each. */
async function changeBranches(db: Db, { repoId, count }: Opened, n: number, events: number): Promise<void> {
  const change = (i: number) =>
    db.run(sql`update branches set subject = ${`What it does now, ${n} ${i}`}
      where repo_id = ${repoId} and name = ${`branch-${(n * events + i) % count}`}`);
  const more = Array.from({ length: events - 1 }, (_, i) => change(i + 1));
  await write(db, [change(0), ...more]);
}
