import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDatabase } from '@/db/client';
import { problems, takesJobs } from '@/db/problems';
import { makeRemote } from '@/demo/remote';
import { inProcess } from '@/testing/in-process';
import { writeBranch } from '@/testing/stack';
import { watchDisk } from './disk';
import { watchHealth } from './health';

const root = await mkdtemp(join(tmpdir(), 'spicerack-disk-'));
const dataDir = join(root, 'data');
const aside = join(root, 'aside');
// Before anything reads the settings, which is done once.
Object.assign(process.env, { SPICERACK_DATA_DIR: dataDir, SPICERACK_ENGINE: 'git', SPICERACK_RETRY_DELAY: '0.05' });

afterAll(() => rm(root, { recursive: true, force: true }));

describe('the data directory', () => {
  it('is made at the first look, and never again: that it is gone is told until it is back', async () => {
    const path = join(root, 'made');
    const disk = watchDisk(path);
    expect(await disk.look()).toBeNull();
    await rename(path, aside);
    for (let looks = 0; looks < 2; looks++) {
      expect(await disk.look()).toMatchObject({
        what: expect.stringMatching(/started with: it is gone/),
        stopsJobs: true,
      });
    }
    expect(existsSync(path)).toBe(false);
    await rename(aside, path);
    expect(await disk.look()).toBeNull();
    await disk.close();
  });

  it('is not another one in its place, by a link too', async () => {
    const [one, other, path] = [join(root, 'one'), join(root, 'other'), join(root, 'link')];
    await mkdir(one);
    await mkdir(other);
    await symlink(one, path);
    const disk = watchDisk(path);
    expect(await disk.look()).toBeNull();
    await rm(path);
    await symlink(other, path);
    expect(await disk.look()).toMatchObject({ what: expect.stringMatching(/another one is in its place/) });
    await rm(path);
    await symlink(one, path);
    expect(await disk.look()).toBeNull();
    await disk.close();
  });
});

it('the look after what a server needs goes on while it is moved away, with all else that it looks at', async () => {
  const db = await openDatabase(`file:${join(root, 'looks.db')}`);
  const abort = new AbortController();
  const looks = watchHealth(db, dataDir, abort.signal);
  const isTold = () => problems().some(({ what }) => what.includes('started with: it is gone'));
  const until = async (so: () => boolean) => {
    while (!so()) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  await until(() => existsSync(dataDir));
  await rename(dataDir, aside);
  // In the midst of a look too: git cannot be started then.
  await until(isTold);
  expect([takesJobs(), existsSync(dataDir)]).toEqual([false, false]);
  await rename(aside, dataDir);
  await until(() => !isTold());
  expect(takesJobs()).toBe(true);
  abort.abort();
  await looks;
  db.$client.close();
});

describe('a job whose data directory is moved away', () => {
  it.each(['sync', 'act'] as const)(
    'before its %s makes none in its place, and completes when it is back',
    async (step) => {
      const db = await openDatabase(`file:${join(root, `${step}.db`)}`);
      const app = inProcess(db);
      const remote = await makeRemote(join(root, `${step}.git`));
      await writeBranch(remote);
      const { id: repoId } = await app.add(remote);
      let wasMade: boolean | null = null;
      const { job } = await app.run(
        { repoId, kind: 'register_existing_branch', suggested: true },
        {
          async before(name, tries) {
            if (name === step && tries === 1) await rename(dataDir, aside);
            // What has failed is tried from the start.
            if (existsSync(aside) && tries === 2) {
              wasMade = existsSync(dataDir);
              await rename(aside, dataDir);
            }
          },
        },
      );
      expect([wasMade, job.status, job.attempt]).toEqual([false, 'completed', 2]);
      db.$client.close();
    },
  );
});
