import type { BranchRow } from '@/db/schema';
import type { FilteredStack } from './filter';
import type { StackRow } from './layout';

/** A line above the rows that belong together: a stack of several branches, all of an owner's, or all branches of a kind. */
export interface Head {
  kind: 'stack' | 'owner' | 'single' | 'suggested' | 'untracked' | 'long_lived' | 'ended';
  /** The bottom branch of a stack; null where it heads no stack. */
  root: BranchRow | null;
  /** Whose Restack moves all of the stack that can be moved; null where no single one does. */
  restack: BranchRow | null;
  /** What the branches' names have in common, or the bottom one's; what they are, where it heads no stack. */
  title: string;
  /** In the order of the picture. */
  branches: string[];
  /** How many of them are there: a head of what is merged or gone counts those, and no other one does. */
  count: number;
  /** Of an owner's: how many of those are other people's, in stacks which the owner has begun. */
  byOthers?: number;
  /** How many a Restack of the stack moves, how many conflict, and how many others are held back. */
  moves: number;
  conflicts: number;
  heldBack: number;
  /** How many commits no branch has once they have moved. */
  lost: number;
  /** When the newest commit was made. */
  newest: string | null;
  /** Whose the commits are, where they are one person's; else empty. */
  owner: string;
  folded: boolean;
}

/** A row of the tree. The first one is the trunk's: it has no branch, and neither has a ghost, nor a head. */
export interface Entry {
  name: string;
  branch: BranchRow | null;
  /** The branch whose old place this is, while it is about to move from there. */
  ghost?: string;
  /** What it says of the rows below it, where it is the head of a group. */
  head?: Head;
  /** How the trunk's line passes it, or leaves the trunk; undefined where it does not. */
  trunkLine?: 'solid' | 'dashed' | undefined;
  /** Where it is in the picture; null for the trunk and for what stands in no stack. */
  place: StackRow | null;
  dimmed: boolean;
  /** For who hears the tree: how deep it is, and which one of how many on the same parent. From 1. */
  level: number;
  position: number;
  siblings: number;
}

/** The rows of a picture from top to bottom. */
export function entriesOf({ rows, beside, dimmed }: FilteredStack, trunk: string | null): Entry[] {
  const top = 1 + beside.length;
  return [
    { name: trunk ?? '', branch: null, place: null, dimmed: false, level: 1, position: 1, siblings: top },
    ...rows.map((place) => ({
      name: place.branch.name,
      branch: place.branch,
      place,
      dimmed: dimmed.has(place.branch.name),
      level: place.level + 1,
      position: place.position,
      siblings: place.siblings,
    })),
    ...beside.map((branch, i) => ({
      name: branch.name,
      branch,
      place: null,
      dimmed: false,
      level: 1,
      position: i + 2,
      siblings: top,
    })),
  ];
}
