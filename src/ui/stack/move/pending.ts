import type { JobDetail } from '@/api/jobs';
import type { BranchRow } from '@/db/schema';
import type { ActionKind } from '@/model/kinds';
import { isActive } from '../../jobs/active';
import type { Sent } from '../../jobs/job-button';
import type { Entry } from '../entries';

/** The branches that were asked onto another parent and are not there yet, each with that parent. */
export type PendingMoves = ReadonlyMap<string, string>;

/** What an action that takes a parent is called among the requests of its branch. */
export const requestName = (kind: ActionKind, parent: string) => `${kind} ${parent}`;

const MOVE = requestName('reparent_branch', '');

/**
 * The moves under way, from the press until the push: what the page has asked for itself, then what jobs say.
 * @param sent the requests by branch
 * @param jobs newest first
 */
export function pendingMoves(
  branches: BranchRow[],
  jobs: JobDetail[],
  sent: ReadonlyMap<string, Pick<Sent, 'name' | 'waiting' | 'jobId'>>,
): PendingMoves {
  const parents = new Map(branches.map((branch) => [branch.name, branch.parent]));
  const moves = new Map<string, string>();
  const add = (branch: string, onto: string) => {
    if (parents.has(branch) && !moves.has(branch)) moves.set(branch, onto);
  };
  for (const [branch, { name, waiting, jobId }] of sent) {
    if (name.startsWith(MOVE) && (waiting || jobId !== null)) add(branch, name.slice(MOVE.length));
  }
  for (const { job } of jobs) {
    if (job.kind === 'reparent_branch' && isActive(job.status) && job.branch && job.parent) add(job.branch, job.parent);
  }
  return new Map([...moves].filter(([branch, onto]) => parents.get(branch) !== onto));
}

/** The branches as they will stand once the moves are made. The same array where there are none. */
export function afterMoves(branches: BranchRow[], moves: PendingMoves): BranchRow[] {
  if (moves.size === 0) return branches;
  return branches.map((branch) => {
    const parent = moves.get(branch.name);
    return parent === undefined ? branch : { ...branch, parent };
  });
}

/** The name of the row that is left at a branch's old place. No branch is called so: git allows no space in a name. */
export const ghostName = (branch: string) => `ghost of ${branch}`;

/**
 * The rows with one more for each moving branch that is among them, at its old place, where that is shown: right below
 * what it still stands on, where a short lane crosses no other.
 * @param entries of the branches as they will stand
 * @param branches as they stand
 */
export function withGhosts(
  entries: Entry[],
  branches: BranchRow[],
  moves: PendingMoves,
  trunk: string | null,
): Entry[] {
  if (moves.size === 0) return entries;
  const shown = new Set(entries.map((entry) => entry.name));
  const names = new Set(branches.map((branch) => branch.name));
  const leaving = new Map<string, BranchRow[]>();
  for (const branch of branches) {
    // A branch whose parent has no row stands on the trunk in the picture.
    const parent = branch.parent !== null && names.has(branch.parent) ? branch.parent : (trunk ?? '');
    if (!moves.has(branch.name) || !shown.has(branch.name) || !shown.has(parent)) continue;
    leaving.set(parent, [...(leaving.get(parent) ?? []), branch]);
  }
  return entries.flatMap((entry) => {
    const left = leaving.get(entry.name);
    if (!left) return [entry];
    const lane = entry.place?.lane ?? 0;
    // The trunk has no place, and nothing continues its lane.
    const carries = entry.place?.hasAbove ?? true;
    const below = entry.place && { ...entry, place: { ...entry.place, hasAbove: true } };
    return [
      below ?? entry,
      ...left.map((branch, n): Entry => {
        const last = !carries && n === left.length - 1;
        return {
          ...entry,
          name: ghostName(branch.name),
          branch: null,
          ghost: branch.name,
          place: {
            branch,
            lane: last ? lane : lane + 1,
            parentLane: lane,
            hasAbove: false,
            level: entry.level,
            position: 1,
            siblings: 1,
            above: 0,
          },
        };
      }),
    ];
  });
}
