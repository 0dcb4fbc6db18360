import { setTimeout as sleep } from 'node:timers/promises';
import { type Change, type JobDetail, type Spicerack, SpicerackError } from '@spicerack/client';
import type { ActionKind } from '@/model/kinds';

const OPEN: ReadonlySet<string> = new Set(['queued', 'running']);

/** Waits until a job has ended, over restarts of the server: while it does not answer it is asked again. */
export async function ended(client: Spicerack, jobId: string): Promise<JobDetail> {
  for (;;) {
    const detail = await client.jobs.get({ jobId }).catch((error: unknown) => {
      if (isUnanswered(error)) return null;
      throw error;
    });
    if (detail && !OPEN.has(detail.job.status)) return detail;
    await sleep(25);
  }
}

/** Whether a call got no answer at all, as while the server restarts. */
function isUnanswered(error: unknown): boolean {
  return error instanceof SpicerackError && (error.code === 'UNREACHABLE' || error.code === 'CONNECTION_LOST');
}

/** Follows the feed beside a test, until it is told to stop. */
export function follow(
  client: Spicerack,
  options: { repoId?: string; from: number },
  each: (change: Change) => void,
): { stop(): void } {
  const leave = new AbortController();
  const following = async () => {
    for await (const message of client.watch({ ...options, signal: leave.signal }))
      if (message.kind === 'changes') message.events.forEach(each);
  };
  void following().catch((error: unknown) => {
    if (!leave.signal.aborted) throw error;
  });
  return { stop: () => leave.abort() };
}

/** Asks for an action and waits for its end. */
export async function run(
  client: Spicerack,
  repoId: string,
  kind: ActionKind,
  fields: { branch?: string; parent?: string; suggested?: boolean } = {},
): Promise<JobDetail> {
  const { jobId } = await client.jobs.run({ repoId, kind, ...fields });
  return ended(client, jobId);
}

/** Adds a repository and waits for its first sync. */
export async function addRepo(client: Spicerack, url: string): Promise<{ repoId: string; sync: JobDetail }> {
  const { repo, jobId } = await client.repos.add({ url });
  return { repoId: repo.id, sync: await ended(client, jobId) };
}

/** The branch rows of a repo by name. */
export async function branchRows(client: Spicerack, repoId: string) {
  const { branches } = await client.repos.overview({ repoId });
  return new Map(branches.map((branch) => [branch.name, branch]));
}
