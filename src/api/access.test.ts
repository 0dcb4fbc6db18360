import { createHash } from 'node:crypto';
import { count, eq, sql } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Asker, anybody } from '@/access/asker';
import { ROLE_OF } from '@/access/roles';
import { tokensIn } from '@/access/tokens';
import { callerOn } from '@/api/testing/caller';
import { audit, jobs, tokens } from '@/db/schema';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { appRouter } from './router';

// tRPC keeps its procedures in one flat record, `repos.add` and so on, which its types do not tell.
const flat = appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>;
const typeOf = new Map(Object.entries(flat).map(([path, { _def }]) => [path, _def.type]));

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

const somebody = (role: Asker['role']): Asker => ({ ...anybody(role), name: 'Mara', address: '192.0.2.1' });
const as = (asker: Asker) => callerOn(test.db, { asker, requestedBy: 'Mara via test' });
const newest = async () => (await as(somebody('administer')).access.audit({ limit: 100 })).entries;

/** What becomes of a call: the code of its refusal, or that it was answered. */
function outcomeOf(path: string, asker: Asker, input: unknown): Promise<string | undefined> {
  // The caller is a proxy: every name leads to a function, and these paths are the router's own.
  const at = path.split('.').reduce<unknown>((all, name) => (all as Record<string, unknown>)[name], as(asker));
  return (at as (input: unknown) => Promise<unknown>)(input).then(
    () => 'answered',
    (error: { code?: string }) => error.code,
  );
}

describe('the table of roles', () => {
  it('has every procedure of the API, and nothing else', () => {
    expect(Object.keys(ROLE_OF).sort()).toEqual([...typeOf.keys()].sort());
  });

  it('lets nobody change anything who may only read', () => {
    const changes = [...typeOf].filter(([, type]) => type === 'mutation').map(([path]) => path);
    expect(changes.length).toBeGreaterThan(10);
    expect(changes.filter((path) => ROLE_OF[path] === 'read')).toEqual([]);
  });

  it.each([...typeOf.keys()].filter((path) => typeOf.get(path) === 'mutation' && ROLE_OF[path] === 'act'))(
    'of a token that is limited to repositories: %s is not called for another one, in any words',
    async (path) => {
      const [mine, other] = [await test.addRepo({ a: 'main' }), await test.addRepo({ a: 'main' })];
      const limited = { ...somebody('act'), repoIds: [mine] };
      const of = async (repoId: string) => {
        const { jobId } = await as(somebody('act')).jobs.run({ repoId, kind: 'sync_repo' });
        const task = await as(somebody('act')).tasks.create({ repoId, title: 'Some task', branch: 'some-branch' });
        return { repoId, jobId, taskId: task.id };
      };
      const [own, foreign] = [await of(mine), await of(other)];
      const named = (all: typeof own) => [{ repoId: all.repoId }, { jobId: all.jobId }, { taskId: all.taskId }];
      const nobodys = [undefined, null, {}, { nonsense: true }, [foreign], { repoId: [mine] }];
      for (const input of [
        ...named(foreign),
        { ...own, jobId: foreign.jobId },
        { ...foreign, repoId: mine },
        ...nobodys,
      ]) {
        expect(await outcomeOf(path, limited, input), JSON.stringify(input)).toBe('FORBIDDEN');
      }
      // Whatever is wrong with these, it is not that.
      for (const input of [...named(own), own]) expect(await outcomeOf(path, limited, input)).not.toBe('FORBIDDEN');
    },
  );

  it.each([...typeOf.keys()])('holds at %s, before its input is looked at', async (path) => {
    const askers = [anybody('read'), somebody('act'), somebody('administer')];
    const outcomes = await Promise.all(askers.map((asker) => outcomeOf(path, asker, { nonsense: true })));
    const refused = outcomes.map((outcome) => outcome === 'FORBIDDEN');
    expect(refused).toEqual({ read: [false, false, false], act: [true, false, false], administer: [true, true, false] }[
      ROLE_OF[path] ?? 'read'
    ]); // biome-ignore format: a table
  });
});

describe('who may only look', () => {
  it('is told what would be needed, and nothing is done or written down', async () => {
    const repoId = await test.addRepo({ a: 'main' });
    const before = await test.db.select({ count: count() }).from(audit);
    const jobsBefore = await test.db.$count(jobs);
    const run = (asker: Asker) => as(asker).jobs.run({ repoId, kind: 'restack_repo' });
    await expect(run(somebody('read'))).rejects.toThrow('needs somebody who may act, and Mara may only read');
    await expect(run(anybody('read'))).rejects.toThrow('Sign in to do more');
    expect(await test.db.select({ count: count() }).from(audit)).toEqual(before);
    expect(await test.db.$count(jobs)).toBe(jobsBefore);
  });
});

