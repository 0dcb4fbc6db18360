import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { findGitSpice } from '@/stack/engines/git-spice/find';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { fuzzing, fuzzTimeout } from '@/testing/fuzz';
import { histories, type Move } from './moves';
import { play } from './play';

/**
 * What has landed, what has not, and that no commit vanishes: random histories of authors, maintainers and jobs,
 * against a model that knows whose every line is (`model.ts`).
 */

const spice = await findGitSpice();

let test: TestDatabase;
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'spicerack-landing-'));
  vi.stubEnv('SPICERACK_DATA_DIR', join(root, 'data'));
  vi.stubEnv('SPICERACK_RETRY_DELAY', '0.01');
  test = await testDatabase();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await test.close();
  await rm(root, { recursive: true, force: true });
});

let played = 0;
async function holds(moves: Move[], engine: 'git' | 'git-spice'): Promise<void> {
  const { story, broken } = await play(moves, { db: test.db, dir: join(root, `history-${++played}`), engine });
  if (broken.length > 0) throw new Error(story.join('\n'));
}

describe.each(['git', 'git-spice'] as const)('with the engine %s', (engine) => {
  const isMissing = engine === 'git-spice' && 'missing' in spice;
  it.skipIf(isMissing)(
    'whatever people and jobs do, nothing is called merged that is not, nothing that is stays open, and no work is lost',
    () =>
      fc.assert(
        fc.asyncProperty(histories, (moves) => holds(moves, engine)),
        fuzzing(engine === 'git' ? 10 : 3),
      ),
    fuzzTimeout(120_000),
  );
});
