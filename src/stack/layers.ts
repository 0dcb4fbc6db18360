import { type Chain, linksOf, sharedChains } from './chain';
import type { History } from './history';
import { type Below, type Part, type Place, placesThatHave } from './landing-evidence';

/** Longer branches are asked as a whole only. */
export const LONGEST = 50;

/** A branch, and what it stands on. */
export interface InStack extends Place {
  /** Where its own commits begin; null where that is not known. */
  base: string | null;
  /** Where those began that have landed already, or the base: from there down, it is what it stands on. */
  from: string | null;
  /** What it stands on, also where that is not on the remote any more. */
  parent: string;
  /** What is below it, nearest first: its parent and what that stands on, as far as they are there, and trunk. */
  below: Chain<Below>;
}

/** What branches have in their history of one below them. */
export interface Layer {
  branch: string;
  /** Where it begins. */
  base: string;
  /** Where it ends. */
  upTo: string;
  /** Where it and what that branch is now have parted. */
  shared: string;
  /** What that branch stands on. */
  on: string;
  /** The commits of it, oldest first; null where they are no line, or a longer one than is asked about. */
  commits: string[] | null;
}

export type Layers = (candidate: InStack) => Chain<Layer> | null;

/**
 * What each branch has in its history of those below it, nearest first. Where one of those stands on another commit by
 * now, it begins where the two have parted.
 */
export function allLayers(history: History, byName: ReadonlyMap<string, InStack>): Layers {
  /** A branch: up to which commit what is below it is looked at, and where its own commits begin. */
  type Above = { parent: string; end: string | null; from: string | null };
  const chains = sharedChains<Above, Layer>({
    key: ({ parent, end, from }) => `${parent} ${end} ${from}`,
    step({ parent, end, from }) {
      const below = byName.get(parent);
      const base = end !== null && below?.base ? history.mergeBase(below.base, end) : null;
      if (end === null || !below || base === null) return { link: () => null, goesOn: null };
      const shared = base === below.base ? (history.mergeBase(end, below.tip) ?? base) : base;
      const line = from === null ? null : history.lineAbove(base, from);
      const commits = line && line.length <= LONGEST ? line : null;
      const layer = { branch: below.name, base, upTo: end, shared, on: below.parent, commits };
      return { link: () => layer, goesOn: { parent: below.parent, end: base, from: base } };
    },
  });
  return ({ parent, from, base }) => chains({ parent, end: from, from: base });
}

export type LineLayer = Chain<Layer> & { commits: string[] };

export const isLine = (layer: Chain<Layer>): layer is LineLayer => layer.commits !== null;

/** The nearest of the layers, as far as the commits of each are a line. */
export function* linesOf(layers: Chain<Layer> | null): Generator<LineLayer> {
  for (const layer of linksOf(layers)) {
    if (!isLine(layer)) return;
    yield layer;
  }
}

/**
 * Of which branch's commits a layer is: up to some commit its own ones, and from there on, where it was rewritten since,
 * what it was then, unless that is below already.
 */
export function partsOf(history: History, candidate: InStack, { branch, base, upTo, shared }: Layer): Part[] {
  const isBelow = shared === upTo || !placesThatHave(history, upTo, candidate.below).next().done;
  return [
    ...(shared === base ? [] : [{ branch, base, upTo: shared }]),
    ...(isBelow ? [] : [{ branch, base: shared, upTo, isFormer: true }]),
  ];
}