describe('a token', () => {
  it('is told once, is nowhere in the database, and lets in whoever has it until it is revoked', async () => {
    const api = as(somebody('administer'));
    const { secret, token } = await api.access.createToken({ name: 'nightly', role: 'act' });
    const dump = JSON.stringify([
      await test.db.all(sql`select * from tokens`),
      await test.db.all(sql`select * from audit`),
    ]);
    expect(dump).not.toContain(secret);
    expect(JSON.stringify(await api.access.tokens())).not.toMatch(/hash|spk_/);
    const door = tokensIn(async () => test.db);
    expect(await door.find(secret)).toEqual({ id: token.id, name: 'nightly', role: 'act', repoIds: null });
    expect(await door.find(`${secret}x`)).toBeNull();
    expect(await api.access.revokeToken({ tokenId: token.id })).toEqual({ revoked: true, name: 'nightly' });
    expect(await door.find(secret)).toBeNull();
    await expect(api.access.revokeToken({ tokenId: token.id })).rejects.toThrow('no such token');
  });

  it('may be limited to repositories that there are, and then administers nothing', async () => {
    const api = as(somebody('administer'));
    const repoId = await test.addRepo({ a: 'main' });
    const { secret, token } = await api.access.createToken({ name: 'shop robot', role: 'act', repoIds: [repoId] });
    expect(token.repoIds).toEqual([repoId]);
    const door = tokensIn(async () => test.db);
    expect(await door.find(secret)).toMatchObject({ name: 'shop robot', repoIds: [repoId] });
    // A version that knows no limits must not know it.
    const ofEarlier = createHash('sha256').update(secret).digest('hex');
    expect(await test.db.$count(tokens, eq(tokens.hash, ofEarlier))).toBe(0);
    const make = (role: Asker['role'], repoIds: string[]) => api.access.createToken({ name: 'other', role, repoIds });
    await expect(make('administer', [repoId])).rejects.toThrow('for all repositories');
    await expect(make('act', [uuid()])).rejects.toThrow('There is no repo');
    await expect(make('act', [])).rejects.toThrow('Name one, or leave it out');
  });

  it('has a name of its own that looks like nobody else', async () => {
    const api = as(somebody('administer'));
    const make = (name: string) => api.access.createToken({ name, role: 'read' });
    await make('Zoë Ångström');
    await expect(make('Zoë Ångström')).rejects.toThrow('There is a token');
    for (const name of ['server token', 'Mara via x', 'a\u202eb', '', ' ', '-x', 'x'.repeat(61)]) {
      await expect(make(name), name).rejects.toThrow(/name/);
    }
  });

  it('expires', async () => {
    const api = as(somebody('administer'));
    const { secret } = await api.access.createToken({ name: 'for a day', role: 'read', days: 1 });
    const door = tokensIn(async () => test.db);
    expect(await door.find(secret)).not.toBeNull();
    await test.db.run(sql`update tokens set expires_at = '2020-01-01T00:00:00.000Z' where name = 'for a day'`);
    expect(await door.find(secret)).toBeNull();
    const forever = await api.access.createToken({ name: 'for ever', role: 'read', days: null });
    expect(forever.token.expiresAt).toBeNull();
  });

  it('says when it was used last, which is written at most once a minute and holds nobody up', async () => {
    const { secret } = await as(somebody('administer')).access.createToken({ name: 'busy', role: 'read' });
    let [minutes, writes] = [0, 0];
    let isAway = true;
    // The database as it is, but for writes, which fail while it is away.
    const counting = new Proxy(test.db, {
      get: (db, name) => {
        if (name !== 'update') return Reflect.get(db, name);
        writes += 1;
        if (isAway) throw new Error('The database takes no writes.');
        return db.update.bind(db);
      },
    });
    const door = tokensIn(
      async () => counting,
      () => minutes * 60_000,
    );
    expect(await door.find(secret)).toMatchObject({ name: 'busy' });
    isAway = false;
    for (let i = 0; i < 5; i += 1) await door.find(secret);
    expect(writes).toBe(2);
    minutes = 1;
    await door.find(secret);
    expect(writes).toBe(3);
    await expect
      .poll(async () => (await as(somebody('administer')).access.tokens()).tokens.find(({ name }) => name === 'busy'))
      .toMatchObject({ lastUsedAt: expect.stringMatching(/^20/) });
  });
});

