import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuid } from 'uuid';
import { afterAll, describe, expect, it } from 'vitest';
import { openDatabase } from '@/db/client';
import { problems, takesJobs } from '@/db/problems';
import { makeRemote } from '@/demo/remote';
import { inProcess } from '@/testing/in-process';
import { writeBranch } from '@/testing/stack';
import { diskProblem } from './disk';
import { watchHealth } from './health';
import { tendClones } from './upkeep';

const root = await mkdtemp(join(tmpdir(), 'spicerack-disk-'));
const dataDir = join(root, 'data');
const aside = join(root, 'aside');
// Before anything reads the settings, which is done once.
Object.assign(process.env, { SPICERACK_DATA_DIR: dataDir, SPICERACK_ENGINE: 'git', SPICERACK_RETRY_DELAY: '0.05' });

afterAll(() => rm(root, { recursive: true, force: true }));

describe('the data directory', () => {
  it('is made at the first look, and never again: that it is gone is told until it is back', async () => {
    const path = join(root, 'made');
    const look = () => diskProblem(path);
    expect(await look()).toBeNull();
    await rename(path, aside);
    for (let looks = 0; looks < 2; looks++) {
      expect(await look()).toMatchObject({
        what: expect.stringMatching(/started with: it is gone/),
        stopsJobs: true,
      });
    }
    expect(existsSync(path)).toBe(false);
    await rename(aside, path);
    expect(await look()).toBeNull();
  });

  it('is not another one in its place, by a link too', async () => {
    const [one, other, path] = [join(root, 'one'), join(root, 'other'), join(root, 'link')];
    await mkdir(one);
    await mkdir(other);
    await symlink(one, path);
    const look = () => diskProblem(path);
    expect(await look()).toBeNull();
    await rm(path);
    await symlink(other, path);
    expect(await look()).toMatchObject({ what: expect.stringMatching(/something else is in its place/) });
    await rm(path);
    await symlink(one, path);
    expect(await look()).toBeNull();
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
  // It has looked at the disk, and is at git.
  await until(() => existsSync(join(dataDir, 'host.gitconfig')));
  await rename(dataDir, aside);
  await until(isTold);
  expect([takesJobs(), existsSync(dataDir)]).toEqual([false, false]);
  await rename(aside, dataDir);
  await until(() => !isTold());
  expect(takesJobs()).toBe(true);
  abort.abort();
  await looks;
  db.$client.close();
});

it("upkeep leaves another server's clones alone, where a link to the data directory leads to them now", async () => {
  const db = await openDatabase(`file:${join(root, 'upkeep.db')}`);
  const theirs = join(dataDir, 'clones', `${uuid()}.git`);
  const round = () => tendClones(db, new Map(), new AbortController().signal);
  await round();
  await rename(dataDir, aside);
  await mkdir(theirs, { recursive: true });
  await expect(round()).rejects.toThrow('something else is in its place');
  expect(existsSync(theirs)).toBe(true);
  await rm(dataDir, { recursive: true });
  await rename(aside, dataDir);
  // In its own, what no repo has goes.
  await mkdir(theirs, { recursive: true });
  await round();
  expect(existsSync(theirs)).toBe(false);
  db.$client.close();
});

describe.each([
  ['is moved away', async () => undefined],
  ['is replaced', async () => mkdir(dataDir)],
])('a job whose data directory %s', (_, replace) => {
  it.each(['sync', 'act'] as const)(
    'before its %s puts nothing in its place, and completes when it is back',
    async (step) => {
      const db = await openDatabase(`file:${join(root, `${uuid()}.db`)}`);
      const app = inProcess(db);
      const remote = await makeRemote(join(root, `${uuid()}.git`));
      await writeBranch(remote);
      const { id: repoId } = await app.add(remote);
      let hasClones: boolean | null = null;
      const { job } = await app.run(
        { repoId, kind: 'register_existing_branch', suggested: true },
        {
          async before(name, tries) {
            if (name === step && tries === 1) {
              await rename(dataDir, aside);
              await replace();
            }
            // What has failed is tried from the start.
            if (existsSync(aside) && tries === 2) {
              hasClones = existsSync(join(dataDir, 'clones'));
              await rm(dataDir, { recursive: true, force: true });
              await rename(aside, dataDir);
            }
          },
        },
      );
      expect([hasClones, job.status, job.attempt]).toEqual([false, 'completed', 2]);
      db.$client.close();
    },
  );
});
