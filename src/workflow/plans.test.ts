import { expect, test } from 'vitest';
import { callerOn } from '@/api/testing/caller';
import { World } from '@/api/testing/world';
import { GROWING, queryPlans, walksOf } from '@/db/testing/query-plans';
import { testGround } from '@/testing/hooks/ground';
import { inProcess } from '@/testing/in-process';

const database = testGround({ SPICERACK_ENGINE: 'git' });

test('a job reads no table from end to end that grows for ever, nor sorts what an index has in order: a sync, a registration, a restack, its forecast and its undo', async () => {
  const { db } = database;
  const jobs = inProcess(db);
  const api = callerOn(db);
  const plans = await queryPlans(db, async () => {
    const world = await World.make({ dir: database.dir, db, jobs }, 'git', { a: [{ a: '1' }], b: [{ b: '2' }] });
    await world.remote.from('main').commit('More', { z: '3' }).write();
    await world.run('sync_repo', { move: false });
    await api.forecast.get({ repoId: world.repoId, kind: 'restack_repo' });
    await jobs.forecasts();
    const { jobId } = await api.jobs.run({ repoId: world.repoId, kind: 'restack_repo' });
    await jobs.rest();
    await world.undo(jobId);
  });
  expect(plans.length).toBeGreaterThan(60);
  expect(walksOf(plans, GROWING)).toEqual([]);
  const isLong = new RegExp(`from "?(${GROWING.join('|')})"? .* limit `, 'is');
  const sorted = plans.filter(({ sql, steps }) => isLong.test(sql) && steps.some((step) => /FOR ORDER BY/.test(step)));
  expect(sorted.map(({ sql }) => sql)).toEqual([]);
});
