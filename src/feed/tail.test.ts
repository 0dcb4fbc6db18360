import { eq, lte } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { write } from '@/db/client';
import { events, meta, repos } from '@/db/schema';
import { callsDuring, type TestDatabase, testDatabase } from '@/testing/database';
import type { FeedMessage } from './events';
import { followFeed } from './follow';
import { cursorQuery, PRUNED } from './read';

let test: TestDatabase;
let repoId: string;
beforeAll(async () => {
  test = await testDatabase();
  repoId = await test.addRepo();
});
afterAll(() => test.close());

const newest = async () => (await cursorQuery(test.db))[0]?.cursor ?? 0;
const rename = (name: string, id = repoId) =>
  write(test.db, [test.db.update(repos).set({ name }).where(eq(repos.id, id))]);

/** A stream that is open until `close`, with what it was told. */
function stream(cursor: number, repo: string | null = null) {
  const abort = new AbortController();
  const told: FeedMessage[] = [];
  const seqs = () =>
    told.flatMap((message) => (message.kind === 'changes' ? message.events.map(({ seq }) => seq) : []));
  const ended = (async () => {
    for await (const message of followFeed(test.db, cursor, repo, abort.signal)) told.push(message);
  })().catch(() => undefined);
  const close = async () => {
    abort.abort();
    await ended;
  };
  return { told, seqs, close, reach: (seq: number) => until(() => seqs().includes(seq)) };
}

/** Lets everything else go on until it is so. */
async function until(so: () => boolean): Promise<void> {
  while (!so()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('the tail', () => {
  it('costs as many reads for a hundred streams as for one, and all of them are told', async () => {
    const costOf = async (count: number) => {
      const begin = await newest();
      const streams = Array.from({ length: count }, () => stream(begin));
      await rename(`first ${count}`);
      await Promise.all(streams.map(({ reach }) => reach(begin + 1)));
      const calls = await callsDuring(test.db, async () => {
        for (let i = 1; i <= 10; i++) {
          await rename(`${count} ${i}`);
          await Promise.all(streams.map(({ reach }) => reach(begin + 1 + i)));
        }
      });
      for (const { seqs } of streams) expect(seqs()).toEqual(Array.from({ length: 11 }, (_, i) => begin + 1 + i));
      await Promise.all(streams.map(({ close }) => close()));
      return calls;
    };
    // Each change is one write and one read; the slow clock may look in between.
    expect(await costOf(1)).toBeGreaterThanOrEqual(20);
    expect(await costOf(100)).toBeLessThan(40);
  });

  it('answers who writes before any stream is told', async () => {
    const begin = await newest();
    const streams = Array.from({ length: 20 }, () => stream(begin));
    await rename('before');
    await Promise.all(streams.map(({ reach }) => reach(begin + 1)));
    await rename('now');
    expect(streams.some(({ seqs }) => seqs().includes(begin + 2))).toBe(false);
    await Promise.all(streams.map(({ reach }) => reach(begin + 2)));
    await Promise.all(streams.map(({ close }) => close()));
  });

  it('lets a slow stream go on from where it was, by the table, while others are fed', async () => {
    const begin = await newest();
    const abort = new AbortController();
    const slow = followFeed(test.db, begin, null, abort.signal);
    const quick = stream(begin);
    await rename('one');
    expect((await slow.next()).value).toMatchObject({ cursor: begin + 1 });
    const COUNT = 2600;
    for (let i = 0; i < COUNT; i += 100) {
      const [first, ...rest] = Array.from({ length: 100 }, (_, j) =>
        test.db
          .update(repos)
          .set({ name: `${i + j}` })
          .where(eq(repos.id, repoId)),
      );
      if (first) await write(test.db, [first, ...rest]);
    }
    await quick.reach(begin + 1 + COUNT);
    let cursor = begin + 1;
    while (cursor < begin + 1 + COUNT) {
      const { value }: IteratorResult<FeedMessage, undefined> = await slow.next();
      if (value?.kind !== 'changes') throw new Error('told to start over');
      expect(value.events.map(({ seq }) => seq)).toEqual(value.events.map((_, i) => cursor + 1 + i));
      expect(value.events.length).toBeLessThanOrEqual(500);
      cursor = value.cursor;
    }
    abort.abort();
    await quick.close();
  });

  it('tells a stream of one repo nothing of others, and misses nothing after they were many', async () => {
    const other = await test.addRepo();
    const begin = await newest();
    const mine = stream(begin, other);
    for (let i = 0; i < 30; i++) await rename(`of another ${i}`);
    await rename('mine', other);
    await mine.reach(begin + 31);
    expect(mine.seqs()).toEqual([begin + 31]);
    await mine.close();
  });

  it('tells everybody to start over where events were pruned that nobody has read', async () => {
    const begin = await newest();
    const streams = [stream(begin), stream(begin, repoId)];
    await rename('read');
    await Promise.all(streams.map(({ reach }) => reach(begin + 1)));
    const one = (name: string) => test.db.update(repos).set({ name }).where(eq(repos.id, repoId));
    // As a process finds it that stood still meanwhile.
    const pruned = `${begin + 2}`;
    await write(test.db, [
      one('never read'),
      test.db.delete(events).where(lte(events.seq, begin + 2)),
      test.db
        .insert(meta)
        .values({ key: PRUNED, value: pruned })
        .onConflictDoUpdate({ target: meta.key, set: { value: pruned } }),
      one('after it'),
    ]);
    await until(() => streams.every(({ told }) => told.at(-1)?.kind === 'start_over'));
    expect(streams.map(({ told }) => told.at(-1)?.cursor)).toEqual([begin + 3, begin + 3]);
    await Promise.all(streams.map(({ close }) => close()));
    await test.db.delete(meta).where(eq(meta.key, PRUNED));
  });

  it('tells everybody to start over where the database was replaced by one with fewer events', async () => {
    const begin = await newest();
    const streams = [stream(begin), stream(begin, repoId)];
    await rename('last');
    await Promise.all(streams.map(({ reach }) => reach(begin + 1)));
    await test.db.delete(events);
    await test.db.insert(meta).values({ key: PRUNED, value: '3' });
    await until(() => streams.every(({ told }) => told.at(-1)?.kind === 'start_over'));
    expect(streams.map(({ told }) => told.at(-1)?.cursor)).toEqual([3, 3]);
    await Promise.all(streams.map(({ close }) => close()));
  });
});
