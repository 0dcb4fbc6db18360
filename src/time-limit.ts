/** In how many parts a limit is waited for. */
const LOOKS = 20;

/**
 * Calls once so many milliseconds have gone by in which this process was at work. They are counted in looks, between which
 * the loop turns: of a time in which it stood still one look is counted, and after it comes one more at least, by which
 * what has come meanwhile is read. A look more than the time needs, so it may be a twentieth late.
 * @returns ends it
 */
export function whenLate(ms: number, late: () => void): () => void {
  let looks = 0;
  const timer = setInterval(() => {
    looks += 1;
    if (looks <= LOOKS) return;
    clearInterval(timer);
    late();
  }, ms / LOOKS);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * A signal that aborts after so many milliseconds, as `AbortSignal.timeout` does, but not for a time in which this process
 * stood still (`whenLate`). Where only `AbortSignal.any` knows that one, Node 20 collects it as garbage, and then it never
 * aborts; this one is held by its timer.
 */
export function timeLimit(ms: number): AbortSignal {
  const limit = new AbortController();
  whenLate(ms, () => limit.abort(new DOMException('It took too long.', 'TimeoutError')));
  return limit.signal;
}

/** What work comes to; or `late`, where it has not come to anything after so many milliseconds, as `whenLate` counts them. */
export function inTime<T, const L>(ms: number, work: Promise<T>, late: L): Promise<T | L> {
  return new Promise((resolve, reject) => {
    const done = whenLate(ms, () => resolve(late));
    void work.then(resolve, reject).finally(done);
  });
}
