import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type InngestChild, startInngestChild } from './inngest-child';
import { findInngest } from './inngest-program';

const found = await findInngest();
const program = 'program' in found ? found.program : '';

describe.skipIf(!program)('an Inngest server of our own (needs the Inngest program)', () => {
  let dataDir: string;
  let child: InngestChild | undefined;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'inngest-child-'));
  });
  afterEach(async () => {
    await child?.stop();
    child = undefined;
    rmSync(dataDir, { recursive: true, force: true });
  });

  const folders = () => readdirSync(join(dataDir, 'inngest'));
  const isUp = (url: string) =>
    fetch(`${url}/health`).then(
      (response) => response.ok,
      () => false,
    );

  /** Starts one and collects how often it came up. */
  async function start() {
    const ups: number[] = [];
    child = await startInngestChild({
      program,
      command: 'start',
      appUrl: 'http://127.0.0.1:9/api/inngest',
      dataDir,
      log: () => undefined,
      onUp: () => ups.push(Date.now()),
      onDown: () => undefined,
    });
    await vi.waitFor(() => expect(ups).toHaveLength(1), 20_000);
    return { child, url: child.env.INNGEST_BASE_URL ?? '', ups };
  }

  test('killed, it comes up again at the same address and says so', async () => {
    const { url, ups } = await start();
    for (const pid of await serversAt(url)) process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(ups).toHaveLength(2), 20_000);
    expect(await isUp(url)).toBe(true);
    await vi.waitFor(() => expect(folders()).toHaveLength(1), 5000);
  });

  test('stopped, it is gone with its folder', async () => {
    const { child, url } = await start();
    await child.stop();
    expect(await isUp(url)).toBe(false);
    await vi.waitFor(() => expect(folders()).toEqual([]), 5000);
  });

  test('it does not outlive a server that was killed, nor does its folder', async () => {
    const script = join(dataDir, 'server.mts');
    writeFileSync(
      script,
      `import { startInngestChild } from ${JSON.stringify(new URL('./inngest-child.ts', import.meta.url).pathname)};
       const child = await startInngestChild({
         program: ${JSON.stringify(program)}, command: 'start', appUrl: 'http://127.0.0.1:9/api/inngest',
         dataDir: ${JSON.stringify(dataDir)}, log: () => undefined,
         onUp: () => console.log(child.env.INNGEST_BASE_URL),
         onDown: () => {},
       });`,
    );
    const server: ChildProcess = spawn(process.execPath, ['--import', 'tsx', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      if (!server.stdout) throw new Error('no output');
      const [url] = await once(createInterface(server.stdout), 'line');
      expect(await isUp(url)).toBe(true);
      server.kill('SIGKILL');
      await vi.waitFor(async () => expect(await isUp(url)).toBe(false), 5000);
      await vi.waitFor(() => expect(folders()).toEqual([]), 5000);
    } finally {
      server.kill('SIGKILL');
    }
  });
});

/** The servers that were told to listen at this address; the watcher beside each has the same words in its own. */
async function serversAt(url: string): Promise<number[]> {
  const ps = spawn('ps', ['-eo', 'pid=,args=']);
  const lines: string[] = [];
  createInterface(ps.stdout).on('line', (line) => lines.push(line.trim()));
  await once(ps, 'close');
  const port = ` --port ${new URL(url).port} `;
  return lines.flatMap((line) => {
    const [pid, command] = line.split(/\s+/);
    return command === program && line.includes(port) ? [Number(pid)] : [];
  });
}
