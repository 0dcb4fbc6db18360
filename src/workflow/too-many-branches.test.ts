import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { expect, test, vi } from 'vitest';
import { repos } from '@/db/schema';
import { makeRemote } from '@/demo/remote';
import { testGround } from '@/testing/hooks/ground';
import { inProcess } from '@/testing/in-process';

// The bound itself would take minutes to reach.
vi.mock('@/git/process/bounds', async (original) => ({ ...(await original<object>()), MAX_BRANCHES: 3 }));

const database = testGround({ SPICERACK_ENGINE: 'git' });

test('a remote with more branches than are read fails in plain words, its repo says so, and its rows stay', async () => {
  const jobs = inProcess(database.db);
  const remote = await makeRemote(join(database.dir, 'remote.git'));
  await remote.from('main').commit('Start').branch('a').commit('A').branch('b').commit('B').write();
  const repo = await jobs.add(remote);
  expect((await jobs.rows(repo.id)).size).toBe(2);

  await remote.from('b').branch('c').commit('C').write();
  const { job } = await jobs.run({ repoId: repo.id, kind: 'sync_repo' });
  expect(job).toMatchObject({ status: 'error', errorCode: 'TOO_LARGE' });
  expect(job.message).toContain('the remote has more than 3 branches');
  expect((await jobs.rows(repo.id)).size).toBe(2);
  const [after] = await database.db.select().from(repos).where(eq(repos.id, repo.id));
  expect(after?.syncError).toContain('more than 3 branches');

  await remote.delete('c');
  expect((await jobs.run({ repoId: repo.id, kind: 'sync_repo' })).job.status).toBe('completed');
});
