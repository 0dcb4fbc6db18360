import { eq } from 'drizzle-orm';
import type { Db } from '@/db/client';
import { jobs, tasks } from '@/db/schema';
import type { Asker } from './asker';

/**
 * Whether what a call changes lies within the repositories that the asker is limited to. Of an input that names
 * neither a repository nor something of one, nobody knows, so it does not. What is not there at all is nobody's: the
 * procedure says so.
 * @param input as it was sent, not yet looked at
 */
export async function isWithin(db: Db, { repoIds }: Pick<Asker, 'repoIds'>, input: unknown): Promise<boolean> {
  if (repoIds === null) return true;
  const named = new Map(Object.entries(typeof input === 'object' && input !== null ? input : {}));
  const of = (name: string): string | null => {
    const value: unknown = named.get(name);
    return typeof value === 'string' ? value : null;
  };
  const [repoId, jobId, taskId] = [of('repoId'), of('jobId'), of('taskId')];
  const repos = repoId === null ? [] : [repoId];
  if (jobId !== null) repos.push(...(await db.select({ id: jobs.repoId }).from(jobs).where(eq(jobs.id, jobId))).map(({ id }) => id)); // biome-ignore format: one line
  if (taskId !== null) repos.push(...(await db.select({ id: tasks.repoId }).from(tasks).where(eq(tasks.id, taskId))).map(({ id }) => id)); // biome-ignore format: one line
  const names = repoId !== null || jobId !== null || taskId !== null;
  return names && repos.every((id) => repoIds.includes(id));
}
