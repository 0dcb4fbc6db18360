import { chmodSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSpicerack } from '@spicerack/client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ended } from '@/testing/api';
import { startServer, type TestServer } from '../support/server';

let parent: string;
let server: TestServer;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'spicerack-modes-'));
  server = await startServer({ executor: 'inline', env: { SPICERACK_DATA_DIR: join(parent, 'data') } });
}, 300_000);
afterAll(async () => {
  await server.dispose();
  rmSync(parent, { recursive: true, force: true });
});

/** Every file and folder at or below a path that the group or others may do anything with. */
function wide(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return [];
  const inside = found.isDirectory() ? readdirSync(path).flatMap((name) => wide(join(path, name))) : [];
  return (found.mode & 0o077) === 0 ? inside : [path, ...inside];
}

test('database, clones and all else in the data directory are the user’s alone', async () => {
  const client = createSpicerack({ url: server.url });
  const { jobId } = await client.repos.addDemo();
  expect((await ended(client, jobId)).job.status).toBe('completed');
  const dataDir = join(parent, 'data');
  expect(readdirSync(dataDir)).toEqual(expect.arrayContaining(['spicerack.db', 'spicerack.db-wal', 'clones']));
  expect(wide(dataDir)).toEqual([]);
  expect((await client.system.status()).problems).toEqual([]);
});

test('one that was made with wider modes is told of at start and on the status page, until it is mended', async () => {
  const dataDir = join(parent, 'older');
  mkdirSync(dataDir);
  chmodSync(dataDir, 0o755);
  const older = await startServer({ executor: 'inline', env: { SPICERACK_DATA_DIR: dataDir } });
  try {
    const client = createSpicerack({ url: older.url });
    await vi.waitFor(async () => {
      const { problems } = await client.system.status();
      expect(problems).toMatchObject([{ hint: `Take that away: chmod -R go-rwx ${dataDir}` }]);
    });
    expect(older.output()).toContain(`chmod -R go-rwx ${dataDir}`);
    chmodSync(dataDir, 0o700);
    await vi.waitFor(async () => expect((await client.system.status()).problems).toEqual([]), 30_000);
  } finally {
    await older.dispose();
  }
});

test.skipIf(process.getuid?.() !== 0)('a server that runs as root says so', () => {
  expect(server.output()).toContain('runs as root');
});
