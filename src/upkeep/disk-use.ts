import { lstat, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import type { Db } from '@/db/client';

/** What database and clones take, in bytes. */
export interface DiskUse {
  /** On its server, where there is one. */
  database: number;
  clones: number;
  /** Free room on its disk, for whoever runs the server. */
  free: number;
  /** When it was measured, as ISO 8601. */
  at: string;
}

const shared = globalThis as typeof globalThis & { __spicerackDiskUse?: DiskUse };

/** The newest measurement; null until there is one. */
export function knownDiskUse(): DiskUse | null {
  return shared.__spicerackDiskUse ?? null;
}

export function setDiskUse(use: DiskUse): void {
  shared.__spicerackDiskUse = use;
}

/** Measures the data directory, and the database where that is elsewhere. Files that vanish meanwhile count nothing. */
export async function diskUse(dataDir: string, db: Db): Promise<DiskUse> {
  const names = await readdir(dataDir).catch(() => []);
  const databases = names.filter((name) => /^spicerack\.db/.test(name)).map((name) => sizeOf(join(dataDir, name)));
  const { bavail, bsize } = await statfs(dataDir);
  return {
    database:
      databases.length > 0
        ? (await Promise.all(databases)).reduce((sum, size) => sum + size, 0)
        : await sizeByItself(db),
    clones: await sizeOf(join(dataDir, 'clones')),
    free: bavail * bsize,
    at: new Date().toISOString(),
  };
}

/** What a database says of its own size. */
async function sizeByItself(db: Db): Promise<number> {
  const [row] = await db.all<{ size: number }>(
    sql`select page_count * page_size as size from pragma_page_count(), pragma_page_size()`,
  );
  return row?.size ?? 0;
}

/** Size on disk of a file, or of a folder with all that is in it. One file after the other: there is no hurry. */
async function sizeOf(path: string): Promise<number> {
  const stats = await lstat(path).catch(() => null);
  if (!stats) return 0;
  let size = stats.blocks * 512;
  if (stats.isDirectory()) {
    for (const name of await readdir(path).catch(() => [])) size += await sizeOf(join(path, name));
  }
  return size;
}
