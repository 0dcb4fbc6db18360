import { setImmediate as turn } from 'node:timers/promises';

/** How many streams go on before everything else has its turn. */
const AT_ONCE = 25;

/**
 * Does something for each stream, or whoever waits for one, in groups: between two of them everything else has its turn.
 * By their number and not by the time, as `inTurns` does it: what a woken stream has to do comes after this, and no
 * clock in the loop sees it (a thousand streams then hold up the others more than twice as long).
 */
export async function inGroups<T>(streams: Iterable<T>, each: (stream: T) => void): Promise<void> {
  let done = 0;
  for (const stream of streams) {
    if (done > 0 && done % AT_ONCE === 0) await turn();
    each(stream);
    done += 1;
  }
}
