import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@libsql/client';
import { createSpicerack } from '@spicerack/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeRemote } from '@/demo/remote';
import { ended } from '@/testing/api';
import { writeBranch } from '@/testing/stack';
import { startServer, type TestServer } from '../support/server';

let dir: string;
let server: TestServer;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-own-'));
  server = await startServer({ executor: 'inline', env: { SPICERACK_GIT: join(dir, 'git') } });
}, 300_000);
afterAll(async () => {
  await server?.dispose();
  await rm(dir, { recursive: true, force: true });
});

it('a server without git takes no jobs, says why, and runs them once it is there', async () => {
  const client = createSpicerack({ url: server.url });
  const remote = await makeRemote(join(dir, 'remote.git'));
  await writeBranch(remote);
  const { jobId } = await client.repos.add({ url: remote.dir });
  const { problems } = await client.system.status();
  expect(problems).toMatchObject([
    { what: expect.stringMatching(/takes no jobs.*cannot be started/), hint: /Install git/ },
  ]);
  expect((await fetch(`${server.url}/api/ready`)).status).toBe(503);
  // Longer than the queue waits until it looks by itself.
  await sleep(2500);
  expect((await client.jobs.get({ jobId })).job).toMatchObject({ status: 'queued', attempt: 0 });
  await writeFile(join(dir, 'git'), '#!/bin/sh\nexec git "$@"\n', { mode: 0o755 });
  expect((await ended(client, jobId)).job).toMatchObject({ status: 'completed', attempt: 1 });
  expect((await client.system.status()).problems).toEqual([]);
  expect((await fetch(`${server.url}/api/ready`)).status).toBe(200);
}, 60_000);

it('a second server on the directory of one that runs says so and ends; the first goes on', async () => {
  const second = startServer({ executor: 'inline', env: { SPICERACK_DATA_DIR: server.dataDir } });
  await expect(second).rejects.toThrow(/ended \(exit 1\)[\s\S]*Another Spicerack server uses/);
  expect((await fetch(`${server.url}/api/health`)).status).toBe(200);
}, 60_000);

it('a server ends with one sentence where a newer version has brought its database up to date, and starts again after a kill', async () => {
  await server.kill9();
  const database = createClient({ url: `file:${server.dataDir}/spicerack.db` });
  await database.execute(`insert into __drizzle_migrations (hash, created_at) values ('newer', 9999999999999)`);
  await expect(server.restart()).rejects.toThrow(
    /ended \(exit 1\)[^:]*:\s*(?:Warning[^\n]*\n)?This database was brought up to date by a newer/,
  );
  await database.execute(`delete from __drizzle_migrations where hash = 'newer'`);
  database.close();
  await server.restart();
  expect((await fetch(`${server.url}/api/health`)).status).toBe(200);
}, 60_000);
