import { z } from 'zod';
import type { Person } from '@/access/allow';

/** What a browser keeps between leaving for the provider and coming back: it alone can finish what it has begun. */
export interface Begun {
  state: string;
  nonce: string;
  verifier: string;
  /** Where to go on to. */
  to: string;
}

const Kept = z.strictObject({ state: z.string(), nonce: z.string(), verifier: z.string(), to: z.string() });

export function writeBegun(begun: Begun): string {
  return Buffer.from(JSON.stringify(begun)).toString('base64url');
}

/** @returns null where there is nothing that could be one */
export function readBegun(kept: string | null): Begun | null {
  try {
    return Kept.parse(JSON.parse(Buffer.from(kept ?? '', 'base64url').toString()));
  } catch (_notOurs) {
    return null;
  }
}

/** Where people sign in besides. What goes wrong there is thrown. */
export interface Provider {
  /** Its host, for people. */
  name: string;
  /** @param callback where it sends the browser back to, as it knows it */
  begin(callback: string, to: string): Promise<{ url: string; begun: Begun }>;
  /** Who came back. @param came the address with all that the provider has put into it */
  end(came: URL, begun: Begun): Promise<Person>;
}

/** In seconds: nobody waits longer for somebody else's server. */
export const PROVIDER_TIMEOUT_S = 10;
