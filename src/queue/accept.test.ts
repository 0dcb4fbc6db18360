import { eq } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { events, jobs, repos } from '@/db/schema';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { type ActionRequest, acceptAction } from './accept';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

const STACK = { a: 'main', b: 'a', c: 'b', other: 'main' };

async function accept(repoId: string, action: Omit<ActionRequest, 'repoId' | 'requestedBy'>) {
  return acceptAction(test.db, { repoId, requestedBy: 'test', ...action });
}

describe('accepting an action', () => {
  it('writes one queued job and its event, and answers with its id', async () => {
    const repoId = await test.addRepo(STACK);
    const answer = await accept(repoId, { kind: 'restack_subtree', branch: 'a' });
    expect(answer).toMatchObject({ accepted: true, status: 'queued' });
    const rows = await test.db.select().from(jobs).where(eq(jobs.repoId, repoId));
    expect(rows).toMatchObject([
      { kind: 'restack_subtree', branch: 'a', status: 'queued', attempt: 0, requestedBy: 'test' },
    ]);
    const fed = await test.db.select().from(events).where(eq(events.repoId, repoId));
    expect(fed.filter((event) => event.type === 'jobs')).toHaveLength(1);
  });

  it.each<[string, Omit<ActionRequest, 'repoId' | 'requestedBy'>, string, RegExp]>([
    ['trunk as the branch', { kind: 'rebase_branch', branch: 'main' }, 'branch', /trunk/],
    [
      'itself as the new parent',
      { kind: 'reparent_branch', branch: 'a', parent: 'a' },
      'parent',
      /cannot stand on itself/,
    ],
    ['a branch above as the new parent', { kind: 'reparent_branch', branch: 'a', parent: 'c' }, 'parent', /stands on/],
    ['move with another kind', { kind: 'restack_repo', move: false }, 'move', /Leave it out/],
    ['a missing branch', { kind: 'restack_subtree' }, 'branch', /needs/],
    ['a missing parent', { kind: 'reparent_branch', branch: 'a' }, 'parent', /needs/],
    ['a surplus branch', { kind: 'sync_repo', branch: 'a' }, 'branch', /Leave it out/],
    ['a surplus parent', { kind: 'rebase_branch', branch: 'a', parent: 'other' }, 'parent', /Leave it out/],
    ['suggested with another kind', { kind: 'restack_repo', suggested: true }, 'suggested', /Leave it out/],
    [
      'a branch and suggested: true',
      { kind: 'register_existing_branch', branch: 'x', suggested: true },
      'branch',
      /not both/,
    ],
    ['neither branch nor suggested', { kind: 'register_existing_branch' }, 'branch', /Name the branch/],
    ['a branch and several', { kind: 'restack_subtree', branch: 'a', branches: ['b'] }, 'branches', /not both/],
    ['none of several', { kind: 'register_existing_branch', branches: [] }, 'branches', /Name one or more/],
    [
      'several and suggested',
      { kind: 'register_existing_branch', branches: ['x'], suggested: true },
      'branches',
      /not both/,
    ],
    ['one parent for several', { kind: 'register_existing_branch', branches: ['x'], parent: 'a' }, 'parent', /Leave/],
    [
      'one base for several',
      { kind: 'register_existing_branch', branches: ['x'], base: 'abcdef0' },
      'base',
      /one branch/,
    ],
    ['several with another kind', { kind: 'rebase_branch', branch: 'a', branches: ['b'] }, 'branches', /Leave it out/],
    ['trunk among several', { kind: 'restack_subtree', branches: ['a', 'main'] }, 'branches', /trunk/],
    ['a bad name among several', { kind: 'restack_subtree', branches: ['a', 'a..b'] }, 'branches', /"\.\."/],
    ['a name that starts with -', { kind: 'rebase_branch', branch: '--upload-pack=x' }, 'branch', /starts with "-"/],
    ['a name that git would not accept', { kind: 'rebase_branch', branch: 'a..b' }, 'branch', /"\.\."/],
    ['a parent that git would not accept', { kind: 'reparent_branch', branch: 'a', parent: 'x y' }, 'parent', /space/],
  ])('refuses %s, naming the field and leaving no row', async (_what, action, field, message) => {
    const repoId = await test.addRepo(STACK);
    const answer = await accept(repoId, action);
    if (!('refused' in answer)) throw new Error('It was accepted.');
    expect(answer.refused.field).toBe(field);
    expect(`${answer.refused.message} ${answer.refused.hint}`).toMatch(message);
    expect(await test.db.select().from(jobs).where(eq(jobs.repoId, repoId))).toEqual([]);
  });

  it('refuses an unknown repo', async () => {
    expect(await accept(uuid(), { kind: 'sync_repo' })).toMatchObject({
      refused: { code: 'NOT_FOUND', field: 'repoId' },
    });
  });

  it('leaves the question of a cycle to the workflow while jobs of the repo are pending', async () => {
    const repoId = await test.addRepo(STACK);
    await accept(repoId, { kind: 'reparent_branch', branch: 'c', parent: 'main' });
    expect(await accept(repoId, { kind: 'reparent_branch', branch: 'a', parent: 'c' })).toMatchObject({
      accepted: true,
    });
  });

  it('accepts a branch that the cache has never seen', async () => {
    const repoId = await test.addRepo();
    expect(await accept(repoId, { kind: 'rebase_branch', branch: 'new/one' })).toMatchObject({ accepted: true });
  });

  it('takes several branches as one job, each once, and the same key with others as another request', async () => {
    const repoId = await test.addRepo(STACK);
    const idempotencyKey = uuid();
    const several = { kind: 'restack_subtree', branches: ['a', 'other', 'a'], idempotencyKey } as const;
    const first = await accept(repoId, several);
    expect(await accept(repoId, several)).toEqual(first);
    const rows = await test.db.select().from(jobs).where(eq(jobs.repoId, repoId));
    expect(rows).toMatchObject([{ kind: 'restack_subtree', branch: null, branches: ['a', 'other'] }]);
    expect(await accept(repoId, { ...several, branches: ['a'] })).toMatchObject({
      refused: { field: 'idempotencyKey' },
    });
  });

  it('joins a second queued sync_repo to the first, and starts another once the first has begun', async () => {
    const repoId = await test.addRepo();
    const first = await accept(repoId, { kind: 'sync_repo' });
    expect(await accept(repoId, { kind: 'sync_repo' })).toEqual(first);
    await test.db.update(jobs).set({ status: 'running' }).where(eq(jobs.repoId, repoId));
    expect(await accept(repoId, { kind: 'sync_repo' })).not.toEqual(first);
  });

  it('joins a sync_repo that only reads to another such one, and never to one that moves', async () => {
    const repoId = await test.addRepo();
    const moving = await accept(repoId, { kind: 'sync_repo', move: true });
    const reading = await accept(repoId, { kind: 'sync_repo', move: false });
    expect(reading).not.toEqual(moving);
    expect(await accept(repoId, { kind: 'sync_repo', move: false })).toEqual(reading);
    expect(await accept(repoId, { kind: 'sync_repo' })).toEqual(moving);
  });

  it('answers the same idempotency key with the same job, and refuses it for another input', async () => {
    const repoId = await test.addRepo(STACK);
    const idempotencyKey = uuid();
    const first = await accept(repoId, { kind: 'rebase_branch', branch: 'a', idempotencyKey });
    expect(await accept(repoId, { kind: 'rebase_branch', branch: 'a', idempotencyKey })).toEqual(first);
    expect(await accept(repoId, { kind: 'rebase_branch', branch: 'b', idempotencyKey })).toMatchObject({
      refused: { code: 'CONFLICT', field: 'idempotencyKey' },
    });
    expect(await test.db.select().from(jobs).where(eq(jobs.repoId, repoId))).toHaveLength(1);
  });

  it('ties the key of a joined sync to the job that it joined', async () => {
    const repoId = await test.addRepo();
    const first = await accept(repoId, { kind: 'sync_repo' });
    const idempotencyKey = uuid();
    expect(await accept(repoId, { kind: 'sync_repo', idempotencyKey })).toEqual(first);
    await test.db.update(jobs).set({ status: 'completed' }).where(eq(jobs.repoId, repoId));
    expect(await accept(repoId, { kind: 'sync_repo', idempotencyKey })).toMatchObject({
      ...first,
      status: 'completed',
    });
  });

  it('answers a key that was used also while another program keeps the database from being written', async () => {
    const request = {
      repoId: await test.addRepo(),
      kind: 'restack_repo',
      idempotencyKey: uuid(),
      requestedBy: 'test',
    } as const;
    const first = await acceptAction(test.db, request);
    const lock = await (await test.elsewhere()).$client.transaction('write');
    expect(await acceptAction(test.db, request)).toEqual(first);
    await lock.rollback();
  });

  it.each([undefined, uuid()])('says that the repo is gone where it was removed meanwhile (key %s)', async (key) => {
    const repoId = await test.addRepo();
    const removed = async () => {
      await test.db.delete(repos).where(eq(repos.id, repoId));
      return null;
    };
    const request = { repoId, kind: 'restack_repo', idempotencyKey: key, requestedBy: 'test' } as const;
    expect(await acceptAction(test.db, request, removed)).toMatchObject({ refused: { code: 'NOT_FOUND' } });
  });

  it('accepts one job for many requests with one key at once', async () => {
    const repoId = await test.addRepo(STACK);
    const action = { kind: 'restack_repo', idempotencyKey: uuid() } as const;
    const answers = await Promise.all(Array.from({ length: 20 }, () => accept(repoId, action)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    // A request that lost the race has queued nothing.
    expect(await test.db.select().from(jobs).where(eq(jobs.repoId, repoId))).toHaveLength(1);
  });
});
