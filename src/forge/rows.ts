import type { BranchRow } from '@/db/schema';
import type { PullRequestFact } from '@/stack/landing';
import type { PullRequest } from './pull-requests';

type ByBranch = ReadonlyMap<string, PullRequest | null>;
type PullRequestColumns = 'prNumber' | 'prState' | 'prUrl' | 'prBase' | 'prHead' | 'ci' | 'review';

/** The rows with what the forge now says; those that it was not asked about stay as they are. */
export function withPullRequests<Row extends Pick<BranchRow, 'name' | PullRequestColumns>>(
  rows: Row[],
  byBranch: ByBranch,
): Row[] {
  return rows.map((row) => {
    const found = byBranch.get(row.name);
    return found === undefined ? row : { ...row, ...columns(found) };
  });
}

function columns(found: PullRequest | null): Pick<BranchRow, PullRequestColumns> {
  return {
    prNumber: found?.number ?? null,
    prState: found?.state ?? null,
    prUrl: found?.url ?? null,
    prBase: found?.base ?? null,
    prHead: found?.head ?? null,
    ci: found?.ci ?? null,
    review: found?.review ?? null,
  };
}

/** What the rules of the stack ask about pull requests: as the rows have it, and where the forge has just spoken, as it says. */
export function pullRequestFacts(
  rows: Array<Pick<BranchRow, 'name' | 'prBase' | 'prHead' | 'prState'>>,
  byBranch: ByBranch,
): Map<string, PullRequestFact> {
  const facts = new Map<string, PullRequestFact>();
  for (const { name, prBase, prHead, prState } of rows) {
    if (prBase !== null && prHead !== null) {
      facts.set(name, { base: prBase, head: prHead, merged: prState === 'merged' });
    }
  }
  for (const [name, found] of byBranch) {
    if (found) facts.set(name, { base: found.base, head: found.head, merged: found.state === 'merged' });
    else facts.delete(name);
  }
  return facts;
}

/** The branches that have an open pull request, with the branch that it goes into. */
export function openPullRequests(
  rows: Array<Pick<BranchRow, 'name' | 'prBase' | 'prState'>>,
  byBranch: ByBranch,
): Map<string, string> {
  const known = new Map(rows.map(({ name, prBase, prState }) => [name, { base: prBase, state: prState }]));
  const all = new Map([...known, ...byBranch]);
  return new Map(
    [...all].flatMap(([name, found]): Array<[string, string]> => {
      const isOpen = found?.state === 'open' || found?.state === 'draft';
      return isOpen && found.base !== null ? [[name, found.base]] : [];
    }),
  );
}

/**
 * The branches whose pull requests are worth a look, those with the newest commits first: what is on the remote,
 * and what was there and may have been merged. Settled ones are not: merged, with a merged pull request or gone.
 */
export function branchesToLookUp(
  trunk: string,
  rows: Array<Pick<BranchRow, 'name' | 'tip' | 'merged' | 'prState' | 'committedAt'>>,
  onRemote: ReadonlyMap<string, { tip: string; committedAt: string | null }>,
): string[] {
  const newest = new Map<string, string>();
  for (const [name, { committedAt }] of onRemote) newest.set(name, committedAt ?? '');
  for (const row of rows) {
    const there = onRemote.get(row.name);
    const settled = row.merged && (!there || (there.tip === row.tip && row.prState === 'merged'));
    if (settled) newest.delete(row.name);
    else if (!there) newest.set(row.name, row.committedAt ?? '');
  }
  newest.delete(trunk);
  return [...newest].sort(([, a], [, b]) => (a < b ? 1 : a > b ? -1 : 0)).map(([name]) => name);
}
