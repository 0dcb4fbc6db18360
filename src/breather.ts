import { setImmediate as turn } from 'node:timers/promises';

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
    await turn();
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

/** How many pieces of work have come to any queue. */
let come = 0;

/** So many turns of the loop without a newcomer, or so many turns at all, a queue lets go by before more begins. */
const QUIET_TURNS = 2;
const MOST_TURNS = 50;

/**
 * A queue in which work begins in the order in which it comes: so much of it at once, and then again when the loop has
 * turned, and so much being at work at the same time. Node takes one new connection in each turn, so all that wait for
 * that are let in before more begins: whoever asks for something else has his turn in between.
 */
export function queueOfTurns({ begins, atOnce = Number.POSITIVE_INFINITY }: { begins: number; atOnce?: number }) {
  const waiting: Array<() => void> = [];
  let begun = 0;
  let atWork = 0;
  const begin = () => {
    while (begun < begins && atWork < atOnce) {
      const next = waiting.shift();
      if (!next) return;
      if (begun === 0)
        letTurn(() => {
          begun = 0;
          begin();
        });
      begun += 1;
      atWork += 1;
      next();
    }
  };
  return async <T>(work: () => Promise<T>): Promise<T> => {
    come += 1;
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      begin();
    });
    try {
      return await work();
    } finally {
      atWork -= 1;
      begin();
    }
  };
}

/** Calls once the loop has turned and nobody new comes. */
function letTurn(then: () => void): void {
  let seen = come;
  let quiet = 0;
  let turns = 0;
  const turned = () => {
    turns += 1;
    quiet = come === seen ? quiet + 1 : 0;
    seen = come;
    if (quiet < QUIET_TURNS && turns < MOST_TURNS) setImmediate(turned);
    else then();
  };
  setImmediate(turned);
}
