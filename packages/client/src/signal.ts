export type Abort = AbortSignal | undefined;

/**
 * A new signal that aborts as soon as one of these does. What listens to it goes with it, so that signals which live long
 * gather no listeners.
 */
export function anyOf(...signals: Abort[]): Abort {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length === 0 ? undefined : AbortSignal.any(given);
}

/** Waits, and throws the signal's reason where it aborts meanwhile. */
export function sleep(ms: number, signal: Abort): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
