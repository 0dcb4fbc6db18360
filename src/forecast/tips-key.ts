import { createHash } from 'node:crypto';
import type { ActionKind, BranchRow, RepoRow } from '@/db/schema';
import { TIPS_COLUMNS } from '@/db/triggers';

/** What of a branch row a forecast depends on. Every branch counts: an untracked one may be registered, or refused. */
export type TipsRow = Pick<BranchRow, (typeof TIPS_COLUMNS)[number]>;

/**
 * Names what an action is planned on: the trunk with its tip, the engine asked for, and the branch rows in any
 * order. The same rows have the same name, on every machine.
 */
export function tipsKey(repo: Pick<RepoRow, 'trunk' | 'trunkTip' | 'engine'>, rows: TipsRow[]): string {
  const hash = createHash('sha256').update(JSON.stringify([repo.trunk, repo.trunkTip, repo.engine]));
  const sorted = [...rows].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const row of sorted) hash.update(JSON.stringify(TIPS_COLUMNS.map((key) => row[key])));
  return hash.digest('hex').slice(0, 32);
}

/** Names an action within its repo. */
export function actionKey(action: {
  kind: ActionKind;
  branch?: string | null | undefined;
  parent?: string | null | undefined;
  suggested?: boolean | undefined;
}): string {
  return JSON.stringify([action.kind, action.branch ?? null, action.parent ?? null, action.suggested ?? false]);
}
