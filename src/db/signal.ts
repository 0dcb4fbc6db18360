/**
 * Tells this process that the database has changed. It carries no data and may be missed: whoever listens also
 * looks by itself now and then. It only makes looking quicker.
 */
export interface Signal {
  notify(): void;
  /** Calls `listener` after each change until the returned function is called. */
  listen(listener: () => void): () => void;
  /** Resolves at the next change, after `ms`, or when `abort` aborts; whichever comes first. */
  wait(ms: number, abort?: AbortSignal): Promise<void>;
}

const shared = globalThis as typeof globalThis & { __spicerackSignal?: Signal };

/** The one signal of this process. */
export function signal(): Signal {
  shared.__spicerackSignal ??= makeSignal();
  return shared.__spicerackSignal;
}

function makeSignal(): Signal {
  const listeners = new Set<() => void>();
  const listen = (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return {
    notify: () => {
      for (const listener of [...listeners]) listener();
    },
    listen,
    wait: (ms, abort) =>
      new Promise((resolve) => {
        if (abort?.aborted) return resolve();
        const done = () => {
          clearTimeout(timer);
          unlisten();
          abort?.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        const unlisten = listen(done);
        abort?.addEventListener('abort', done, { once: true });
      }),
  };
}
