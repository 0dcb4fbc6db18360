import type { Browser, Page } from '@playwright/test';

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** Microseconds of the processor, which a busy machine does not make more. */
  tdur?: number;
  args: { name?: string };
}

/** For how long the tasks of a page have kept the processor, in milliseconds: the longest, and together those of more than 50, which one feels. */
export interface TaskTimes<T> {
  longest: number;
  long: number;
  /** What the doing came to. */
  done: T;
}

/** The tasks of the page while something is done. */
export async function taskTimes<T>(browser: Browser, page: Page, act: () => Promise<T>): Promise<TaskTimes<T>> {
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline', '__metadata'] });
  const done = await act();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const isMain = ({ name, args }: TraceEvent) => name === 'thread_name' && args.name === 'CrRendererMain';
  const main = new Set(traceEvents.filter(isMain).map(threadOf));
  const tasks = traceEvents.filter((event) => /RunTask$/.test(event.name) && main.has(threadOf(event)));
  if (tasks.length === 0) throw new Error('The browser has told of no task.');
  const times = tasks.map(({ tdur = 0 }) => tdur / 1000);
  const long = times.filter((time) => time > 50);
  return { longest: Math.max(...times), long: long.reduce((sum, time) => sum + time, 0), done };
}
