import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { write } from '@/db/client';
import { repos } from '@/db/schema';
import { callsDuring, type TestDatabase, testDatabase } from '@/testing/database';
import { followFeed } from './follow';
import { Past } from './past';
import { cursorQuery, PAGE } from './read';

const PIECES = 8;

let test: TestDatabase;
let begin: number;
let newest: number;
beforeAll(async () => {
  test = await testDatabase();
  const repoId = await test.addRepo();
  const cursor = async () => (await cursorQuery(test.db))[0]?.cursor ?? 0;
  begin = await cursor();
  for (let i = 0; i < PIECES; i += 1) {
    const [first, ...rest] = Array.from({ length: PAGE }, (_, j) =>
      test.db
        .update(repos)
        .set({ name: `${i} ${j}` })
        .where(eq(repos.id, repoId)),
    );
    if (first) await write(test.db, [first, ...rest]);
  }
  newest = await cursor();
});
afterAll(() => test.close());

const stays = new AbortController().signal;

/** Follows from a cursor to the newest event; gives the numbers of all that it was told. */
async function catchUp(cursor: number): Promise<number[]> {
  const leaves = new AbortController();
  const told: number[] = [];
  for await (const message of followFeed(test.db, cursor, null, leaves.signal)) {
    if (message.kind !== 'changes') throw new Error('told to start over');
    told.push(...message.events.map(({ seq }) => seq));
    if (told.at(-1) === newest) return told;
  }
  return told;
}

const all = (from: number) => Array.from({ length: newest - from }, (_, i) => from + 1 + i);

describe('streams that are far behind', () => {
  it('leave the loop to others between any two pieces, however many they are', async () => {
    let turns = 0;
    let isOver = false;
    const count = () => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    // Each at a place of its own, so that none shares a piece.
    const cursors = Array.from({ length: 12 }, (_, i) => begin + i);
    const told = await Promise.all(cursors.map(catchUp));
    isOver = true;
    for (const [i, cursor] of cursors.entries()) expect(told[i]).toEqual(all(cursor));
    // What is newest comes from the tail.
    expect(turns).toBeGreaterThanOrEqual(cursors.length * (PIECES / 2));
  });

  it('cost as many reads as one where they are at the same place, and are told the same', async () => {
    const costOf = (streams: number) =>
      callsDuring(test.db, async () => {
        const told = await Promise.all(Array.from({ length: streams }, () => catchUp(begin)));
        for (const one of told) expect(one).toEqual(all(begin));
      });
    const one = await costOf(1);
    expect(await costOf(100)).toBeLessThan(one * 3);
  });
});

describe('the past', () => {
  it('gives who waits for the same piece the same, and who asks later what is there then', async () => {
    const past = new Past(test.db);
    const [one, same, other] = await Promise.all([
      past.after(begin, null, stays),
      past.after(begin, null, stays),
      past.after(begin + 1, null, stays),
    ]);
    expect(same).toBe(one);
    expect(other.message).toMatchObject({ kind: 'changes', cursor: begin + 1 + PAGE });
    expect(await past.after(begin, null, stays)).not.toBe(one);
  });

  it('reads nothing for who has left, and goes on for the others', async () => {
    const past = new Past(test.db);
    const gone = new AbortController();
    const left = past.after(begin, null, gone.signal);
    const there = past.after(begin + 1, null, stays);
    gone.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    expect((await there).upTo).toBe(begin + 1 + PAGE);
  });

  it('tells whoever waits that it cannot be read, and reads again for who asks after that', async () => {
    const broken = await testDatabase();
    const past = new Past(broken.db);
    await broken.db.run('alter table events rename to events_away');
    await expect(past.after(0, null, stays)).rejects.toThrow();
    await broken.db.run('alter table events_away rename to events');
    expect((await past.after(0, null, stays)).message).toBeNull();
    await broken.close();
  });
});
