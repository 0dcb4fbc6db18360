import { breather } from '@/breather';
import type { BranchRow } from '@/db/schema';
import type { KeptReason } from '@/model/kept';
import { isKept } from '@/repos/kept';
import { keptReasonOf } from '@/repos/kept-reason';
import type { History } from '@/stack/history';

/** What it asks of a branch row. */
type Row = Pick<BranchRow, 'name' | 'tracked' | 'parent' | 'kept' | 'keptReason'>;

export interface LongLivedInput {
  trunk: string;
  /** Branches that the forge protects from being rewritten; undefined where it was not asked. */
  protectedBranches?: ReadonlySet<string> | undefined;
  /** The branches that have an open pull request, with the branch that it goes into. */
  openPullRequests?: ReadonlyMap<string, string> | undefined;
}

/** For every branch on the remote, what speaks for its being a long-lived one. */
export async function keptReasons(
  history: History,
  trunk: { name: string; tip: string },
  refs: ReadonlyMap<string, { tip: string }>,
  previous: ReadonlyMap<string, Row>,
  { protectedBranches, openPullRequests }: LongLivedInput,
): Promise<Map<string, KeptReason | null>> {
  const into = new Map<string, number>();
  for (const base of openPullRequests?.values() ?? []) into.set(base, (into.get(base) ?? 0) + 1);
  const reasons = new Map<string, KeptReason | null>();
  const breath = breather();
  for (const [name, { tip }] of refs) {
    await breath();
    const was = previous.get(name);
    const tracked = was?.tracked === true;
    const reason = keptReasonOf({
      name,
      tracked,
      isProtected: protectedBranches?.has(name) ?? was?.keptReason === 'protected',
      pullRequestsInto: into.get(name) ?? 0,
      hasPullRequest: openPullRequests?.has(name) === true,
      isInTrunk: !tracked && history.isAncestor(tip, trunk.tip),
    });
    reasons.set(name, reason);
  }
  return reasons;
}

/** The branches that stay where they are, whatever has become of their work: none of them is ever merged. */
export function longLived(
  reasons: ReadonlyMap<string, KeptReason | null>,
  previous: ReadonlyMap<string, Row>,
): Set<string> {
  const names = [...reasons].filter(([name, keptReason]) => isKept({ kept: previous.get(name)?.kept, keptReason }));
  return new Set(names.map(([name]) => name));
}

/**
 * The rows on another trunk than before. Where the new one is the same history, or the old one is not there any more,
 * what stood on the old one stands on the new one; else the old one stays below it, as a long-lived branch.
 */
export function onNewTrunk<R extends Row>(
  history: History,
  trunk: { name: string; tip: string },
  refs: ReadonlyMap<string, { tip: string }>,
  rows: R[],
  old: { name: string; tip: string | null },
): { rows: R[]; follow: string[]; stays: boolean } {
  const { tip } = old;
  const isSame = tip !== null && (history.isAncestor(tip, trunk.tip) || history.isAncestor(trunk.tip, tip));
  const stands = rows.filter((row) => row.tracked && row.parent === old.name).map((row) => row.name);
  if (!isSame && refs.has(old.name)) return { rows, follow: [], stays: stands.length > 0 };
  const follow = new Set(stands);
  const moved = rows.map((row) => (follow.has(row.name) ? { ...row, parent: trunk.name } : row));
  return { rows: moved, follow: stands, stays: false };
}
