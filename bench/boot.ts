import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { ensureBuilt } from '@/server/build';
import { startServer } from '../e2e/support/server';
import { type BenchRow, measure } from './row';

const RUNS = 10;

/** From the start of the server to its first healthy answer, against `next start` of the same build. */
export async function run(): Promise<BenchRow> {
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
      RUNS,
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
