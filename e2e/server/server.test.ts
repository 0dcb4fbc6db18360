import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { findInngest } from '@/server/inngest-program';
import { startServer, type TestServer } from '../support/server';

const root = fileURLToPath(new URL('../..', import.meta.url));
const inngest = 'program' in (await findInngest());

/** Runs a server that is expected to refuse to start. */
async function refusal(env: Record<string, string>): Promise<{ code: number | null; message: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'server.ts'], {
    cwd: root,
    env: { ...process.env, SPICERACK_TOKEN: '', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [message, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { code, message };
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

test('Inngest without signatures is refused where a token is asked for', async () => {
  const env = { HOST: '0.0.0.0', PORT: '0', SPICERACK_TOKEN: 'a-token-for-this-test-alone', INNGEST_DEV: '1' };
  const { code, message } = await refusal(env);
  expect(code).toBe(1);
  expect(message).toContain('INNGEST_SIGNING_KEY');
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
  });

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
