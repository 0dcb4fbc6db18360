/** What comes first, and what comes after it. */
export type Chain<T> = T & { readonly next: Chain<T> | null };

/**
 * Chains that end alike share their ends: what a branch of a stack stands on is, but for its parent, what that stands
 * on. So all of a stack's take memory and time that grow with its height, and not with the square of it.
 * @param how `step` says of a place what is there, given what comes after it (null for nothing), and where to go on. It
 * is asked once for each `key`; a chain ends where it would come to one again. `last` is at the end of each.
 */
export function sharedChains<Place, T extends object>(how: {
  key: (place: Place) => unknown;
  step: (place: Place) => { link: (next: Chain<T> | null) => T | null; goesOn: Place | null };
  last?: Chain<T>;
}): (from: Place) => Chain<T> | null {
  const known = new Map<unknown, Chain<T> | null>();
  return (from) => {
    const met = new Map<unknown, (next: Chain<T> | null) => T | null>();
    let end: Chain<T> | null = how.last ?? null;
    let isCircle = false;
    for (let at: Place | null = from; at !== null; ) {
      const key = how.key(at);
      const rest = known.get(key);
      isCircle = met.has(key);
      if (rest !== undefined) end = rest;
      if (rest !== undefined || isCircle) break;
      const { link, goesOn } = how.step(at);
      met.set(key, link);
      at = goesOn;
    }
    for (const [key, link] of [...met].reverse()) {
      const one = link(end);
      if (one) end = { ...one, next: end };
      // In a circle, each ends elsewhere.
      if (!isCircle) known.set(key, end);
    }
    return end;
  };
}

/** What a chain has, one after the other. */
export function* linksOf<T>(chain: Chain<T> | null): Generator<Chain<T>> {
  for (let at = chain; at; at = at.next) yield at;
}

/** The first that is such a one; null for none. */
export function firstOf<T>(chain: Chain<T> | null, isIt: (link: T) => boolean): Chain<T> | null {
  for (const link of linksOf(chain)) if (isIt(link)) return link;
  return null;
}
