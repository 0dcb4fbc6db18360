import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSpicerack } from '@spicerack/client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { makeRemote } from '@/demo/remote';
import { findInngest } from '@/server/inngest-program';
import { ended } from '@/testing/api';
import { serveHttp } from '@/testing/http';
import { writeBranch } from '@/testing/stack';
import { startServer } from '../support/server';

/** A job that waits, for its next try or for its remote, holds no other repository up. */

const PLACES = 2;
const inngest = await findInngest();

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-waiting-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe.each(['inline', 'inngest'] as const)('on %s', (executor) => {
  it.skipIf(executor === 'inngest' && 'missing' in inngest)(
    'as many jobs as there are places wait for dead remotes, and another repository is synced meanwhile',
    async () => {
      const server = await startServer({
        executor,
        env: { SPICERACK_ENGINE: 'git', SPICERACK_CONCURRENCY: String(PLACES), SPICERACK_RETRY_DELAY: '60' },
      });
      onTestFinished(() => server.dispose());
      const client = createSpicerack({ url: server.url });
      const remote = await makeRemote(join(dir, `${executor}.git`));
      await writeBranch(remote);

      // Nobody listens there.
      const dead = await Promise.all(
        Array.from({ length: PLACES }, (_, i) => client.repos.add({ url: `http://127.0.0.1:1/${i}.git` })),
      );
      const waiting = async () => {
        const { jobs } = await client.jobs.list({ status: 'running' });
        return jobs.filter(({ job }) => job.nextAttemptAt !== null).map(({ job }) => job.id);
      };
      await expect.poll(async () => (await waiting()).length, { timeout: 60_000 }).toBe(PLACES);

      const { jobId } = await client.repos.add({ url: remote.dir });
      expect((await ended(client, jobId)).job).toMatchObject({ status: 'completed', executor });
      // Had it waited for one of them, that one would have begun its second try or ended.
      for (const { jobId: id } of dead)
        expect((await client.jobs.get({ jobId: id })).job).toMatchObject({ status: 'running', attempt: 1 });
      expect((await client.system.status()).concurrency).toBe(PLACES);
    },
    600_000,
  );

  it.skipIf(executor === 'inngest' && 'missing' in inngest)(
    'more remotes than there are places never answer, and another repository is synced meanwhile',
    async () => {
      const hung = await serveHttp(dir, { hang: 'all' });
      const server = await startServer({
        executor,
        env: { SPICERACK_ENGINE: 'git', SPICERACK_CONCURRENCY: String(PLACES) },
      });
      onTestFinished(async () => {
        await server.dispose();
        await hung.close();
      });
      const client = createSpicerack({ url: server.url });
      const remote = await makeRemote(join(dir, `${executor}-beside-hung.git`));
      await writeBranch(remote);
      const silent = await Promise.all(
        Array.from({ length: PLACES * 2 }, (_, i) => client.repos.add({ url: `${hung.url}/${i}.git` })),
      );

      const { repo, jobId } = await client.repos.add({ url: remote.dir });
      expect((await ended(client, jobId)).job).toMatchObject({ status: 'completed', executor });
      expect(
        (await ended(client, (await client.jobs.run({ repoId: repo.id, kind: 'sync_repo' })).jobId)).job,
      ).toMatchObject({ status: 'completed' });
      for (const { jobId: id } of silent) {
        const job = async () => (await client.jobs.get({ jobId: id })).job;
        await expect
          .poll(job, { timeout: 60_000 })
          .toMatchObject({ status: 'running', attempt: 1, awaySince: expect.any(String) });
      }
      // Who is asked to give up does so at once.
      const [first] = silent;
      await client.jobs.cancel({ jobId: first?.jobId ?? '' });
      expect((await ended(client, first?.jobId ?? '')).job).toMatchObject({ status: 'cancelled', awaySince: null });
    },
    600_000,
  );
});
