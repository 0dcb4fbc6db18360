import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createSpicerack } from '@spicerack/client';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { findInngest } from '@/server/inngest-program';
import { listeningPorts } from '@/testing/listening';
import { startServer, type TestServer } from '../support/server';

const root = fileURLToPath(new URL('../..', import.meta.url));
const inngest = 'program' in (await findInngest());

/** Runs a server that is expected to refuse to start. */
async function refusal(env: Record<string, string>): Promise<{ code: number | null; message: string }> {
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: root,
    env: { ...process.env, SPICERACK_TOKEN: '', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [message, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { code, message };
}

/** What the processor has done for it, in milliseconds, as Linux counts it: by hundredths of a second. */
async function processorMs(pid: number): Promise<number> {
  const [, user = '', system = ''] =
    (await readFile(`/proc/${pid}/stat`, 'utf8')).match(/(?:\S+ ){13}(\d+) (\d+)/) ?? [];
  return 10 * (Number(user) + Number(system));
}

test('a port in use is refused with what to do', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = address && typeof address === 'object' ? address.port : 0;
  try {
    expect(await refusal({ PORT: String(port) })).toEqual({
      code: 1,
      message: `Port ${port} on 127.0.0.1 is in use: set PORT to another one, or to 0 for any free one.\n`,
    });
  } finally {
    other.close();
  }
});

test('a port that no browser opens is refused with what to do', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'spicerack-port-'));
  try {
    expect(await refusal({ PORT: '6000', SPICERACK_DATA_DIR: dataDir })).toEqual({
      code: 1,
      message: expect.stringMatching(/Port 6000 is one that no browser opens: set PORT to another one\.\n$/),
    });
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});

test('settings that cannot be used are refused by name', async () => {
  const { code, message } = await refusal({ PORT: 'many', SPICERACK_EXECUTOR: 'cron' });
  expect(code).toBe(1);
  expect(message).toContain('PORT: ');
  expect(message).toContain('SPICERACK_EXECUTOR: ');
});

test('an address that others can reach is refused without a token, with a fresh one to copy', async () => {
  const { code, message } = await refusal({ HOST: '0.0.0.0', PORT: '0' });
  expect(code).toBe(1);
  expect(message).toMatch(/^ {2}SPICERACK_TOKEN=[\w-]{32}$/m);
});

test('a database that cannot be reached is told as why it does not start, and not as trouble of a server that runs', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'spicerack-away-'));
  try {
    const env = { PORT: '0', SPICERACK_DATA_DIR: dir, SPICERACK_DATABASE_URL: 'http://127.0.0.1:9' };
    const { code, message } = await refusal({ ...env, SPICERACK_LOG: 'text' });
    expect(code).toBe(1);
    // What builds first has said so before.
    expect(message.split('\n').slice(-2)).toEqual([
      'Spicerack cannot start: The database server cannot be reached. Look whether the server of SPICERACK_DATABASE_URL runs.',
      '',
    ]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}, 240_000);

test('npm start ends with what it has started', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'spicerack-npm-'));
  const env = {
    ...process.env,
    PORT: '0',
    SPICERACK_DATA_DIR: dir,
    SPICERACK_LOG: 'text',
    SPICERACK_LOG_LEVEL: 'info',
  };
  const npm = spawn('npm', ['start'], { cwd: root, env, stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const lines: string[] = [];
    for await (const line of createInterface(npm.stdout)) {
      lines.push(line);
      // Its own process alone, as a supervisor may: the output goes on until the last one that writes has ended.
      if (line.includes('is ready on')) npm.kill('SIGTERM');
    }
    expect(lines.at(-1)).toContain('Spicerack ends: it was told to (SIGTERM)');
  } finally {
    npm.kill('SIGKILL');
    await rm(dir, { recursive: true, force: true });
  }
}, 240_000);

test('Inngest without signatures is refused where a token is asked for', async () => {
  const env = { HOST: '0.0.0.0', PORT: '0', SPICERACK_TOKEN: 'a-token-for-this-test-alone', INNGEST_DEV: '1' };
  const { code, message } = await refusal(env);
  expect(code).toBe(1);
  expect(message).toContain('INNGEST_SIGNING_KEY');
});

