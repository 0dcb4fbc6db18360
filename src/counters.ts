/** What this process counts of itself, for whoever watches it (`upkeep/metrics.ts`). */

/** What only grows, and of what is at hand now how many there are. */
type Counter =
  | 'takeovers'
  | 'git_started'
  | 'accepted'
  | 'accept_seconds'
  | 'feed_reads'
  | 'feed_lag_seconds'
  | 'git_running'
  | 'streams'
  /** How many questions a forge still takes, by its host. */
  | `forge_budget ${string}`;

// The app's bundles do not share modules with the server.
const shared = globalThis as typeof globalThis & { __spicerackCounters?: Map<Counter, number> };
shared.__spicerackCounters ??= new Map();
const counters = shared.__spicerackCounters;

export function count(counter: Counter, by = 1): void {
  counters.set(counter, counted(counter) + by);
}

export function counted(counter: Counter): number {
  return counters.get(counter) ?? 0;
}

/** Null where nothing was counted yet. */
export function known(counter: Counter): number | null {
  return counters.get(counter) ?? null;
}

/** What is not counted but told by others. */
export function setCounter(counter: Counter, value: number): void {
  counters.set(counter, value);
}
