import { createHash } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createToken, revokeToken } from '@/access/tokens';
import { PAGE } from '@/db/client';
import { events, sessions, tokens } from '@/db/schema';
import { queryPlans, walksOf } from '@/db/testing/query-plans';
import { SERVER_TOKEN } from '@/model/access';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { type SignedIn, sessionsIn } from './sessions';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

const open = (token = 'the-token') => sessionsIn(async () => database.db, token);

const MARA: SignedIn = { name: 'Mara', role: 'act', repoIds: null, tokenId: null };

describe('sessions', () => {
  it('are known by an id that is nowhere in the database', async () => {
    const id = await open().begin(MARA);
    expect(await open().find(id)).toEqual(MARA);
    const rows = await database.db.select().from(sessions);
    expect(JSON.stringify(rows)).not.toContain(id);
    expect(await open().find(rows[0]?.hash ?? '')).toBeNull();
    expect(await database.db.select().from(events)).toEqual([]);
  });

  it('end one by one', async () => {
    const [one, other] = [await open().begin(MARA), await open().begin(MARA)];
    await open().end(one);
    await open().end('none');
    expect([await open().find(one), await open().find(other)]).toEqual([null, MARA]);
  });

  it('end all with the token that opened them', async () => {
    const id = await open().begin(MARA);
    expect(await open('another-token').find(id)).toBeNull();
  });

  it('end with their time, and then go', async () => {
    const id = await open().begin(MARA);
    await database.db.update(sessions).set({ expiresAt: sql`strftime('%Y-%m-%dT%H:%M:%fZ', 'now')` });
    expect(await open().find(id)).toBeNull();
    await open().begin(MARA);
    expect(await database.db.$count(sessions)).toBe(1);
  });

  it('go in pieces where very many have expired: who signs in waits for no more, and reads no others', async () => {
    await database.db.delete(sessions);
    const old = new Date(0).toISOString();
    const some = Array.from({ length: PAGE + 1 }, (_, i) => ({ hash: `old-${i}`, expiresAt: old }));
    await database.db.insert(sessions).values(some);
    const plans = await queryPlans(database.db, () => open().begin(MARA));
    expect(plans).toHaveLength(2);
    expect(walksOf(plans, ['sessions'])).toEqual([]);
    expect(await database.db.$count(sessions)).toBe(2);
    await open().begin(MARA);
    expect(await database.db.$count(sessions)).toBe(2);
  });

  it('end with the token that somebody signed in with: when it is revoked, and when it expires', async () => {
    const { db } = database;
    const signedIn = async (name: string) => {
      const made = await createToken(db, { name, role: 'read', repoIds: null, days: 1, createdBy: 'test' });
      const tokenId = made?.token.id ?? '';
      return { tokenId, id: await open().begin({ name, role: 'read', repoIds: null, tokenId }) };
    };
    const [revoked, expired, other] = [await signedIn('a'), await signedIn('b'), await signedIn('c')];
    await revokeToken(db, revoked.tokenId);
    await db.update(tokens).set({ expiresAt: '2020-01-01T00:00:00.000Z' }).where(eq(tokens.id, expired.tokenId));
    expect(await Promise.all([revoked, expired].map(({ id }) => open().find(id)))).toEqual([null, null]);
    expect(await open().find(other.id)).toMatchObject({ name: 'c', role: 'read' });
  });

  it('of a token that is limited to repositories are limited likewise, and no earlier version knows them', async () => {
    const { db } = database;
    const of = { name: 'robot', role: 'act' as const, repoIds: ['r'], createdBy: 'test' };
    const made = await createToken(db, { ...of, days: 1 });
    const id = await open().begin({ name: 'robot', role: 'act', repoIds: ['r'], tokenId: made?.token.id ?? '' });
    expect(await open().find(id)).toMatchObject({ name: 'robot', repoIds: ['r'] });
    const ofEarlier = createHash('sha256').update(`${id} the-token with a role`).digest('hex');
    expect(await db.$count(sessions, eq(sessions.hash, ofEarlier))).toBe(0);
  });

  it('of an earlier version are those of the server’s token, and it knows no others', async () => {
    const { db } = database;
    const ofEarlier = (id: string) => createHash('sha256').update(`${id} the-token`).digest('hex');
    const id = await open().begin({ name: SERVER_TOKEN, role: 'administer', repoIds: null, tokenId: null });
    await db
      .update(sessions)
      .set({ name: null, role: null })
      .where(eq(sessions.hash, ofEarlier(id)));
    expect(await open().find(id)).toMatchObject({ name: SERVER_TOKEN, role: 'administer' });
    const reader = await open().begin({ ...MARA, role: 'read' });
    expect(await db.$count(sessions, eq(sessions.hash, ofEarlier(reader)))).toBe(0);
  });
});
