import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { write } from '@/db/client';
import { branches, events, jobs, meta, repos } from '@/db/schema';
import { insertJob } from '@/queue/accept';
import { type TestDatabase, testDatabase } from '@/testing/database';
import type { FeedEvent } from './events';
import { followFeed } from './follow';
import { PRUNED, readPiece } from './read';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

const read = async (cursor: number) => (await readPiece(test.db, cursor, null)).message;
const newest = async () => (await read(0))?.cursor ?? 0;

/** The next `count` events after a cursor. */
async function follow(cursor: number, count: number): Promise<FeedEvent[]> {
  const abort = new AbortController();
  const found: FeedEvent[] = [];
  for await (const message of followFeed(test.db, cursor, null, abort.signal)) {
    if (message.kind === 'changes') found.push(...message.events);
    if (found.length >= count) break;
  }
  return found;
}

describe('the feed', () => {
  it('carries the row as it is after the change, with booleans and JSON as such', async () => {
    const repoId = await test.addRepo({ a: 'main' });
    const cursor = await newest();
    const forecast = { tip: 'a', parentTip: 'b', outcome: 'conflict' as const, files: ['x "y"'] };
    await write(test.db, [
      test.db.update(branches).set({ needsRestack: true, forecast }).where(eq(branches.repoId, repoId)),
    ]);
    const [event] = await follow(cursor, 1);
    expect(event).toMatchObject({
      type: 'branches',
      op: 'upsert',
      repoId,
      row: { name: 'a', tracked: true, needsRestack: true, forecast },
    });
    const [row] = await test.db.select().from(branches).where(eq(branches.repoId, repoId));
    expect(event?.row).toEqual(row);
  });

  it('has no event for a write that changes nothing, nor for the queue’s own columns', async () => {
    const repoId = await test.addRepo({ a: 'main' });
    await write(test.db, [insertJob(test.db, { id: '1', repoId, kind: 'sync_repo', requestedBy: 'test' })]);
    const cursor = await newest();
    await write(test.db, [
      test.db.update(branches).set({ tracked: true, lastSeenAt: 'later' }).where(eq(branches.repoId, repoId)),
      test.db.update(jobs).set({ fence: 7, leaseUntil: 'later' }).where(eq(jobs.repoId, repoId)),
    ]);
    expect(await read(cursor)).toBeNull();
  });

  it('never shows the queue’s own columns', async () => {
    const repoId = await test.addRepo();
    const cursor = await newest();
    await write(test.db, [insertJob(test.db, { id: '2', repoId, kind: 'sync_repo', requestedBy: 'test' })]);
    const [event] = await follow(cursor, 1);
    expect(Object.keys(event?.row ?? {})).not.toContain('fence');
    expect(Object.keys(event?.row ?? {})).toContain('status');
  });

  it('resumes by cursor with no gap and no duplicate while others write', async () => {
    const repoId = await test.addRepo();
    const start = await newest();
    const writers = Array.from({ length: 5 }, async (_, writer) => {
      for (let i = 0; i < 20; i++) {
        await write(test.db, [
          test.db
            .update(repos)
            .set({ name: `${writer}-${i}` })
            .where(eq(repos.id, repoId)),
        ]);
      }
    });
    const seen: number[] = [];
    let cursor = start;
    while (seen.length < 100) {
      // A client that breaks off after every few events and comes back with its cursor.
      for (const event of await follow(cursor, 3)) seen.push(event.seq);
      cursor = seen.at(-1) ?? cursor;
    }
    await Promise.all(writers);
    expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => start + 1 + i));
  });

  it('tells a client whose cursor is no longer kept to start over', async () => {
    const cursor = await newest();
    await test.db.delete(events).where(eq(events.seq, cursor));
    await test.db.insert(meta).values({ key: PRUNED, value: String(cursor) });
    expect(await read(cursor - 1)).toMatchObject({ kind: 'start_over', cursor });
    expect(await read(cursor + 1000)).toMatchObject({ kind: 'start_over', cursor });
    expect(await read(cursor)).toBeNull();
  });

  it('ends with the reason when its stream is aborted, so that the client comes back', async () => {
    const abort = new AbortController();
    const reading = followFeed(test.db, await newest(), null, abort.signal).next();
    abort.abort(new DOMException('over', 'AbortError'));
    await expect(reading).rejects.toThrow('over');
  });
});
