import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { write } from '@/db/client';
import { repos } from '@/db/schema';
import { followFeed } from '@/feed/follow';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { type BenchRow, type Contestant, measure } from './support/row';

const RUNS = 30;
const COUNTS = [1000, 100, 1];

/** From a row written to the last of so many streams in one process, each with its message as text, against one. */
export async function run(): Promise<BenchRow> {
  const databases: TestDatabase[] = [];
  const aborts: AbortController[] = [];
  try {
    const contestants = await Promise.all(
      COUNTS.map(async (count): Promise<Contestant> => {
        // A database of its own: the streams of the others are no part of it.
        const test = await testDatabase();
        databases.push(test);
        const repoId = await test.addRepo();
        let told = 0;
        const follow = async () => {
          const abort = new AbortController();
          aborts.push(abort);
          for await (const message of followFeed(test.db, 1, null, abort.signal))
            told += JSON.stringify(message) ? 1 : 0;
        };
        for (let i = 0; i < count; i++) void follow().catch(() => undefined);
        let name = 0;
        return {
          label: count === 1 ? 'one stream' : `${count} streams`,
          async prepare() {
            told = 0;
            name += 1;
            await sleep(20);
          },
          async run() {
            await write(test.db, [
              test.db
                .update(repos)
                .set({ name: `${name}` })
                .where(eq(repos.id, repoId)),
            ]);
            while (told < count) await sleep(0);
          },
        };
      }),
    );
    return await measure('from a row written to the last stream', contestants, RUNS);
  } finally {
    for (const abort of aborts) abort.abort();
    for (const test of databases) await test.close();
  }
}
