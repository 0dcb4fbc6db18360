import type { Db } from '@/db/client';

/**
 * Brings what stands in SQLite's log into the database's own file and empties the log, as far as readers let it: who
 * copies the file alone would miss it. A database server sees to its own.
 */
export async function checkpoint(db: Db): Promise<void> {
  if (db.$client.protocol === 'file') await db.$client.execute('pragma wal_checkpoint(truncate)');
}
