import { desc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import { config } from '@/config';
import { snapshot } from '@/db/client';
import { branches, branchTips, type JobResult, jobs, repos } from '@/db/schema';
import { pullRequestFacts, withPullRequests } from '@/forge/rows';
import { GitError } from '@/git/error';
import { fetchRemote } from '@/git/fetch';
import { prepareClone, removeClone } from '@/git/init';
import { remoteHead } from '@/git/ls-remote';
import { countBranches } from '@/projection/counts';
import { computeProjection, type Projection } from '@/projection/refresh';
import { demoUrl } from '@/repos/demo-url';
import { cloneDir } from './clone-dir';
import { remoteOptions } from './commit-moves';
import { prepareDemo } from './demo';
import { failure, JobFailed } from './failure';
import { recordedLandings, recordLandings } from './landings';
import { type Lease, NOW } from './lease';
import { askForge, type ForgeNews, recordForge } from './pull-requests';
import { logLine, watched } from './record';
import { settlePushes } from './settle-pushes';
import { counted, EMPTY_RESULT, named } from './summary';

/** The first step: the clone is there, the remote fetched, the branch rows fresh. */
export async function sync(lease: Lease): Promise<void> {
  await fetchAndProject(lease, 'sync');
}

/** The step after the push: the branch rows show what the remote now has. */
export async function resync(lease: Lease): Promise<void> {
  await fetchAndProject(lease, 'resync');
}

/** Fetches and refreshes the branch rows; also between two plans when the remote has moved meanwhile. */
export async function fetchAndProject(lease: Lease, step: 'sync' | 'act' | 'resync'): Promise<void> {
  const trunk = await watched(lease, step, 'fetch', 'Fetching from the remote', () => fetchWhole(lease));
  await settlePushes(lease);
  // Once a job is enough: the rows remember it.
  const forge = step === 'sync' ? await askForge(lease, trunk) : null;
  await watched(lease, step, 'refresh', 'Reading the branches', () => refresh(lease, trunk, forge));
}

/** Fetches into the clone, making it anew once if it is damaged. Returns the trunk's name. */
async function fetchWhole(lease: Lease): Promise<string> {
  try {
    return await fetchOnce(lease);
  } catch (error) {
    if (!(error instanceof GitError) || error.kind !== 'corrupt') throw error;
    await lease.write([logLine(lease, `The clone is damaged and is made anew: ${error.message}`, 'warn')]);
    await removeClone(cloneDir(lease.repo.id));
    return fetchOnce(lease);
  }
}

async function fetchOnce(lease: Lease): Promise<string> {
  const gitDir = cloneDir(lease.repo.id);
  const remote = remoteOptions(lease);
  if (lease.repo.url === demoUrl(config().dataDir)) await prepareDemo(lease);
  await prepareClone(gitDir, lease.repo.url);
  const trunk = lease.repo.trunk ?? (await findTrunk(lease, gitDir, remote));
  await fetchRemote(gitDir, remote);
  return trunk;
}

async function findTrunk(lease: Lease, gitDir: string, remote: Parameters<typeof remoteHead>[1]): Promise<string> {
  const head = await remoteHead({ gitDir }, remote);
  switch (head.kind) {
    case 'trunk':
      await lease.write([
        lease.db.run(
          sql`update repos set trunk = ${head.name} where id = ${lease.repo.id} and trunk is null and ${lease.held}`,
        ),
        logLine(lease, `The trunk is ${head.name}.`),
      ]);
      return head.name;
    case 'empty':
      throw new JobFailed(
        failure(
          'BRANCH_NOT_FOUND',
          'The remote is empty: it has no branch yet.',
          'Push a first commit to it, then sync.',
        ),
      );
    case 'missing':
    case 'detached':
      throw new JobFailed(
        failure(
          'BRANCH_NOT_FOUND',
          `The remote's HEAD names no branch that is there. It has ${head.branches.slice(0, 5).join(', ')}.`,
          "Set the repo's trunk (repos.update), then sync.",
        ),
      );
  }
}

/** Computes the branch rows from the clone's refs and writes them. */
async function refresh(lease: Lease, trunk: string, forge: ForgeNews | null): Promise<void> {
  const { db, repo, job } = lease;
  const [rows, [current]] = await snapshot(db, [
    db.select().from(branches).where(eq(branches.repoId, repo.id)),
    db
      .select({ trunkTip: repos.trunkTip, result: jobs.result })
      .from(repos)
      .innerJoin(jobs, eq(jobs.id, job.id))
      .where(eq(repos.id, repo.id)),
  ]);
  const byBranch: ForgeNews['byBranch'] = forge?.byBranch ?? new Map();
  const projection = await computeProjection({
    gitDir: cloneDir(repo.id),
    trunk,
    previousRows: rows,
    previousTrunkTip: current?.trunkTip ?? null,
    branchTips: await recordedTips(lease),
    pullRequests: pullRequestFacts(rows, byBranch),
    landings: await recordedLandings(lease),
    signal: lease.signal,
  });
  if (!projection) {
    throw new JobFailed(
      failure(
        'BRANCH_NOT_FOUND',
        `The remote has no branch ${trunk}, which is this repo's trunk.`,
        "Set the repo's trunk to a branch that is there (repos.update), then sync.",
      ),
    );
  }
  const news = tidings(projection, trunk);
  await lease.write([
    ...upsertBranches(lease, withPullRequests(projection.rows, byBranch)),
    // Somebody may have named another trunk since this job began.
    lease.db.run(sql`
      update branches set parent = (select trunk from repos where id = ${repo.id})
      where repo_id = ${repo.id} and parent = ${trunk} and ${lease.held}
        and exists (select 1 from repos where id = ${repo.id} and trunk is not null and trunk <> ${trunk})`),
    lease.db.run(sql`
      insert into branch_tips (repo_id, branch, tip)
      select ${repo.id}, value ->> 'branch', value ->> 'tip' from json_each(${JSON.stringify(projection.newTips)}) where ${lease.held}`),
    lease.db.run(sql`
      update repos set trunk_tip = ${projection.trunkTip}, synced_at = ${NOW},
        counts = ${JSON.stringify(countBranches(projection.rows))}, sync_error = null, sync_error_at = null
      where id = ${repo.id} and ${lease.held}`),
    ...recordLandings(lease, projection.landings, projection.voided),
    ...(forge ? [recordForge(lease, forge)] : []),
    setResult(lease, found(current?.result ?? EMPTY_RESULT, projection, news)),
    ...news.map((note) => logLine(lease, note, 'warn')),
  ]);
}

/** Every tip that each branch of the repo was seen at, newest first. */
export async function recordedTips({ db, repo }: Pick<Lease, 'db' | 'repo'>): Promise<Map<string, string[]>> {
  const rows = await db
    .select({ branch: branchTips.branch, tip: branchTips.tip })
    .from(branchTips)
    .where(eq(branchTips.repoId, repo.id))
    .orderBy(desc(branchTips.id));
  const tips = new Map<string, string[]>();
  for (const { branch, tip } of rows) {
    const seen = tips.get(branch);
    if (seen) seen.push(tip);
    else tips.set(branch, [tip]);
  }
  return tips;
}

/** What a sync has found goes into the job's result; a step that runs twice finds it only once, so it is kept. */
function found(result: JobResult, projection: Projection, news: string[]): JobResult {
  const known = new Set(result.merged.map((m) => m.branch));
  return {
    ...result,
    merged: [...result.merged, ...projection.merged.filter((m) => !known.has(m.branch))],
    gone: [...new Set([...result.gone, ...projection.gone])],
    notes: [...new Set([...result.notes, ...news])],
  };
}

/** What a refresh has found that no list of the result holds, in whole sentences. */
function tidings(projection: Projection, trunk: string): string[] {
  const { trunkRewritten, landedInPart, reopened, returned, handedDown, rows } = projection;
  const isGone = new Set(rows.filter((row) => row.gone).map((row) => row.name));
  return [
    ...(trunkRewritten ? [`The trunk was rewritten on the remote and is followed.`] : []),
    ...reopened.map(({ branch, lost }) => {
      const [landing] = lost;
      if (!landing) return `Open again: ${branch}, which has new work on top of what was merged.`;
      const state = isGone.has(branch) ? ' It was deleted on the remote.' : '';
      const back = rows.filter((row) => row.parent === branch && landing.retargeted.some((m) => m.branch === row.name));
      const children =
        back.length > 0 && !isGone.has(branch) ? ` It carries ${named(back.map((row) => row.name))} again.` : '';
      return `Not merged any more: ${branch}, for ${landing.into} was rewritten and lacks it now.${state}${children}`;
    }),
    ...returned.map((branch) => `On the remote again: ${branch}.`),
    ...landedInPart.map(
      ({ branch, into, commits }) => `Landed in ${into}, of ${branch}, which goes on: ${named(commits.map(short))}.`,
    ),
    ...handedDown.map(({ branch, parent, commits }) => {
      const them = commits.length === 1 ? 'it' : 'them';
      const lacks = `${parent || trunk} no longer has ${counted(commits.length, 'commit')} that ${branch} stands on`;
      return `${lacks}, so ${branch} has ${them} as its own now: ${named(commits.map(short))}.`;
    }),
  ];
}

function short(commit: string): string {
  return commit.slice(0, 8);
}

/** The statement that sets the job's result, fenced. */
export function setResult(lease: Lease, result: JobResult) {
  return lease.db.run(
    sql`update jobs set result = ${JSON.stringify(result)} where id = ${lease.job.id} and ${lease.held}`,
  );
}

/**
 * The statements that make the branch rows what the projection says: one upsert for all of them, so a thousand
 * branches are one statement; rows that do not change make no event.
 */
function upsertBranches(lease: Lease, rows: Projection['rows']) {
  const { repoId: _repo, firstSeenAt: _first, lastSeenAt: _last, ...columns } = getTableColumns(branches);
  const entries = Object.entries(columns);
  const names = sql.raw(entries.map(([, column]) => column.name).join(', '));
  const values = sql.join(
    entries.map(([key]): SQL => sql`value ->> ${sql.raw(`'${key}'`)}`),
    sql`, `,
  );
  const updates = sql.raw(entries.map(([, column]) => `${column.name} = excluded.${column.name}`).join(', '));
  const json = JSON.stringify(rows);
  return [
    lease.db.run(sql`
      insert into branches (repo_id, ${names})
      select ${lease.repo.id}, ${values} from json_each(${json}) where ${lease.held}
      on conflict (repo_id, name) do update set ${updates}, last_seen_at = ${NOW}`),
    lease.db.run(sql`
      delete from branches where repo_id = ${lease.repo.id}
        and name not in (select value ->> 'name' from json_each(${json})) and ${lease.held}`),
  ];
}
