import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { signal } from './signal';
import { logFailure } from './trouble';

/** How often a round begins by itself, where nothing wakes it. */
const TICK_MS = 1000;

/**
 * Works in rounds, each time a change of the database may have brought work or a second has passed, until `abort`
 * aborts. A round that fails is complained of, and tried again: the database may be locked or away for a while.
 */
export async function inRounds(abort: AbortSignal, trouble: string, round: () => Promise<void>): Promise<void> {
  while (!abort.aborted) {
    const woken = signal().wait('work', TICK_MS, abort);
    try {
      await round();
    } catch (error) {
      logFailure('round_failed', `${trouble}; it is tried again`, error);
      await sleep(TICK_MS);
    }
    await woken;
    // SQLite answers in the calling thread: whoever has written is answered first.
    await setImmediate();
  }
}
