import { AsyncLocalStorage } from 'node:async_hooks';

/** What is known of all that one call sends to the database. */
export interface Writes {
  /** Whether something was written, or may have been: it was sent and never answered. */
  mayBeDone: boolean;
}

// Who opens the database and who answers a call may come from two bundles, as with `db` in `client.ts`.
const shared = globalThis as typeof globalThis & { __spicerackWrites?: AsyncLocalStorage<Writes> };

function calls(): AsyncLocalStorage<Writes> {
  shared.__spicerackWrites ??= new AsyncLocalStorage();
  return shared.__spicerackWrites;
}

/** Runs a call, and holds in `writes` what is known of what it has written so far. */
export function watchWrites<T>(writes: Writes, call: () => Promise<T>): Promise<T> {
  return calls().run(writes, call);
}

/** Says of the call in which this is said that something was written, or may have been. */
export function mayBeDone(): void {
  const writes = calls().getStore();
  if (writes) writes.mayBeDone = true;
}
