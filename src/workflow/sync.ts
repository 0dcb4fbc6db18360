import { eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import { breather } from '@/breather';
import { config } from '@/config';
import { branchRows, pieces } from '@/db/branch-rows';
import type { Statement } from '@/db/client';
import { type BranchRow, branches, jobs, repos } from '@/db/schema';
import { prepareDemo } from '@/demo/prepare';
import { demoUrl } from '@/demo/url';
import { countStates, lastRestackQuery, restackOf } from '@/forecast/last-restack';
import { openPullRequests, pullRequestFacts, withPullRequests } from '@/forge/rows';
import { cloneDir } from '@/git/clone/clone-dir';
import { sameDataDir } from '@/git/clone/data-dir';
import { prepareClone } from '@/git/clone/init';
import { ensureCommitGraph } from '@/git/clone/maintenance';
import { commitIdentities } from '@/git/objects/identities';
import { GitError } from '@/git/process/error';
import { type Fetched, fetchRemote } from '@/git/remote/fetch';
import { remoteHead, remoteHeadName } from '@/git/remote/ls-remote';
import { redirectTarget } from '@/git/remote/redirect';
import { EMPTY_RESULT, type JobResult } from '@/model/result';
import { tipsKey } from '@/planner/tips-key';
import { projectionOf } from '@/projection/known';
import { recordedLandings } from '@/projection/recorded-landings';
import { recordedTips } from '@/projection/recorded-tips';
import type { Projection } from '@/projection/refresh';
import { type Failure, failure, failureOfGit, JobFailed } from '@/queue/failure';
import { type Lease, NOW } from '@/queue/lease';
import { logLine, setResult, watched, writeEach } from '@/queue/record';
import { isKept } from '@/repos/kept';
import { counted, named } from '@/text/words';
import { remoteOptions } from './commit-moves';
import { bringOver, setAsideIfDamaged, theirs } from './damaged-clone';
import { recordLandings } from './landings';
import { leftOutLines, leftOutOf, trunkLeftOut } from './left-out';
import { askForge, type ForgeNews, recordForge } from './pull-requests';
import { settlePushes } from './settle-pushes';

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
  const { trunk, fetched } = await watched(lease, step, 'fetch', 'Fetching from the remote', () => fetchWhole(lease));
  await settlePushes(lease);
  // Once a job is enough: the rows remember it.
  const forge = step === 'sync' ? await askForge(lease, trunk) : null;
  // Where the remote's HEAD is matters to nothing that is done: a sync tells it.
  const asksHead = step === 'sync' && lease.job.kind === 'sync_repo';
  const head = asksHead ? await remoteHeadName(cloneDir(lease.repo.id), await remoteOptions(lease)) : null;
  await watched(lease, step, 'refresh', 'Reading the branches', () => refresh(lease, { trunk, fetched }, forge, head));
}

/** What a fetch has shown: the trunk's name, and the remote's branches. */
interface Sight {
  trunk: string;
  fetched: Fetched;
}

/** Fetches into the clone, making it anew once if it is damaged. */
async function fetchWhole(lease: Lease): Promise<Sight> {
  try {
    return await fetchOnce(lease);
  } catch (error) {
    if (error instanceof GitError && error.kind === 'redirect') throw await movedAway(lease, error);
    if (!(error instanceof GitError) || error.kind !== 'corrupt') throw error;
    if (!(await setAsideIfDamaged(lease, error))) throw theirs(error);
    return fetchOnce(lease);
  }
}

/** The failure that names the address which the remote points to. */
async function movedAway(lease: Lease, error: GitError): Promise<JobFailed> {
  const target = await redirectTarget(cloneDir(lease.repo.id), await remoteOptions(lease));
  const { failure: known } = failureOfGit(error);
  return new JobFailed(
    target ? failure(known.code, `The remote points to another address: ${target}`, known.hint) : known,
  );
}