describe.runIf(process.platform === 'linux')('what others can reach', () => {
  /** A program that opens ports as Inngest's does, so that there is one to be found wherever the tests run. */
  async function fakeInngest(dir: string): Promise<string> {
    const program = join(dir, 'inngest');
    const listen = `require('node:net').createServer().listen(0)`;
    const script = `#!/bin/sh\nif [ "$1" = version ]; then echo 1.44.0; exit; fi\nexec '${process.execPath}' -e "${listen}"\n`;
    await writeFile(program, script, { mode: 0o755 });
    return program;
  }

  test('with the defaults it opens one port, on loopback, also where the Inngest program is found', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'spicerack-ports-'));
    const server = await startServer({ env: { SPICERACK_INNGEST: await fakeInngest(dir) } });
    try {
      expect(listeningPorts(server.pid)).toEqual([{ loopback: true, port: Number(new URL(server.url).port) }]);
      expect(server.output()).toContain('executor: inline');
      const { executor, programs } = await createSpicerack({ url: server.url }).system.status();
      expect(executor.why).toContain('none was asked for by name');
      expect(programs.find(({ name }) => name === 'Inngest')?.why).toContain('opens three ports on all addresses');
    } finally {
      await server.dispose();
      await rm(dir, { recursive: true, force: true });
    }
  });

  test.skipIf(!inngest)(
    'asked for by name, the ports that Inngest opens are named at the start and on the status page',
    async () => {
      const server = await startServer({ executor: 'inngest' });
      try {
        const open = () => listeningPorts(server.pid).filter(({ loopback }) => !loopback);
        await vi.waitFor(() => expect(open()).not.toEqual([]), 20_000);
        const { programs } = await createSpicerack({ url: server.url }).system.status();
        const why = programs.find(({ name }) => name === 'Inngest')?.why;
        for (const words of [server.output(), why]) {
          expect(words).toContain('listen on all addresses');
          for (const { port } of open()) expect(words).toContain(String(port));
        }
      } finally {
        await server.dispose();
      }
    },
  );
});

describe.each([
  ['inline', true],
  ['inngest', inngest],
] as const)('a server with the %s executor', (executor, possible) => {
  let server: TestServer | undefined;
  afterEach(async () => {
    await server?.dispose();
    server = undefined;
  });

  test.skipIf(!possible)('asked to end while a live stream is open, it does within two seconds', async () => {
    server = await startServer({ executor });
    expect(server.output()).toContain(`executor: ${executor}`);
    const input = encodeURIComponent(JSON.stringify({ json: {} }));
    const stream = await fetch(`${server.url}/api/trpc/feed.subscribe?input=${input}`, {
      headers: { accept: 'text/event-stream' },
    });
    expect(stream.status).toBe(200);
    const first = await stream.body?.getReader().read();
    expect(first?.done).toBe(false);
    const { code, ms } = await server.stop();
    expect(code).toBe(0);
    expect(ms).toBeLessThan(2000);
    expect(server.output()).toContain('Spicerack ends: it was told to (SIGTERM)');
  });

  test.skipIf(!possible)(
    'goes on where nobody reads its log any more, and does not tell itself of that without end',
    async () => {
      server = await startServer({ executor });
      const { url, pid } = server;
      server.stopReading();
      const client = createSpicerack({ url });
      // Nobody listens there, of which the log tells.
      await client.repos.add({ url: 'http://127.0.0.1:1/gone.git' });
      await expect
        .poll(async () => (await client.jobs.list({ status: 'running' })).jobs[0]?.job.nextAttemptAt)
        .toBeTruthy();
      const [from, before] = [performance.now(), await processorMs(pid)];
      // A stretch of time to look at.
      await sleep(1000);
      expect((await processorMs(pid)) - before).toBeLessThan((performance.now() - from) / 2);
      expect(await (await fetch(`${url}/api/health`)).json()).toMatchObject({ ok: true });
    },
  );

  test.skipIf(!possible)('killed without warning, it starts again on the same port and data', async () => {
    server = await startServer({ executor });
    const { url, pid } = server;
    await server.kill9();
    await server.restart();
    expect(server.url).toBe(url);
    expect(server.pid).not.toBe(pid);
    expect(await (await fetch(`${url}/api/health`)).json()).toMatchObject({ ok: true });
  });
});
