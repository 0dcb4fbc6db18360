import { desc, eq, sql } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forecasts } from '@/db/schema';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { askForecast, type ForecastRequest } from './ask';
import { pruneForecasts } from './loop';

type Action = Omit<ForecastRequest, 'repoId'>;

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

describe('asking for a forecast', () => {
  it.each([
    {
      title: 'a field too many',
      action: { kind: 'restack_repo', branch: 'a' },
      refused: { code: 'BAD_REQUEST', field: 'branch' },
    },
    {
      title: 'a field missing',
      action: { kind: 'reparent_branch', branch: 'a' },
      refused: { code: 'BAD_REQUEST', field: 'parent' },
    },
    {
      title: 'the trunk',
      action: { kind: 'rebase_branch', branch: 'main' },
      refused: { code: 'BAD_REQUEST', field: 'branch' },
    },
    {
      title: 'a circle',
      action: { kind: 'reparent_branch', branch: 'a', parent: 'c' },
      refused: { code: 'BAD_REQUEST', field: 'parent' },
    },
    {
      title: 'no name of a branch',
      action: { kind: 'rebase_branch', branch: 'a..b' },
      refused: { code: 'BAD_REQUEST', field: 'branch' },
    },
  ] satisfies Array<{ title: string; action: Action; refused: object }>)(
    'refuses what jobs.run refuses: $title',
    async ({ action, refused }) => {
      const repoId = await test.addRepo({ a: 'main', b: 'a', c: 'b' });
      expect(await askForecast(test.db, { ...action, repoId })).toMatchObject({ refused });
      expect(await test.db.select().from(forecasts).where(eq(forecasts.repoId, repoId))).toEqual([]);
    },
  );

  it('refuses a repo that is not there', async () => {
    const answer = await askForecast(test.db, { repoId: uuid(), kind: 'sync_repo' });
    expect(answer).toMatchObject({ refused: { code: 'NOT_FOUND', field: 'repoId' } });
  });
});

describe('the table of forecasts', () => {
  it('keeps the newest forecasts of each repo, and few of those that are stale', async () => {
    const repoId = await test.addRepo();
    const add = (stale: boolean, count: number) =>
      test.db.run(sql`
        with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
        insert into forecasts (repo_id, kind, action, tips_key, stale) select ${repoId}, 'sync_repo', i, ${String(stale)}, ${stale ? 1 : 0} from n`);
    await add(true, 50);
    await add(false, 210);
    await pruneForecasts(test.db);
    const kept = await test.db
      .select({ action: forecasts.action, stale: forecasts.stale })
      .from(forecasts)
      .where(eq(forecasts.repoId, repoId))
      .orderBy(desc(forecasts.id));
    expect(kept.filter(({ stale }) => stale).map(({ action }) => Number(action))).toEqual(
      Array.from({ length: 20 }, (_, i) => 50 - i),
    );
    expect(kept.filter(({ stale }) => !stale)).toHaveLength(200);
  });
});
