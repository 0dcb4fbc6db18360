import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Db } from '@/db/client';
import type { EngineName } from '@/model/plan';
import { type Broken, check } from './checks';
import { look } from './model';
import { type Move, People, told } from './moves';
import { addToSpicerack, type Report, type Spicerack } from './spicerack';
import { Store } from './store';

/** A history as it went. */
export interface Played {
  /** One line a move, with what came of it. */
  story: string[];
  /** The promises that were broken by the first job that broke one; nothing was played after it. */
  broken: Broken[];
  /** What the last job answered. */
  last: Report | null;
  people: People;
}

/**
 * Plays a history on a new remote at `dir`, which is gone afterwards. The branches that it begins with are registered
 * together; those that come later, one by one.
 */
export async function play(
  moves: Move[],
  { db, dir, engine }: { db: Db; dir: string; engine: EngineName },
): Promise<Played> {
  const people = new People(new Store(join(dir, 'remote.git')));
  const played: Played = { story: [], broken: [], last: null, people };
  let spicerack: Spicerack | null = null;

  const after = async (words: string, ask: () => Promise<Report | { refused: string }>): Promise<boolean> => {
    const before = look(people.store);
    const answer = await ask();
    if ('refused' in answer) {
      played.story.push(`${words}: refused, ${answer.refused}`);
      return true;
    }
    played.last = answer;
    played.story.push(`${words}: ${answer.detail.job.message}`);
    played.broken = await check(people, before, answer);
    for (const { kind, words: what } of played.broken) played.story.push(`  BROKEN (${kind}): ${what}`);
    return played.broken.length === 0;
  };

  try {
    for (const move of moves) {
      if (!spicerack && move.do !== 'branch') {
        const added = await addToSpicerack(db, people.store.dir, engine);
        spicerack = added;
        if (!(await after('> register_existing_branch all', () => added.registerAll()))) return played;
      }
      if (move.do === 'job') {
        if (spicerack && !(await after(told(move), spicerack.run.bind(null, move)))) return played;
        continue;
      }
      const done = await people.does(move);
      if (done === null) continue;
      played.story.push(`${told(move)}: ${done}`);
      if (move.do === 'branch' && spicerack) {
        const { name, on } = move;
        const register = spicerack.register.bind(null, name, on);
        if (!(await after(`> register_existing_branch ${name} on ${on}`, register))) return played;
      }
    }
    return played;
  } finally {
    spicerack?.close();
    await rm(dir, { recursive: true, force: true });
  }
}
