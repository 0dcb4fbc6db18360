/**
 * What a change is to whoever waits for one: `work` may have given somebody something to do; `news` is only told, as what
 * a job does between its beginning and its end.
 */
export type Change = 'work' | 'news';

/**
 * Tells this process that the database has changed. It carries no data and may be missed: whoever listens also
 * looks by itself now and then. It only makes looking quicker.
 */
export interface Signal {
  notify(change?: Change): void;
  /** Resolves at the next change, or at the next `work`; after `ms`, or when `abort` aborts; whichever comes first. */
  wait(what: 'change' | 'work', ms: number, abort?: AbortSignal): Promise<void>;
}

const shared = globalThis as typeof globalThis & { __spicerackSignal?: Signal };

/** The one signal of this process. */
export function signal(): Signal {
  shared.__spicerackSignal ??= makeSignal();
  return shared.__spicerackSignal;
}

function makeSignal(): Signal {
  const listeners = new Set<(change: Change) => void>();
  return {
    notify: (change = 'work') => {
      for (const listener of [...listeners]) listener(change);
    },
    wait: (what, ms, abort) =>
      new Promise((resolve) => {
        if (abort?.aborted) return resolve();
        const done = () => {
          clearTimeout(timer);
          listeners.delete(listener);
          abort?.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        const listener = (change: Change) => {
          if (what === 'change' || change === 'work') done();
        };
        listeners.add(listener);
        abort?.addEventListener('abort', done, { once: true });
      }),
  };
}
