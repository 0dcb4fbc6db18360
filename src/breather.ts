import { setImmediate } from 'node:timers/promises';

/** How long work may go on before others have their turn, in milliseconds. */
const TURN_MS = 10;

/**
 * For loops over what a remote may have very many of: what is returned, awaited at each round, lets requests and
 * heartbeats have their turn when it is time.
 */
export function breather(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < TURN_MS) return;
    await setImmediate();
    since = performance.now();
  };
}

/** What a function gives of each, one after the other; others have their turn when it is time. */
export async function inTurns<T, R>(list: Iterable<T>, each: (one: T, i: number) => R): Promise<R[]> {
  const breathe = breather();
  const given: R[] = [];
  for (const one of list) {
    await breathe();
    given.push(each(one, given.length));
  }
  return given;
}
