import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, JobDetail } from '@/client';
import type { ActionKind } from '@/model/kinds';

const OPEN: ReadonlySet<string> = new Set(['queued', 'running']);

/** Waits until a job has ended, over restarts of the server: while it does not answer it is asked again. */
export async function ended(client: Client, jobId: string): Promise<JobDetail> {
  for (;;) {
    const detail = await client.jobs.get.query({ jobId }).catch((error: unknown) => {
      if (isUnanswered(error)) return null;
      throw error;
    });
    if (detail && !OPEN.has(detail.job.status)) return detail;
    await sleep(25);
  }
}

/** Whether a call got no answer at all, as while the server restarts. */
function isUnanswered(error: unknown): boolean {
  return (
    error instanceof Error &&
    /fetch failed|ECONNREFUSED|ECONNRESET|other side closed|Unexpected token|is not valid JSON/.test(error.message)
  );
}

/** Asks for an action and waits for its end. */
export async function run(
  client: Client,
  repoId: string,
  kind: ActionKind,
  fields: { branch?: string; parent?: string; suggested?: boolean } = {},
): Promise<JobDetail> {
  const { jobId } = await client.jobs.run.mutate({ repoId, kind, ...fields });
  return ended(client, jobId);
}

/** Adds a repository and waits for its first sync. */
export async function addRepo(client: Client, url: string): Promise<{ repoId: string; sync: JobDetail }> {
  const { repo, jobId } = await client.repos.add.mutate({ url });
  return { repoId: repo.id, sync: await ended(client, jobId) };
}

/** The branch rows of a repo by name. */
export async function branchRows(client: Client, repoId: string) {
  const { branches } = await client.repos.overview.query({ repoId });
  return new Map(branches.map((branch) => [branch.name, branch]));
}
