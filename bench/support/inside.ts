import { setTimeout as sleep } from 'node:timers/promises';
import type { TestServer } from '../../e2e/support/server';

/** The environment of a server of which `insideOf` asks. */
export const INSIDE_ENV = { NODE_OPTIONS: `--import ${new URL('../support/inside.mjs', import.meta.url).href}` };

/** Of a server's process. */
export interface Inside {
  /** What it holds once nothing is left to collect, in bytes. */
  held: number;
  /** What the system gave it, in bytes. */
  rss: number;
  /** How long its loop stood still at most since it was asked last, in milliseconds. */
  stop: number;
}

/** What a server says of itself. To ask stops it for a moment, which does not count. */
export async function insideOf(server: TestServer): Promise<Inside> {
  const said = () => [...server.output().matchAll(/^inside (.*)$/gm)];
  const before = said().length;
  process.kill(server.pid, 'SIGUSR2');
  while (said().length === before) await sleep(10);
  return JSON.parse(said().at(-1)?.[1] ?? '');
}
