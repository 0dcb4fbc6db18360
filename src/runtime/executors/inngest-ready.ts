import { signal } from '@/db/signal';

// Set by the server's process, read by the app in it: Next bundles the app apart, so they share no modules.
const shared = globalThis as typeof globalThis & { __spicerackInngestReady?: boolean };

/**
 * Whether the Inngest server knows the app's functions. An event that comes before is dropped in silence. Of a
 * server that is not our child we cannot know, so it counts as ready.
 */
export function inngestIsReady(): boolean {
  return shared.__spicerackInngestReady ?? true;
}

export function setInngestReady(ready: boolean): void {
  shared.__spicerackInngestReady = ready;
  signal().notify();
}
