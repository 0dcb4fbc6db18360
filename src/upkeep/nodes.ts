import { desc, eq, lt, sql } from 'drizzle-orm';
import type { Db } from '@/db/client';
import { type Trouble, takesJobs } from '@/db/problems';
import { type NodeRow, nodes, now, secondsFromNow } from '@/db/schema';
import { machine } from '@/machine';

/** How often a server says that it is there, in milliseconds. */
export const SAY_MS = 20_000;

/** Unheard for so many seconds it is away; for so many it is forgotten. */
const AWAY_S = 90;
const FORGOTTEN_S = 86_400;

/**
 * Says that this server is there, and forgets those that have long been away.
 * @returns what stood under its name before; null where nothing did
 */
export async function sayNode(
  db: Db,
  about: Pick<NodeRow, 'host' | 'version' | 'executor' | 'startedAt'>,
): Promise<NodeRow | null> {
  const row = { ...about, takesJobs: takesJobs(), seenAt: now };
  const [[before]] = await db.batch([
    db.select().from(nodes).where(eq(nodes.machine, machine())),
    db
      .insert(nodes)
      .values({ machine: machine(), ...row })
      .onConflictDoUpdate({ target: nodes.machine, set: row }),
    db.delete(nodes).where(lt(nodes.seenAt, secondsFromNow(-FORGOTTEN_S))),
  ]);
  return before ?? null;
}

/**
 * What is wrong where two servers have one name, as after a data directory was copied, or with one file of settings for
 * all. Their jobs are safe, for processes are told apart by more than that; but only one of them is listed.
 * @param before what stood under this server's name since it wrote there itself
 */
export function nameProblem(before: NodeRow | null, own: Pick<NodeRow, 'startedAt'>): Trouble | null {
  if (before === null || before.startedAt === own.startedAt) return null;
  return {
    what: `Another server of this database, on ${before.host}, has this one's name.`,
    hint: 'Jobs go on; only one of the two is listed. Leave SPICERACK_MACHINE out on both; where a data directory was copied, set it on one of them to a name of its own.',
  };
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
