import type { BranchRow } from '@/db/schema';
import { cloneDir } from '@/git/clone/clone-dir';
import { recordedLandings } from '@/projection/recorded-landings';
import { recordedTips } from '@/projection/recorded-tips';
import { registrationBases } from '@/projection/registration';
import { failure, JobFailed } from '@/queue/failure';
import type { Lease } from '@/queue/lease';
import { nothingToUntrack } from '@/repos/branch-words';
import { Graph } from '@/repos/graph';
import type { PlannedMove } from './commit-moves';

/**
 * The moves that leave a branch to itself: no ref moves, it has no parent any more, and what stood on it stands on what
 * it stood on. Its commits are then their own, so none of them is lost.
 * @throws JobFailed where it is not tracked; GitError
 */
export async function untrackMoves(
  lease: Lease,
  rows: BranchRow[],
  trunk: { name: string; tip: string },
): Promise<PlannedMove[]> {
  const branch = lease.job.branch ?? '';
  const row = rows.find(({ name }) => name === branch);
  if (!row?.tracked) {
    const { message, hint } = nothingToUntrack(branch);
    throw new JobFailed(failure('NOT_TRACKED', message, hint));
  }
  const graph = new Graph(rows, trunk.name);
  const children = graph.childrenOf(branch);
  const bases = await registrationBases({
    gitDir: cloneDir(lease.repo.id),
    trunk,
    rows,
    branchTips: (await recordedTips(lease.db, lease.repo.id)).tips,
    landings: await recordedLandings(lease.db, lease.repo.id),
    registrations: children.map(({ name }) => ({ branch: name, parent: graph.effectiveParent(branch) })),
    signal: lease.signal,
  });
  const found = new Map(bases.map(({ branch: name, base }) => [name, base]));
  const stay = (each: BranchRow, parentAfter: string | null, baseAfter: string | null): PlannedMove => ({
    branch: each.name,
    before: each.tip,
    after: each.tip,
    parentBefore: each.parent,
    parentAfter,
    baseBefore: each.base,
    baseAfter,
    rewritten: [],
  });
  return [
    stay(row, null, null),
    ...children.map((child) => stay(child, row.parent, found.get(child.name) ?? child.base)),
  ];
}
