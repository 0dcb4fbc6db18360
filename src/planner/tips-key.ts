import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { type BranchRow, branches, type RepoRow } from '@/db/schema';
import { TIPS_COLUMNS } from '@/db/triggers';
import type { ActionKind } from '@/model/kinds';

/** What of a branch row a forecast depends on. Every branch counts: an untracked one may be registered, or refused. */
export type TipsRow = Pick<BranchRow, (typeof TIPS_COLUMNS)[number]>;

/**
 * Names what an action is planned on: the trunk with its tip, the engine asked for, and the branch rows in any
 * order. The same rows have the same name, on every machine.
 * @param rows the branch rows, or what `rowsAsText` selects
 */
export function tipsKey(repo: Pick<RepoRow, 'trunk' | 'trunkTip' | 'engine'>, rows: TipsRow[] | string): string {
  const lines = typeof rows === 'string' ? rows.split('\n') : rows.map(line);
  const text = [[repo.trunk, repo.trunkTip, repo.engine].join(' '), ...lines.filter(Boolean).sort()].join('\n');
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** One line for a row; no name of a branch holds a space or a newline. */
function line(row: TipsRow): string {
  return TIPS_COLUMNS.map((key) => (typeof row[key] === 'boolean' ? Number(row[key]) : (row[key] ?? ''))).join(' ');
}

/** SQL for the branch rows of a query as `line` writes them: a request need not read a thousand rows for one name. */
export const rowsAsText = sql<string>`coalesce(group_concat(${sql.join(
  TIPS_COLUMNS.map((key) => sql`coalesce(${branches[key]}, '')`),
  sql` || ' ' || `,
)}, char(10)), '')`;

/** Names an action within its repo. */
export function actionKey(action: {
  kind: ActionKind;
  branch?: string | null | undefined;
  branches?: readonly string[] | null | undefined;
  parent?: string | null | undefined;
  suggested?: boolean | undefined;
  base?: string | null | undefined;
}): string {
  const { kind, branch = null, branches, parent = null, suggested = false, base = null } = action;
  // The order in which branches were named makes no difference.
  return JSON.stringify([kind, branch, parent, suggested, base, ...(branches ? [[...branches].sort()] : [])]);
}
