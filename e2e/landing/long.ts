import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { findGitSpice } from '@/stack/engines/git-spice/find';
import { testDatabase } from '@/testing/database';
import { histories, type Move } from './moves';
import { play } from './play';

/**
 * A long run of the histories of `landing.test.ts`, which does not end with the first find:
 * `npm run test:landing:long -- --from 1 --seeds 100`. Each seed has twenty histories, the same ones each time.
 * A find is shrunk, and its files go to `--out`: `<seed>-<number>.txt` tells it as it was found and as small as it is
 * now, `<seed>-<number>.json` has the small one's moves, which `--play <file>` plays again. After each seed a line says
 * how many histories held since the last find; exit code 1 where one did not.
 */

const EACH = 20;
/** How long a find is made smaller, in milliseconds. */
const SHRINK_FOR = 5 * 60_000;
/** Histories in one database: what it has kept of those before would slow down the next ones. */
const A_DATABASE = 60;

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '100' },
    engine: { type: 'string', default: 'git' },
    out: { type: 'string', default: 'test-results/landing' },
    play: { type: 'string' },
  },
});
const engine = values.engine === 'git-spice' ? 'git-spice' : 'git';
if (engine === 'git-spice') {
  const spice = await findGitSpice();
  if ('missing' in spice) throw new Error(spice.missing);
}

const root = await mkdtemp(join(tmpdir(), 'spicerack-landing-'));
Object.assign(process.env, {
  SPICERACK_DATA_DIR: join(root, 'data'),
  SPICERACK_RETRY_DELAY: '0.01',
  SPICERACK_COMMITTER: 'Spicerack <spicerack@example.com>',
  SPICERACK_LOG: 'text',
  SPICERACK_LOG_LEVEL: 'error',
});

let test = await testDatabase();
let count = 0;
/** The story of the history, and whether a promise was broken in it. */
async function told(moves: Move[]): Promise<{ story: string; isBroken: boolean }> {
  if (++count % A_DATABASE === 0) {
    await test.close();
    test = await testDatabase();
  }
  try {
    const { story, broken } = await play(moves, { db: test.db, dir: join(root, `history-${count}`), engine });
    return { story: story.join('\n'), isBroken: broken.length > 0 };
  } catch (error) {
    return { story: `  BROKEN (threw): ${error instanceof Error ? error.stack : error}`, isBroken: true };
  }
}

/** What was seen so far. */
const seen = { histories: 0, finds: 0, since: 0, longest: 0 };

function held(histories: number): void {
  seen.histories += histories;
  seen.since += histories;
  seen.longest = Math.max(seen.longest, seen.since);
}

/** Plays the seed's histories from the nth on, up to the first find, and returns which that is. */
async function playSeed(seed: number, nth: number): Promise<number | null> {
  const stories: string[] = [];
  let until = Number.POSITIVE_INFINITY;
  const holds = fc.asyncProperty(histories, async (moves) => {
    if (performance.now() > until) return;
    const { story, isBroken } = await told(moves);
    if (!isBroken) return;
    if (stories.length === 0) until = performance.now() + SHRINK_FOR;
    stories.push(story);
    throw new Error(story);
  });
  const { failed, counterexample, numRuns } = await fc.check(holds, { seed, path: `${nth}`, numRuns: EACH - nth });
  held(failed ? numRuns - 1 : numRuns);
  if (!failed) return null;
  const at = nth + numRuns - 1;
  seen.histories++;
  seen.finds++;
  seen.since = 0;
  const file = join(values.out, `${seed}-${at}`);
  await writeFile(`${file}.txt`, `As it was found:\n${stories[0]}\n\nMade smaller:\n${stories.at(-1)}\n`);
  await writeFile(`${file}.json`, `${JSON.stringify(counterexample?.[0])}\n`);
  console.log(`Find: ${file}.txt`);
  return at;
}

try {
  if (values.play) {
    const { story, isBroken } = await told(JSON.parse(await readFile(values.play, 'utf8')));
    console.log(story);
    process.exitCode = isBroken ? 1 : 0;
  } else {
    await mkdir(values.out, { recursive: true });
    const first = Number(values.from);
    for (let seed = first; seed < first + Number(values.seeds); seed++) {
      const begun = performance.now();
      for (let nth = 0; nth < EACH; ) nth = ((await playSeed(seed, nth)) ?? EACH) + 1;
      const seconds = Math.round((performance.now() - begun) / 1000);
      console.log(
        `Seed ${seed} in ${seconds} s: ${seen.histories} histories, ${seen.finds} finds, ${seen.since} without one, ${seen.longest} at most`,
      );
    }
    process.exitCode = seen.finds > 0 ? 1 : 0;
  }
} finally {
  await test.close();
  await rm(root, { recursive: true, force: true });
}
