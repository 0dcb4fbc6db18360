import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureBuilt } from '@/server/build/ensure-built';
import { buildCli } from '../e2e/support/cli';
import { startServer } from '../e2e/support/server';
import { type BenchRow, measure } from './support/row';

const RUNS = 30;
const SERVER_RUNS = 10;

const node = (...args: string[]) => promisify(execFile)(process.execPath, args);

export async function run(): Promise<BenchRow[]> {
  return [await commandLine(), await server()];
}

/** How long the command line takes to start, against Node alone. */
async function commandLine(): Promise<BenchRow> {
  const dir = mkdtempSync(join(tmpdir(), 'spicerack-start-'));
  try {
    const { file } = await buildCli(dir);
    return await measure(
      'start the command line',
      [
        { label: 'spicerack --version', run: () => node(file, '--version') },
        { label: 'node -e 0', run: () => node('-e', '0') },
      ],
      RUNS,
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** From the start of the server to its first healthy answer, against `next start` of the same build. */
async function server(): Promise<BenchRow> {
  const dir = await ensureBuilt(process.cwd(), console.error);
  const ours = await startServer({ executor: 'inline' });
  let port = 0;
  try {
    return await measure(
      'the server starts, and answers',
      [
        {
          label: '`npm start`, database and jobs with it',
          prepare: async () => ours.kill9(),
          run: () => ours.restart(),
        },
        {
          label: '`next start`',
          atMost: 1.2,
          async prepare() {
            port = await freePort();
          },
          async run() {
            const child = nextStart(dir, port);
            await answers(`http://127.0.0.1:${port}/favicon.ico`);
            const exit = once(child, 'exit');
            child.kill('SIGKILL');
            await exit;
          },
        },
      ],
      SERVER_RUNS,
    );
  } finally {
    await ours.dispose();
  }
}

function nextStart(dir: string, port: number): ChildProcess {
  const args = ['node_modules/next/dist/bin/next', 'start', '--hostname', '127.0.0.1', '--port', String(port)];
  return spawn(process.execPath, args, {
    env: { ...process.env, NODE_ENV: 'production', NEXT_DIST_DIR: dir, NEXT_TELEMETRY_DISABLED: '1' },
    stdio: 'ignore',
  });
}

async function answers(url: string): Promise<void> {
  for (;;) {
    const response = await fetch(url).catch(() => null);
    if (response) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port }: AddressInfo = Object(probe.address());
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
