import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { events, sessions } from '@/db/schema';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { sessionsIn } from './sessions';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

const open = (token = 'the-token') => sessionsIn(async () => database.db, token);

describe('sessions', () => {
  it('are known by an id that is nowhere in the database', async () => {
    const id = await open().begin();
    expect(await open().isLive(id)).toBe(true);
    const rows = await database.db.select().from(sessions);
    expect(JSON.stringify(rows)).not.toContain(id);
    expect(await open().isLive(rows[0]?.hash ?? '')).toBe(false);
    expect(await database.db.select().from(events)).toEqual([]);
  });

  it('end one by one', async () => {
    const [one, other] = [await open().begin(), await open().begin()];
    await open().end(one);
    await open().end('none');
    expect([await open().isLive(one), await open().isLive(other)]).toEqual([false, true]);
  });

  it('end all with the token that opened them', async () => {
    const id = await open().begin();
    expect(await open('another-token').isLive(id)).toBe(false);
  });

  it('end with their time, and then go', async () => {
    const id = await open().begin();
    await database.db.update(sessions).set({ expiresAt: sql`strftime('%Y-%m-%dT%H:%M:%fZ', 'now')` });
    expect(await open().isLive(id)).toBe(false);
    await open().begin();
    expect(await database.db.$count(sessions)).toBe(1);
  });
});