async function fetchOnce(lease: Lease): Promise<Sight> {
  const gitDir = cloneDir(lease.repo.id);
  const remote = await remoteOptions(lease);
  await sameDataDir();
  if (lease.repo.url === demoUrl(config().dataDir)) await prepareDemo(lease);
  await prepareClone(gitDir, lease.repo.url);
  const trunk = lease.repo.trunk ?? (await findTrunk(lease, gitDir, remote));
  const fetched = await fetchRemote(gitDir, { ...remote, trunk });
  await ensureCommitGraph(gitDir, { signal: lease.signal, record: lease.record });
  await bringOver(lease);
  return { trunk, fetched };
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

/**
 * Computes the branch rows from the clone's refs and writes them.
 * @param head the branch that the remote's HEAD names; null where it was not asked, or names none
 */
async function refresh(
  lease: Lease,
  { trunk, fetched }: Sight,
  forge: ForgeNews | null,
  head: string | null,
): Promise<void> {
  const { db, repo, job } = lease;
  const rows = await branchRows(db, repo.id);
  const [current] = await db
    .select({ trunkTip: repos.trunkTip, previousTrunk: repos.previousTrunk, result: jobs.result })
    .from(repos)
    .innerJoin(jobs, eq(jobs.id, job.id))
    .where(eq(repos.id, repo.id));
  const byBranch: ForgeNews['byBranch'] = forge?.byBranch ?? new Map();
  // One that is broken may be known still as it was; what stands on it must not be judged by that.
  const trunkRef = fetched.leftOut.find((ref) => ref.name === trunk);
  if (trunkRef) throw new JobFailed(trunkLeftOut(trunkRef));
  const { tips, earlier } = await recordedTips(db, repo.id);
  const projection = await projectionOf({
    gitDir: cloneDir(repo.id),
    refs: fetched.refs,
    trunk,
    previousRows: rows,
    previousTrunkTip: current?.trunkTip ?? null,
    // A server of an older version lets the trunk be set anew while a job runs: then it is the next job's.
    previousTrunk: current?.previousTrunk === trunk ? null : current?.previousTrunk,
    branchTips: tips,
    earlierTips: earlier,
    pullRequests: pullRequestFacts(rows, byBranch),
    openPullRequests: openPullRequests(rows, byBranch),
    protectedBranches: forge?.protectedBranches,
    landings: await recordedLandings(db, repo.id),
    signal: lease.signal,
  });
  if (!projection) {
    const isOdd = fetched.branches.has(trunk);
    throw new JobFailed(isOdd ? trunkLeftOut({ name: trunk, reason: 'no_commit' }) : await trunkIsGone(lease, trunk));
  }
  const { landedInPart } = projection;
  const identities = await commitIdentities(
    cloneDir(repo.id),
    landedInPart.flatMap(({ commits }) => commits),
    lease.signal,
  );
  const landed = landedInPart.flatMap(({ branch, into, commits }) =>
    commits.map((commit) => ({ branch, into, commit, subject: identities.get(commit)?.subject ?? '' })),
  );
  const tidings = news(projection, trunk, nowKept(rows, projection.rows));
  const told = [
    setResult(lease, lease.job.id, found(current?.result ?? EMPTY_RESULT, projection, landed, tidings)),
    ...tidings.map((line) => logLine(lease, line, 'warn')),
    ...recordLandings(lease, trunk, projection),
    ...projection.tooLarge.map((branch) =>
      logLine(lease, `${branch} changes more than can be compared; it is left alone.`, 'warn'),
    ),
  ];
  const leftOut = leftOutOf(trunk, fetched, projection);
  if (JSON.stringify(leftOut) !== JSON.stringify(repo.leftOut)) told.push(...leftOutLines(lease, leftOut));
  const key = tipsKey({ trunk, trunkTip: projection.trunkTip, engine: repo.engine }, projection.rows);
  const [last] = await lastRestackQuery(db, repo.id, key);
  const restack = restackOf(last);
  const shown = withPullRequests(projection.rows, byBranch);
  const counts = countStates(shown, trunk, restack && { ...restack, stale: last?.tipsKey !== key });
  const { newTips } = projection;
  const statements = await writeRows(lease, { rows: shown, newTips }, rows);
  // Most often there are few, and all is one transaction. Many go in one by one, behind what is told of them: a run that
  // takes over in between computes the rest again, and finds nothing twice.
  const isLong = statements.length > STATEMENTS_AT_ONCE;
  if (isLong) {
    await writeEach(lease, [() => told, ...statements.map((statement) => () => [statement])]);
  }
  await lease.write([
    ...(isLong ? [] : [...statements, ...told]),
    lease.db.run(sql`
      update repos set trunk_tip = case when trunk is ${trunk} then ${projection.trunkTip} else trunk_tip end,
        synced_at = ${NOW},
        counts = ${JSON.stringify(counts)},
        previous_trunk = case when trunk is ${trunk} then null else previous_trunk end,
        left_out = ${leftOut === null ? null : JSON.stringify(leftOut)}
      where id = ${repo.id} and ${lease.held}`),
    // It may have been set anew meanwhile, and is not among the branches.
    db.run(sql`delete from branches where repo_id = ${repo.id} and ${lease.held}
      and name = (select trunk from repos where id = ${repo.id})`),
    ...(head === null ? [] : [recordHead(lease, head)]),
    ...(forge ? [recordForge(lease, forge)] : []),
  ]);
}

/** Statements of as many rows that are one transaction. */
const STATEMENTS_AT_ONCE = 3;

/** What a sync has found goes into the job's result; a step that runs twice finds it only once, so it is kept. */
function found(
  result: JobResult,
  projection: Projection,
  landed: NonNullable<JobResult['landed']>,
  tidings: string[],
): JobResult {
  const known = new Set(result.merged.map((m) => m.branch));
  return {
    ...result,
    merged: [...result.merged, ...projection.merged.filter((m) => !known.has(m.branch))],
    landed: [...(result.landed ?? []), ...landed],
    gone: [...new Set([...result.gone, ...projection.gone])],
    notes: [...new Set([...result.notes, ...tidings])],
  };
}

/** The tracked branches that no action moves any more, for a reason that nobody but this look has seen. */
function nowKept(before: BranchRow[], rows: Projection['rows']): string[] {
  const were = new Map(before.map((row) => [row.name, isKept(row)]));
  return rows
    .filter((row) => row.tracked && row.kept === null && isKept(row) && !were.get(row.name))
    .map((row) => row.name);
}

/** What a person should know of it beside the lists, in whole sentences. */
function news(projection: Projection, trunk: string, kept: string[]): string[] {
  const { trunkRewritten, oldTrunk, renamed, follow, landedInPart, voided, reopened, returned, handedDown, rows } =
    projection;
  const isGone = new Set(rows.filter((row) => row.gone).map((row) => row.name));
  // Nobody has to hear of what a branch stood on for a moment only, nor of commits by which its parent had landed.
  const parents = new Map(rows.map((row) => [row.name, row.tracked ? row.parent : row.suggestedParent]));
  const standsOn = (branch: string, below: string) => below === trunk || below === parents.get(branch);
  const hadBrought = new Set(voided.map(({ at }) => at));
  const byName = new Map(rows.map((row) => [row.name, row]));
  const stand =
    follow.length === 1 ? '1 branch of the old one stands' : `${follow.length} branches of the old one stand`;
  return [
    ...(trunkRewritten ? ['The trunk was rewritten on the remote and is followed.'] : []),
    ...(follow.length > 0 ? [`The trunk is another branch now, and ${stand} on it.`] : []),
    ...kept.map((name) => `${name} is taken for a long-lived branch now, and no longer moved: its row lets it go.`),
    ...reopened.map(({ branch, lost, isOnTop }) => {
      const [landing] = lost;
      const row = byName.get(branch);
      if (!landing && row && isKept(row)) return `Not counted as merged any more: ${branch}, which is long-lived.`;
      if (!landing)
        return `Open again: ${branch}, which has ${isOnTop ? 'new work on top of' : 'other work than'} what was merged.`;
      const state = isGone.has(branch) ? ' It was deleted on the remote.' : '';
      const were = new Set(landing.retargeted.map((m) => m.branch));
      const back = rows.filter((row) => row.parent === branch && were.has(row.name));
      const carries =
        back.length > 0 && !isGone.has(branch) ? ` It carries ${named(back.map((row) => row.name))} again.` : '';
      const isOther = oldTrunk !== null && (landing.into === trunk || landing.into === oldTrunk);
      const why = isGone.has(landing.into)
        ? `${landing.into} was deleted, not merged`
        : isOther
          ? `the trunk is ${trunk} now, which lacks it`
          : `${landing.into} was rewritten and lacks it now`;
      return `Not merged any more: ${branch}, for ${why}.${state}${carries}`;
    }),
    ...returned.map(({ branch, keeping }) => {
      const kept = keeping?.length ? ` ${named(keeping)} ${keeping.length === 1 ? 'keeps' : 'keep'} that.` : '';
      return `On the remote again: ${branch}${keeping ? `, with none of the commits that it had.${kept}` : '.'}`;
    }),
    ...landedInPart
      .filter(({ branch, into, commits }) => standsOn(branch, into) && !commits.every((id) => hadBrought.has(id)))
      .map(
        ({ branch, into, commits }) =>
          `Landed in ${into}: ${counted(commits.length, 'commit')} of ${branch}, which goes on.`,
      ),
    ...handedDown.map(({ branch, parent, commits }) => {
      const them = commits.length === 1 ? 'it' : 'them';
      const lacks = `${parent || trunk} no longer has ${counted(commits.length, 'commit')}`;
      return `${lacks}${handedDownTo(branch)}${them} as its own now: ${named(commits.map((id) => id.slice(0, 8)))}.`;
    }),
    ...renamed.map(({ from, to }) => `It seems that ${from} is ${to} now: accept that on its row.`),
  ];
}

const handedDownTo = (branch: string) => ` that ${branch} stands on, so ${branch} has `;

/** Whether a note tells that commits below one of these branches are its own now. */
export function tellsHandedDown(note: string, branches: Iterable<string>): boolean {
  return [...branches].some((branch) => note.includes(handedDownTo(branch)));
}

/** The statement that says where the remote's HEAD is: it has moved where it names another branch than at the last sync. */
function recordHead({ db, repo, held }: Lease, head: string): Statement {
  return db.run(sql`
    update repos set head = ${head},
      head_moved = case when ${head} is trunk then 0 when head is not null and head is not ${head} then 1 else head_moved end
    where id = ${repo.id} and ${held}`);
}

/** Why a job ends whose trunk is not on the remote, with the branch that is most likely the trunk now. */
async function trunkIsGone(lease: Lease, trunk: string): Promise<Failure> {
  const head = await remoteHead({ gitDir: cloneDir(lease.repo.id) }, await remoteOptions(lease));
  const message = `The remote has no branch ${trunk}, which is this repo's trunk.`;
  if (head.kind !== 'trunk') {
    const hint = "Set the repo's trunk to a branch that is there (repos.update), then sync.";
    return failure('BRANCH_NOT_FOUND', message, hint);
  }
  const { name, by } = head;
  const found = by === 'head' ? `The remote's HEAD is ${name} now.` : `There is a branch ${name}.`;
  const hint = `If ${name} is the trunk now, set it (repos.update with trunk: "${name}"), then sync: the stacks follow.`;
  return failure('BRANCH_NOT_FOUND', `${message} ${found}`, hint);
}

/**
 * The statements that make the branch rows, and the tips that they were seen at, what the projection says: one for each
 * `ROWS_AT_ONCE` rows, none for rows that do not change.
 */
async function writeRows(
  lease: Lease,
  { rows, newTips }: Pick<Projection, 'rows' | 'newTips'>,
  before: BranchRow[],
): Promise<Statement[]> {
  const { repoId: _repo, firstSeenAt: _first, lastSeenAt: _last, ...columns } = getTableColumns(branches);
  const entries = Object.entries(columns);
  const names = sql.raw(entries.map(([, column]) => column.name).join(', '));
  const values = sql.join(
    entries.map(([key]): SQL => sql`value ->> ${sql.raw(`'${key}'`)}`),
    sql`, `,
  );
  // A person may have said meanwhile what is to be kept.
  const updates = sql.raw(
    entries
      .filter(([key]) => key !== 'kept')
      .map(([, column]) => `${column.name} = excluded.${column.name}`)
      .join(', '),
  );
  const previous = new Map(before.map((row) => [row.name, row]));
  // The rows' own keys, in one order for both sides.
  const keys = Object.keys(columns) as Array<keyof typeof columns>;
  const text = (row: Projection['rows'][number]) => JSON.stringify(keys.map((key) => row[key]));
  const breath = breather();
  const changed: Projection['rows'] = [];
  for (const row of rows) {
    await breath();
    const was = previous.get(row.name);
    if (!was || text(was) !== text(row)) changed.push(row);
  }
  const there = new Set(rows.map((row) => row.name));
  const vanished = before.flatMap(({ name }) => (there.has(name) ? [] : [name]));
  const upsert = (some: Projection['rows']) =>
    lease.db.run(sql`
      insert into branches (repo_id, ${names})
      select ${lease.repo.id}, ${values} from json_each(${JSON.stringify(some)}) where ${lease.held}
      on conflict (repo_id, name) do update set ${updates}, last_seen_at = ${NOW}`);
  const remove = (some: string[]) =>
    lease.db.run(sql`
      delete from branches where repo_id = ${lease.repo.id}
        and name in (select value from json_each(${JSON.stringify(some)})) and ${lease.held}`);
  const record = (some: Projection['newTips']) =>
    lease.db.run(sql`
      insert into branch_tips (repo_id, branch, tip, anew)
      select ${lease.repo.id}, value ->> 'branch', value ->> 'tip', value ->> 'anew' from json_each(${JSON.stringify(some)}) where ${lease.held}`);
  return [...pieces(changed).map(upsert), ...pieces(vanished).map(remove), ...pieces(newTips).map(record)];
}
