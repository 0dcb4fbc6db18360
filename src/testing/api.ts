import type { Change, JobDetail, Spicerack } from '@spicerack/client';
import type { ActionKind } from '@/model/kinds';

/** Waits until a job has ended, over restarts of the server. */
export function ended(client: Spicerack, jobId: string): Promise<JobDetail> {
  return client.waitForJob(jobId);
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
