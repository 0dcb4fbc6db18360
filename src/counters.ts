/** What this process counts of itself, for whoever watches it (`upkeep/metrics.ts`). */

/** `takeovers` and `git_started` only grow; the others go up and down. */
export type Counter = 'takeovers' | 'git_started' | 'git_running' | 'streams';

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
