import { setTimeout as sleep } from 'node:timers/promises';
import type { TestServer } from '../../e2e/support/server';

/** The environment of a server of which `memoryOf` asks. */
export const MEMORY_ENV = { NODE_OPTIONS: `--import ${new URL('./memory.mjs', import.meta.url).href}` };

/** What a server holds once nothing is left to collect, and what the system gave it, in bytes. */
export async function memoryOf(server: TestServer): Promise<{ held: number; rss: number }> {
  const said = () => [...server.output().matchAll(/^memory (.*)$/gm)];
  const before = said().length;
  process.kill(server.pid, 'SIGUSR2');
  while (said().length === before) await sleep(10);
  return JSON.parse(said().at(-1)?.[1] ?? '');
}
