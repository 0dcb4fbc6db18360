import { hierarchy } from 'd3-hierarchy';
import type { BranchRow } from '@/db/schema';
import { order } from '../order';

/** A branch in the picture. */
export interface StackRow {
  branch: BranchRow;
  /** From 1: lane 0 is the trunk's alone. */
  lane: number;
  /** Its parent's lane: its own, or the one to the left. 0 stands on the trunk. */
  parentLane: number;
  /** Whether a branch stands on it, so that its lane goes on below it. */
  hasAbove: boolean;
  /** How many branches are between it and the trunk, itself counted. */
  level: number;
  /** Which one it is, from 1, of the branches on the same parent, and how many those are. */
  position: number;
  siblings: number;
  /** How many branches stand on it, directly or not. */
  above: number;
  /** It is not registered: it would stand there. */
  isSuggested?: true;
}

export interface StackPicture {
  /** Tracked branches and what carries them, each after the one that it stands on. */
  rows: StackRow[];
  /** What stands in no stack: branches that nobody registered, then those that are merged and under nobody. */
  beside: BranchRow[];
  /** How many lanes there are, the trunk's counted. */
  lanes: number;
}

interface Node {
  branch: BranchRow | null;
  children: Node[];
}

/**
 * Lays the branches out with the trunk on top, whose lane no branch continues. The largest child keeps its parent's
 * lane and comes last, the others begin one lane to the right: so lines never cross, and few lanes do for any tree. A branch whose parent
 * has no row stands on the trunk.
 */
export function layoutStack(branches: BranchRow[]): StackPicture {
  const carrying = new Set(branches.map((branch) => branch.parent));
  const stands = (branch: BranchRow) => carrying.has(branch.name) || (branch.tracked && !branch.merged);
  const tracked = branches.filter(stands);
  const nodes = new Map(tracked.map((branch) => [branch.name, { branch, children: [] } as Node]));
  const trunk: Node = { branch: null, children: [] };
  for (const node of nodes.values()) {
    const parent = node.branch?.parent ? nodes.get(node.branch.parent) : undefined;
    (parent ?? trunk).children.push(node);
  }
  adoptCircles(trunk, nodes);

  const root = hierarchy(trunk, (node) => node.children)
    .sum(() => 1)
    .sort((a, b) => (a.value ?? 0) - (b.value ?? 0) || compare(a.data, b.data));
  const lanes = new Map([[root, 0]]);
  const seen = new Map<typeof root, number>();
  const rows: StackRow[] = [];
  root.eachBefore((node) => {
    const { branch } = node.data;
    if (!branch || !node.parent) return;
    const parentLane = lanes.get(node.parent) ?? 0;
    const keepsLane = node.parent !== root && node === node.parent.children?.at(-1);
    const lane = keepsLane ? parentLane : parentLane + 1;
    lanes.set(node, lane);
    const position = (seen.get(node.parent) ?? 0) + 1;
    seen.set(node.parent, position);
    rows.push({
      branch,
      lane,
      parentLane,
      hasAbove: node.children !== undefined,
      level: node.depth,
      position,
      siblings: node.parent.children?.length ?? 1,
      above: (node.value ?? 1) - 1,
    });
  });
  return {
    rows,
    beside: branches.filter((branch) => !stands(branch)).sort((a, b) => Number(a.merged) - Number(b.merged)),
    lanes: 1 + Math.max(0, ...rows.map((row) => row.lane)),
  };
}

/** The rows, each the same object as before where it is in the same place: what is drawn of it need not be drawn anew. */
export function keepRows<Picture extends Pick<StackPicture, 'rows'>>(
  picture: Picture,
  before: readonly StackRow[],
): Picture {
  const known = new Map(before.map((row) => [row.branch.name, row]));
  return {
    ...picture,
    rows: picture.rows.map((row) => {
      const old = known.get(row.branch.name);
      return old && isSameRow(old, row) ? old : row;
    }),
  };
}

function isSameRow(a: StackRow, b: StackRow): boolean {
  return (
    a.branch === b.branch &&
    a.lane === b.lane &&
    a.parentLane === b.parentLane &&
    a.hasAbove === b.hasAbove &&
    a.level === b.level &&
    a.position === b.position &&
    a.siblings === b.siblings &&
    a.above === b.above &&
    a.isSuggested === b.isSuggested
  );
}

/** Rows in a circle would be seen by nobody: the first of each is put on the trunk. */
function adoptCircles(trunk: Node, nodes: Map<string, Node>): void {
  const seen = new Set<Node>();
  const visit = (node: Node) => {
    seen.add(node);
    node.children = node.children.filter((child) => !seen.has(child));
    for (const child of node.children) visit(child);
  };
  visit(trunk);
  for (const node of nodes.values()) {
    if (seen.has(node)) continue;
    trunk.children.push(node);
    visit(node);
  }
}

function compare(a: Node, b: Node): number {
  return order(a.branch?.name ?? '', b.branch?.name ?? '');
}
