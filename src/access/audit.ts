import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm';
import { type Db, deleteInPages, type Statement } from '@/db/client';
import { type AuditRow, audit } from '@/db/schema';
import { redact } from '@/text/redact';
import { visible } from '@/text/visible';

/** The most rows that are kept, and of them the most signs-in that failed: how many those are, others decide. */
export const KEPT_AUDIT = { failed: 10_000, rows: 100_000 };

export type AuditEntry = Pick<AuditRow, 'who' | 'via' | 'address' | 'action' | 'about'>;

/** The statement that writes down what somebody has done, where `onlyIf` holds: for the transaction that does it. */
export function noteStatement(db: Db, entry: AuditEntry, onlyIf: SQL): Statement {
  return db.run(insertEntry(entry, onlyIf));
}

/** Writes down what somebody has done. */
export async function note(db: Db, entry: AuditEntry): Promise<void> {
  await db.run(insertEntry(entry, sql`true`));
}

function insertEntry({ who, via, address, action, about }: AuditEntry, onlyIf: SQL): SQL {
  const shown = via === null ? null : visible(redact(via)).slice(0, 200);
  return sql`
    insert into ${audit} (who, via, address, action, about)
    select ${who}, ${shown}, ${address}, ${action}, ${JSON.stringify(about)} where ${onlyIf}`;
}

/** What of an input tells what a call was for, and cannot be a secret: of addresses, nothing is kept. */
const TOLD = [
  'repoId',
  'repoIds',
  'jobId',
  'taskId',
  'tokenId',
  'branch',
  'branches',
  'parent',
  'kind',
  'name',
  'role',
  'commit',
] as const;

/** Characters of a list at most. */
const MOST_LIST = 2000;

/** What a call was for, from its input and its answer; lists with commas between. */
export function aboutOf(...said: unknown[]): Record<string, string> {
  const about: Record<string, string> = {};
  for (const each of said) {
    if (typeof each !== 'object' || each === null) continue;
    const fields = new Map<string, unknown>(Object.entries(each));
    for (const name of TOLD) {
      const value = fields.get(name);
      if (typeof value === 'string') about[name] = visible(redact(value)).slice(0, 244);
      else if (Array.isArray(value)) about[name] = visible(redact(value.join(', '))).slice(0, MOST_LIST);
    }
    // What was added is told as a row.
    const repo = fields.get('repo');
    if (typeof repo === 'object' && repo !== null && 'id' in repo && 'name' in repo) {
      about.repoId = String(repo.id);
      about.name = visible(redact(String(repo.name))).slice(0, 244);
    }
  }
  return about;
}

/** Which settings a change names beside what it is for, with commas between: their values may hold a login. */
export function settingsIn(input: unknown): string {
  const names = typeof input === 'object' && input !== null ? Object.keys(input) : [];
  return names.filter((name) => !TOLD.some((told) => told === name)).join(', ');
}

/** A page of what was done, newest first. */
export async function listAudit(
  db: Db,
  { before, action, limit }: { before?: number | undefined; action?: string | undefined; limit: number },
): Promise<{ entries: AuditRow[]; nextCursor: number | null }> {
  const entries = await db
    .select()
    .from(audit)
    .where(and(before ? lt(audit.seq, before) : undefined, action ? eq(audit.action, action) : undefined))
    .orderBy(desc(audit.seq))
    .limit(limit + 1);
  const more = entries.length > limit;
  return { entries: entries.slice(0, limit), nextCursor: more ? (entries[limit - 1]?.seq ?? null) : null };
}

/** Deletes all but the newest. */
export async function pruneAudit(db: Db, most: { failed: number; rows: number }): Promise<void> {
  await pruneEntries(db, sql`action = 'sign_in_failed'`, most.failed);
  await pruneEntries(db, sql`true`, most.rows);
}

async function pruneEntries(db: Db, these: SQL, most: number): Promise<void> {
  // The first that is one too many, and with it all before it.
  const [first] = await db.all<{ seq: number }>(
    sql`select seq from audit where ${these} order by seq desc limit 1 offset ${most}`,
  );
  if (first) await deleteInPages(db, audit, sql`${these} and seq <= ${first.seq}`);
}
