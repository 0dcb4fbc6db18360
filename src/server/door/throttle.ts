import { isIPv6 } from 'node:net';
import { LRUCache } from 'lru-cache';

/** So many wrong tokens cost nothing: people mistype. */
const FREE = 5;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/**
 * An address without a wrong token for so long starts over. A right one changes nothing: behind a proxy it may come
 * from somebody else.
 */
const FORGET_MS = 15 * 60_000;
/** Of how many addresses it keeps count; the one that was quiet longest goes first. */
const MOST_ADDRESSES = 10_000;

/** Slows down who guesses tokens, by address. */
export interface Throttle {
  /** Milliseconds until this address may present a token again; 0 is now. */
  waitOf(address: string): number;
  /** A wrong token came from there. */
  failed(address: string): void;
}

/**
 * After a few wrong tokens an address has to wait before its next one is looked at, each time twice as long.
 * @param clock milliseconds, from anywhere, that only go up
 */
export function createThrottle(clock: () => number = () => performance.now()): Throttle {
  const seen = new LRUCache<string, { failures: number; at: number; until: number }>({ max: MOST_ADDRESSES });
  const of = (network: string) => {
    // To ask is not to fail: only that keeps an address from being forgotten.
    const found = seen.peek(network);
    return found && clock() - found.at < FORGET_MS ? found : undefined;
  };
  return {
    waitOf: (address) => Math.max(0, (of(networkOf(address))?.until ?? 0) - clock()),
    failed(address) {
      const network = networkOf(address);
      const failures = (of(network)?.failures ?? 0) + 1;
      const wait = failures < FREE ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (failures - FREE), LONGEST_WAIT_MS);
      seen.set(network, { failures, at: clock(), until: clock() + wait });
    },
  };
}

/** Whoever has one IPv6 address has the 2^64 beside it, so those count as one. */
function networkOf(address: string): string {
  const v4 = address.match(/^::ffff:(\d+\.\d+\.\d+\.\d+)$/i)?.[1];
  if (v4 || !isIPv6(address)) return v4 ?? address.slice(0, 64);
  const [head = '', tail] = address.toLowerCase().replace(/%.*$/, '').split('::');
  const groups = head.split(':').filter(Boolean);
  const after = tail?.split(':').filter(Boolean) ?? [];
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - groups.length - after.length)).fill('0');
  return [...groups, ...zeros, ...after].slice(0, 4).join(':');
}
