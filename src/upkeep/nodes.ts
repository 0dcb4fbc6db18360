import { desc, eq, lt, sql } from 'drizzle-orm';
import type { Db } from '@/db/client';
import { takesJobs } from '@/db/problems';
import { type NodeRow, nodes, now, secondsFromNow } from '@/db/schema';
import { machine } from '@/machine';

/** How often a server says that it is there, in milliseconds. */
export const SAY_MS = 20_000;

/** Unheard for so many seconds it is away; for so many it is forgotten. */
const AWAY_S = 90;
const FORGOTTEN_S = 86_400;

/** Says that this server is there, and forgets those that have long been away. */
export async function sayNode(
  db: Db,
  about: Pick<NodeRow, 'host' | 'version' | 'executor' | 'startedAt'>,
): Promise<void> {
  const row = { ...about, takesJobs: takesJobs(), seenAt: now };
  await db.batch([
    db
      .insert(nodes)
      .values({ machine: machine(), ...row })
      .onConflictDoUpdate({ target: nodes.machine, set: row }),
    db.delete(nodes).where(lt(nodes.seenAt, secondsFromNow(-FORGOTTEN_S))),
  ]);
}

/** A server that ends in order is not missed. */
export async function forgetNode(db: Db): Promise<void> {
  await db.delete(nodes).where(eq(nodes.machine, machine()));
}

export interface NodeView extends NodeRow {
  /** Whether it is the one that answers. */
  isThis: boolean;
  /** Whether it has not been heard for a while. */
  isAway: boolean;
}

/** All servers of this database, this one first, then those heard last. */
export async function listNodes(db: Db): Promise<NodeView[]> {
  const rows = await db
    .select({ node: nodes, isAway: sql<number>`${nodes.seenAt} < ${secondsFromNow(-AWAY_S)}` })
    .from(nodes)
    .orderBy(desc(eq(nodes.machine, machine())), desc(nodes.seenAt));
  return rows.map(({ node, isAway }) => ({ ...node, isAway: isAway === 1, isThis: node.machine === machine() }));
}
