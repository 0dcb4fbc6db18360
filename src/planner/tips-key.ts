import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { breather } from '@/breather';
import { type BranchRow, branches, type RepoRow } from '@/db/schema';
import { TIPS_COLUMNS } from '@/db/triggers';
import type { ActionKind } from '@/model/kinds';

/** What of a branch row a forecast depends on. Every branch counts: an untracked one may be registered, or refused. */
export type TipsRow = Pick<BranchRow, (typeof TIPS_COLUMNS)[number]>;

/** What of a repo itself the name depends on. */
export type TipsRepo = Pick<RepoRow, 'trunk' | 'trunkTip' | 'engine'>;

/**
 * Names what an action is planned on: the trunk with its tip, the engine asked for, and the branch rows in any
 * order. The same rows have the same name, on every machine.
 */
export function tipsKey(repo: TipsRepo, rows: readonly TipsRow[]): string {
  const hash = createHash('sha256').update(linesOf(repo, rows.map(tipsLine)).join('\n'));
  return hash.digest('hex').slice(0, LENGTH);
}

/**
 * The same of any number of rows, while others have their turn.
 * @param lines the rows as `tipsLine` and `TIPS_LINE` write them
 */
export async function tipsKeyInTurns(repo: TipsRepo, lines: Iterable<string>): Promise<string> {
  const breath = breather();
  const all = linesOf(repo, lines);
  const hash = createHash('sha256');
  for (let at = 0; at < all.length; at += PIECE) {
    await breath();
    hash.update((at === 0 ? '' : '\n') + all.slice(at, at + PIECE).join('\n'));
  }
  return hash.digest('hex').slice(0, LENGTH);
}

const LENGTH = 32;
/** Lines that are hashed in one go. */
const PIECE = 1000;

function linesOf(repo: TipsRepo, lines: Iterable<string>): string[] {
  return [[repo.trunk, repo.trunkTip, repo.engine].join(' '), ...[...lines].sort()];
}

/** One line for a row, which begins with its name; no name of a branch holds a space or a newline. */
export function tipsLine(row: TipsRow): string {
  return TIPS_COLUMNS.map((key) => (typeof row[key] === 'boolean' ? Number(row[key]) : (row[key] ?? ''))).join(' ');
}

/** SQL for the same of a branch row: a request need not bring every value of each into JavaScript. */
export const TIPS_LINE = sql<string>`(${sql.join(
  TIPS_COLUMNS.map((key) => sql`coalesce(${branches[key]}, '')`),
  sql` || ' ' || `,
)})`;

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