describe('the audit log', () => {
  it('says who did what to what, and has no address of a repository, which may hold a login', async () => {
    const repoId = await test.addRepo({ a: 'main' });
    const api = as(somebody('administer'));
    const { jobId } = await api.jobs.run({ repoId, kind: 'rebase_branch', branch: 'a' });
    await api.repos.add({ url: `https://me:hunter2@host.example/${uuid()}.git` }).catch(() => undefined);
    await api.repos.update({ repoId, url: 'https://host.example/moved.git', name: 'moved' });
    const [updated, , ran] = [await newest(), null, (await newest()).find(({ action }) => action === 'jobs.run')];
    expect(ran).toMatchObject({ who: 'Mara', via: 'Mara via test', address: '192.0.2.1', about: { repoId, jobId, kind: 'rebase_branch', branch: 'a' } }); // biome-ignore format: one row
    expect(updated[0]).toMatchObject({ action: 'repos.update', about: { repoId, name: 'moved', settings: 'url' } });
    expect(JSON.stringify(updated)).not.toMatch(/hunter2|host\.example/);
  });

  it('has one entry for each request of a job, in the transaction that queues it, and none for what is refused', async () => {
    const repoId = await test.addRepo({ a: 'main' });
    const api = as(somebody('administer'));
    const of = async (action: string) =>
      (await newest()).filter((entry) => entry.action === action && entry.about.repoId === repoId);
    const { jobId } = await api.jobs.run({ repoId, kind: 'sync_repo', idempotencyKey: `${repoId} once` });
    // The same request again, and another one that joins its job.
    await api.jobs.run({ repoId, kind: 'sync_repo', idempotencyKey: `${repoId} once` });
    await api.jobs.run({ repoId, kind: 'sync_repo' });
    expect((await of('jobs.run')).map(({ about }) => about.jobId)).toEqual([jobId, jobId, jobId]);
    await expect(api.jobs.run({ repoId, kind: 'rebase_branch', branch: 'main' })).rejects.toThrow();
    expect(await of('jobs.run')).toHaveLength(3);
    await api.branches.untrack({ repoId, branch: 'a' });
    expect(await of('branches.untrack')).toMatchObject([{ who: 'Mara', about: { branch: 'a' } }]);
    // Who cannot write it down does not do it either.
    const [{ jobs: before } = { jobs: 0 }] = await test.db.select({ jobs: count() }).from(jobs);
    await test.db.run(sql`create trigger no_audit before insert on audit begin select raise(abort, 'full'); end`);
    try {
      await expect(api.jobs.run({ repoId, kind: 'rebase_branch', branch: 'a' })).rejects.toThrow();
    } finally {
      await test.db.run(sql`drop trigger no_audit`);
    }
    expect(await test.db.select({ jobs: count() }).from(jobs)).toEqual([{ jobs: before }]);
  });

  it('names the repository that was added, those that a token is limited to, and the branches of a selection', async () => {
    const api = as(somebody('administer'));
    const { repo } = await api.repos.add({ url: `https://host.example/${uuid()}.git`, name: 'added' });
    const other = await test.addRepo({ a: 'main', b: 'main' });
    await api.access.createToken({ name: 'limited', role: 'act', repoIds: [repo.id, other] });
    await api.jobs.run({ repoId: other, kind: 'restack_subtree', branches: ['a', 'b'] });
    expect((await newest()).slice(0, 3).map(({ about }) => about)).toMatchObject([
      { repoId: other, branches: 'a, b' },
      { name: 'limited', role: 'act', repoIds: `${repo.id}, ${other}` },
      { repoId: repo.id, name: 'added' },
    ]);
  });

  it('comes in pages, newest first, and of one kind where that is asked for', async () => {
    const api = as(somebody('administer'));
    const first = await api.access.audit({ limit: 2 });
    const second = await api.access.audit({ limit: 2, cursor: first.nextCursor ?? 0 });
    const seqs = [...first.entries, ...second.entries].map(({ seq }) => seq);
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => b - a));
    expect(seqs).toHaveLength(4);
    const made = await api.access.audit({ action: 'access.createToken' });
    expect(new Set(made.entries.map(({ action }) => action))).toEqual(new Set(['access.createToken']));
  });
});
