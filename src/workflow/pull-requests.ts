import { sql } from 'drizzle-orm';
import { config } from '@/config';
import { branchRows } from '@/db/branch-rows';
import type { Statement } from '@/db/client';
import { type ForgeProblem, type PullRequest, pullRequests } from '@/forge/pull-requests';
import { branchesToLookUp } from '@/forge/rows';
import { cloneDir } from '@/git/clone/clone-dir';
import { remoteBranches } from '@/git/clone/for-each-ref';
import { type Lease, NOW } from '@/queue/lease';
import { logLine, watched } from '@/queue/record';
import { forgeOf } from '@/repos/forge-url';

/** What the forge said in this step. */
export interface ForgeNews {
  /** The repository's page; null where no forge is known. */
  webUrl: string | null;
  byBranch: ReadonlyMap<string, PullRequest | null>;
  protectedBranches?: ReadonlySet<string>;
  problem: ForgeProblem | null;
}

const NOTHING: Pick<ForgeNews, 'byBranch' | 'problem'> = { byBranch: new Map(), problem: null };

/** The longest that a sync waits for the forge. */
const PATIENCE_MS = 15_000;

/**
 * Asks the forge, where there is one and a token for it, about the pull requests of the branches that the last
 * fetch has brought. Never fails a job: what went wrong is part of the news.
 */
export async function askForge(lease: Lease, trunk: string): Promise<ForgeNews> {
  const { githubHosts, networkTimeoutMs } = config();
  const forge = forgeOf(lease.repo.url, githubHosts);
  if (!forge) return { webUrl: null, ...NOTHING };
  const { webUrl } = forge;
  const token = githubHosts.get(forge.host)?.token;
  if (!token) {
    const variables = forge.host === 'github.com' ? 'GITHUB_TOKEN or SPICERACK_GITHUB_TOKEN' : 'SPICERACK_GITHUB_TOKEN';
    const message = `Pull requests need a token of ${forge.host}: start the server with ${variables}.`;
    return { webUrl, ...NOTHING, problem: { code: 'token_missing', message } };
  }
  return watched(lease, 'sync', 'pull_requests', `Asking ${forge.host} about pull requests`, async () => {
    const rows = await branchRows(lease.db, lease.repo.id);
    const onRemote = await remoteBranches(cloneDir(lease.repo.id), lease.signal);
    const answer = await pullRequests(forge, token, branchesToLookUp(trunk, rows, onRemote), {
      signal: lease.signal,
      timeoutMs: Math.min(PATIENCE_MS, networkTimeoutMs),
    });
    if (answer.problem) await lease.write([logLine(lease, answer.problem.message, 'warn')]);
    return { webUrl, ...answer };
  });
}

/** The statement that says how fresh the pull requests of the repo are, fenced. */
export function recordForge(lease: Lease, { webUrl, problem }: ForgeNews): Statement {
  // Nothing was asked without a forge; an answer that lacks a part is an answer.
  const answered = webUrl !== null && (problem === null || problem.code === 'incomplete');
  return lease.db.run(sql`
    update repos set web_url = ${webUrl}, pr_error_code = ${problem?.code ?? null}, pr_error = ${problem?.message ?? null},
      pr_synced_at = case ${answered ? 1 : 0} when 1 then ${NOW} else pr_synced_at end,
      pr_error_at = case ${problem ? 1 : 0} when 1 then ${NOW} end
    where id = ${lease.repo.id} and ${lease.held}`);
}
