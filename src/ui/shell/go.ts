import { useRouter } from 'next/navigation';
import { useSyncExternalStore } from 'react';
import { useConnection } from '../providers';
import { useStable } from '../stable';

/** How long a server that seems lost may take to say that it is there. Milliseconds. */
const PATIENCE_MS = 2000;

let held: string | null = null;
const listeners = new Set<() => void>();

/** Holds the address that somebody wants to go to until the server answers; null holds none. */
export function hold(address: string | null): void {
  held = address;
  for (const told of listeners) told();
}

/** The address that is held. */
export function useHeld(): string | null {
  return useSyncExternalStore(
    (told) => {
      listeners.add(told);
      return () => listeners.delete(told);
    },
    () => held,
    () => null,
  );
}

/**
 * Goes to a page of ours. While the stream is lost it asks first whether the server is there: a page that cannot be
 * loaded would be left for the browser's own page about that.
 */
export function useGo(): (address: string) => void {
  const router = useRouter();
  const { state } = useConnection();
  return useStable((address: string) => {
    if (state !== 'lost') return router.push(address);
    fetch('/api/health', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) }).then(
      () => router.push(address),
      () => hold(address),
    );
  });
}
