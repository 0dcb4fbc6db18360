import { and, eq, sql } from 'drizzle-orm';
import { config } from '@/config';
import { pieces } from '@/db/branch-rows';
import type { Statement } from '@/db/client';
import { moveRows } from '@/db/job-moves';
import { type JobMoveRow, jobMoves } from '@/db/schema';
import { cloneDir } from '@/git/clone/clone-dir';
import { isAncestor } from '@/git/objects/is-ancestor';
import { brings, existingCommits, titleOf } from '@/git/objects/rev-list';
import { speaksToRemote } from '@/git/process/error';
import { hostWords } from '@/git/process/said';
import { fetchRemote } from '@/git/remote/fetch';
import { branchOf, remoteRefs } from '@/git/remote/ls-remote';
import type { RemoteOptions } from '@/git/remote/options';
import { type Declined, type PushResult, pushAtomic } from '@/git/remote/push';
import type { RefMove } from '@/git/remote/push-repo';
import { reachable } from '@/git/remote/remote-host';
import { log } from '@/log';
import { advice, failureOfGit, JobFailed, refusalHint, unmoved } from '@/queue/failure';
import { JobCancelled, type Lease, LeaseLost, NOW } from '@/queue/lease';
import { factsOf, logLine, watched, wordLines, writeEach } from '@/queue/record';
import { hasMoreTries } from '@/queue/retry-policy';
import { arrivedMoves, arrivedRefs, decideResume, type Resume, refMoves } from '@/stack/push';
import { oneLine } from '@/text/foreign';
import { counted } from '@/text/words';
import { moveLandings } from './landings';

/** A ref move with its tracking, as a plan or an undo makes it. */
export type PlannedMove = Pick<
  JobMoveRow,
  'branch' | 'before' | 'after' | 'parentBefore' | 'parentAfter' | 'baseBefore' | 'baseAfter' | 'rewritten'
> &
  Partial<Pick<JobMoveRow, 'baseNamedAfter'>>;

/** What came of the push: everything is there; or nothing (more) of it counts and it has to be planned again. */
export type Commitment =
  | { kind: 'pushed' }
  | { kind: 'moved_meanwhile'; branches: string[] }
  | { kind: 'refused'; branches: Map<string, string> };

/**
 * Writes the moves down, before anything happens. What was planned earlier and not pushed is abandoned. Very many are
 * several transactions: a run that is lost between two of them plans anew.
 * @param also what is written with the first of them
 */
export async function writeMoves(lease: Lease, moves: PlannedMove[], also: Statement[] = []): Promise<void> {
  const [first, ...others] = pieces(moves);
  await writeEach(lease, [
    () => [abandonMoves(lease), ...(first ? [planned(lease, first)] : []), ...also],
    ...others.map((more) => () => [planned(lease, more)]),
  ]);
}

function planned(lease: Lease, moves: PlannedMove[]): Statement {
  return lease.db.run(sql`
      insert into job_moves (job_id, branch, "before", "after", parent_before, parent_after, base_before, base_after, base_named_before, base_named_after, rewritten)
      select ${lease.job.id}, value ->> 'branch', value ->> 'before', value ->> 'after', value ->> 'parentBefore',
             value ->> 'parentAfter', value ->> 'baseBefore', value ->> 'baseAfter',
             (select base_named from branches where repo_id = ${lease.repo.id} and name = value ->> 'branch' and base is value ->> 'baseBefore'),
             value ->> 'baseNamedAfter', value ->> 'rewritten'
      from json_each(${JSON.stringify(moves)}) where ${lease.held}`);
}

function abandonMoves(lease: Lease): Statement {
  return lease.db.run(
    sql`update job_moves set state = 'abandoned' where job_id = ${lease.job.id} and state = 'planned' and ${lease.held}`,
  );
}

/**
 * Passes the point of no return and pushes the moves, which are written down already and whose commits are in
 * the clone. Afterwards the branch rows show what the remote has now.
 */
export async function commitMoves(lease: Lease, moves: PlannedMove[]): Promise<Commitment> {
  await passPointOfNoReturn(lease);
  return push(lease, moves, false);
}

/**
 * Goes on with a push that an earlier attempt began, deciding by what the remote has now. Null where there was
 * none, or where the remote has moved so that it has to be planned again. An attempt that has pushed all that it
 * planned, and was lost only then, is not repeated: an undo or a new branch would find its own work in its way.
 */
export async function resumeMoves(lease: Lease): Promise<Commitment | null> {
  if (!lease.job.committingAt) return null;
  const moves = await moveRows(lease.db, lease.job.id);
  const rows = moves.filter((move) => move.state === 'planned');
  if (rows.length === 0) return moves.some((move) => move.state === 'pushed') ? { kind: 'pushed' } : null;
  const refs = refMoves(rows);
  const gitDir = cloneDir(lease.repo.id);
  const { decision, arrived } = await askRemote(lease, rows);
  await lease.write([
    logLine(lease, `An earlier attempt had begun to push; the remote says: ${decision.replace('_', ' ')}.`),
  ]);
  // The new commits are lost with a clone that was lost: nothing of them is on the remote, so they can be made again.
  const lost = decision === 'push_again' && !(await hasAll(gitDir, refs, lease.signal));
  if (decision === 'plan_again' || lost) {
    await forgetPush(lease, arrived);
    return arrived.length > 0 ? { kind: 'moved_meanwhile', branches: arrived.map(({ branch }) => branch) } : null;
  }
  if (decision === 'push_again') return push(lease, rows, true);
  await writePushed(lease, rows);
  return { kind: 'pushed' };
}

/**
 * How a push of these moves that may have happened goes on, by what the remote has now, and which of them have; and the
 * branches that are broken there, which nobody has moved.
 */
async function askRemote(
  lease: Lease,
  moves: PlannedMove[],
): Promise<{
  decision: Resume;
  remote: ReadonlyMap<string, string>;
  arrived: PlannedMove[];
  broken: ReadonlySet<string>;
}> {
  const refs = refMoves(moves);
  const gitDir = cloneDir(lease.repo.id);
  const remote = await remoteRefs(
    gitDir,
    refs.map((move) => move.ref),
    await remoteOptions(lease),
  );
  const broken = new Set<string>();
  // What somebody has pushed since is not in the clone yet.
  if (refs.some(({ ref, before, after }) => ![before, after, null].includes(remote.get(ref) ?? null))) {
    const { leftOut } = await fetchRemote(gitDir, { ...(await remoteOptions(lease)), trunk: lease.repo.trunk });
    for (const { name, reason } of leftOut) if (reason === 'broken') broken.add(name);
  }
  const isDescendant = await movedOn(lease, refs, remote);
  const arrived = arrivedMoves(moves, arrivedRefs(refs, remote, isDescendant));
  return { decision: decideResume(refs, remote, isDescendant), remote, arrived, broken };
}

/** The refs that are neither where the push finds them nor where it leaves them. */
function elsewhere(refs: RefMove[], remote: ReadonlyMap<string, string>): Array<{ now: string; after: string }> {
  return refs.flatMap(({ ref, before, after }) => {
    const now = remote.get(ref);
    return !now || !after || now === before || now === after ? [] : [{ now, after }];
  });
}

/** Tells of such refs whether they have in their history what the push leaves. The clone has what the remote has. */
export async function movedOn(
  lease: Lease,
  refs: RefMove[],
  remote: ReadonlyMap<string, string>,
): Promise<(commit: string, ancestor: string) => boolean> {
  const pairs = new Set<string>();
  for (const { now, after } of elsewhere(refs, remote)) {
    if (await isAncestor(cloneDir(lease.repo.id), after, now, lease.signal)) pairs.add(`${after} ${now}`);
  }
  return (commit, ancestor) => pairs.has(`${ancestor} ${commit}`);
}

async function hasAll(gitDir: string, refs: RefMove[], signal: AbortSignal): Promise<boolean> {
  const commits = new Set(refs.flatMap(({ after }) => after ?? []));
  return (await existingCommits(gitDir, commits, signal)).length === commits.size;
}

async function passPointOfNoReturn(lease: Lease): Promise<void> {
  const { db, job } = lease;
  const [passed] = await db.all<{ id: string }>(sql`
    update jobs set committing_at = ${NOW}
    where id = ${job.id} and fence = ${job.fence} and status = 'running' and cancel_requested_at is null returning id`);
  if (passed) return;
  const [row] = await db.all<{ fence: number; cancel: string | null }>(
    sql`select fence, cancel_requested_at as cancel from jobs where id = ${job.id}`,
  );
  throw row?.fence === job.fence && row.cancel ? new JobCancelled() : new LeaseLost(job);
}

/**
 * A push that did not happen, or of which a part did, is forgotten: the job may be cancelled, or planned, again.
 * @param arrived what of it is on the remote all the same
 */
async function forgetPush(lease: Lease, arrived: PlannedMove[] = []): Promise<void> {
  await lease.write([
    ...(arrived.length > 0 ? pushedMoves(lease, arrived) : []),
    abandonMoves(lease),
    lease.db.run(sql`update jobs set committing_at = null where id = ${lease.job.id} and ${lease.held}`),
  ]);
}

/** How a command that talks to the remote is bounded within a step. */
export async function remoteOptions(lease: Lease): Promise<RemoteOptions> {
  const { signal, record, away } = lease;
  const bounds = { signal, timeoutMs: config().networkTimeoutMs, record, away };
  return { ...bounds, ...(await reachable(lease.repo.url)) };
}

/** @param resumed an earlier attempt has pushed the same, and it is not known how that went */
async function push(lease: Lease, moves: PlannedMove[], resumed: boolean): Promise<Commitment> {
  const refs = refMoves(moves);
  if (refs.length === 0) {
    await writePushed(lease, moves);
    return { kind: 'pushed' };
  }
  const gitDir = cloneDir(lease.repo.id);
  return watched(lease, 'act', 'push', `Pushing ${counted(refs.length, 'branch', 'branches')}`, async () => {
    const result = await pushAtomic(gitDir, refs, await remoteOptions(lease));
    switch (result.kind) {
      case 'pushed':
        await writePushed(lease, moves);
        log('info', 'pushed', `Pushed ${counted(refs.length, 'branch', 'branches')}`, factsOf(lease));
        return { kind: 'pushed' };
      case 'atomic_unsupported':
        return pushOneByOne(lease, moves);
      case 'declined':
        return takeBack(lease, moves, result, resumed);
      case 'refused':
        return sortOut(lease, moves, result);
      case 'too_many':
        await forgetPush(lease);
        throw new JobFailed(
          unmoved(
            'TOO_LARGE',
            `git cannot push ${counted(refs.length, 'branch', 'branches')} at once over http.`,
            'Restack stack by stack, or add the repo by its ssh address.',
          ),
        );
    }
  });
}

/**
 * The far side has taken nothing: the point of no return is taken back, before anything else. Where it minds objects of
 * some branches, those are held back; else the job waits, if time can mend it, or ends. A lock that is there for as long
 * as the job may wait holds back its own branch.
 */
async function takeBack(
  lease: Lease,
  moves: PlannedMove[],
  { error, objects, locked }: Declined,
  resumed: boolean,
): Promise<Commitment> {
  // Of the earlier attempt only the remote can tell; where it does not, nothing is known still.
  const earlier = resumed ? await askRemote(lease, moves) : null;
  if (earlier?.decision === 'done') {
    await writePushed(lease, moves);
    return { kind: 'pushed' };
  }
  await forgetPush(lease, earlier?.arrived);
  await lease.write(wordLines(lease, error.stderr, 'warn'));
  const branches = new Map<string, string>();
  for (const { id, why } of objects) {
    const blamed = await bringerOf(lease, moves, id);
    if (blamed) branches.set(blamed.branch, `${blamed.what}: ${why}`);
  }
  if (branches.size > 0) return { kind: 'refused', branches };
  const { failure: known, transient } = failureOfGit(error);
  if (transient) {
    if (locked.length === 0 || (await hasMoreTries(lease))) throw error;
    const stays = locked.map(
      ({ ref, message }) => [branchOf(ref) ?? ref, `${message.replace(/\.$/, '')}; ${LEFT_OVER}`] as const,
    );
    return { kind: 'refused', branches: new Map(stays) };
  }
  const ours = () => new JobFailed({ ...known, tellsMoved: true });
  // It failed before anything was said to the remote.
  if (!speaksToRemote(error.args)) throw ours();
  const words = oneLine(hostWords(error.stderr) || error.message);
  switch (error.kind) {
    case 'auth':
    case 'not_found': {
      // To read, this login was enough; what else the host says of it tells more.
      const hint = error.kind === 'auth' && !SAYS_LOGIN.has(error.reason?.name) ? known.hint : MAY_READ;
      throw new JobFailed(unmoved('AUTH', `The remote does not let us push: ${words}`, hint));
    }
    case 'untrusted':
    case 'redirect':
    case 'private':
    case 'protocol':
    case 'missing':
    case 'too_large':
      throw ours();
    default:
      throw new JobFailed(
        unmoved(
          'PUSH_REJECTED',
          `The remote did not take the push: ${words}`,
          error.reason ? advice(error.reason) : 'Mend what the remote minds, or ask whoever may.',
        ),
      );
  }
}

const LEFT_OVER = 'if nobody is pushing to it, that lock was left over: delete it there';

const MAY_READ = 'The login of the user that runs Spicerack may read this repository; give it one that may push.';

/** Reasons that say of a login no more than that it is not enough. */
const SAYS_LOGIN: ReadonlySet<string | undefined> = new Set([undefined, 'login', 'ssh login']);

/** The lowest branch whose push brings an object, and what that is, as people know it: the commit before it was replayed. */
async function bringerOf(
  { repo, signal }: Lease,
  moves: PlannedMove[],
  id: string,
): Promise<{ branch: string; what: string } | null> {
  const gitDir = cloneDir(repo.id);
  for (const { branch, rewritten } of moves) {
    const from = rewritten.find(({ to }) => to === id)?.from;
    if (from) return { branch, what: `commit ${await titleOf(gitDir, from, signal)}` };
  }
  for (const { branch, after } of moves) {
    if (after && (await brings(gitDir, after, id, signal))) return { branch, what: `object ${id}` };
  }
  return null;
}

/**
 * Sorts what a remote said no to: what it does not let move, and what others have moved. That somebody has is believed
 * only where it shows: a ref that it calls moved and shows where it was cannot be moved by us, and is held back alone.
 */
async function sortOut(
  lease: Lease,
  moves: PlannedMove[],
  { refs, blamed, words }: PushResult & { kind: 'refused' },
): Promise<Commitment> {
  const { decision, remote, arrived, broken } = await askRemote(lease, moves);
  // What an earlier attempt sent may have arrived only now, between this push's look and its blow.
  if (decision === 'done') {
    await writePushed(lease, moves);
    return { kind: 'pushed' };
  }
  await forgetPush(lease, arrived);
  const before = new Map(refMoves(moves).map((move) => [move.ref, move.before]));
  const firm = new Map<string, string>();
  const moved: string[] = [];
  for (const { ref, reason, message } of refs) {
    const branch = branchOf(ref) ?? ref;
    const isStuck = reason === 'stale' && (remote.get(ref) ?? null) === before.get(ref);
    const why = broken.has(branch) ? `bad object ${ref}: ${BROKEN}` : isStuck ? STUCK : message;
    if (reason === 'stale' && !isStuck && !broken.has(branch)) moved.push(branch);
    else firm.set(branch, why);
    await lease.write([logLine(lease, `The remote did not take ${branch}: ${why}`, 'warn')]);
  }
  await lease.write(wordLines(lease, words, 'warn'));
  const [first] = firm.values();
  if (first === undefined) return { kind: 'moved_meanwhile', branches: moved };
  if (blamed) return { kind: 'refused', branches: firm };
  throw new JobFailed(unmoved('PUSH_REJECTED', `The remote declined the push: ${first}`, refusalHint(words)));
}

const STUCK = 'it says that the branch has moved, and shows it where it was; perhaps it hides it from those who push';

const BROKEN = 'it names nothing there, or a commit that is missing there; mend or delete it there';

/** Bottom up, where the remote knows no atomic push and the repo allows it: what was pushed stays pushed. */
async function pushOneByOne(lease: Lease, moves: PlannedMove[]): Promise<Commitment> {
  if (!lease.repo.allowNonAtomicPush) {
    await forgetPush(lease);
    throw new JobFailed(
      unmoved(
        'PUSH_REJECTED',
        'The remote cannot move several branches at once (no atomic push).',
        'Allow pushing one by one in the settings of this repo (allowNonAtomicPush), knowing that a failure may then leave a stack half moved.',
      ),
    );
  }
  for (const move of moves) {
    const refs = refMoves([move]);
    const options = { ...(await remoteOptions(lease)), atomic: false };
    const result = await pushAtomic(cloneDir(lease.repo.id), refs, options);
    if (result.kind === 'declined') return takeBack(lease, [move], result, false);
    if (result.kind === 'refused') {
      const sorted = await sortOut(lease, [move], { ...result, blamed: true });
      if (sorted.kind !== 'pushed') return sorted;
    } else {
      await lease.write(pushedMoves(lease, [move]));
      log('info', 'pushed', 'Pushed 1 branch', factsOf(lease));
    }
  }
  return { kind: 'pushed' };
}

/**
 * Writes after a push that the moves are done. Very many are several transactions: of what a run that is lost between two
 * of them has not written, the next one asks the remote.
 */
async function writePushed(lease: Lease, moves: PlannedMove[]): Promise<void> {
  await writeEach(
    lease,
    pieces(moves).map((some) => () => pushedMoves(lease, some)),
  );
}

/**
 * The statements after a push: the moves are done, and the branch rows stand where they now are.
 * @param jobId whose moves they are: an earlier job's, where its push is only heard of now
 */
export function pushedMoves(lease: Lease, moves: PlannedMove[], jobId = lease.job.id): Statement[] {
  const json = JSON.stringify(moves);
  // Only of a registration of one branch, which moves nothing else; not of an earlier job that it hears of.
  const named = jobId === lease.job.id && lease.job.base !== null ? 1 : 0;
  return [
    lease.db.run(sql`
      update job_moves set state = 'pushed' where job_id = ${jobId} and state = 'planned'
        and branch in (select value ->> 'branch' from json_each(${json})) and ${lease.held}`),
    lease.db.run(sql`
      insert into branches (repo_id, name, tip, parent, base, base_named, tracked)
      select ${lease.repo.id}, value ->> 'branch', value ->> 'after', value ->> 'parentAfter', value ->> 'baseAfter', coalesce(value ->> 'baseNamedAfter', ${named}), value ->> 'parentAfter' is not null
      from json_each(${json}) where value ->> 'after' is not null and ${lease.held}
      on conflict (repo_id, name) do update set
        forecast = case when tip is excluded.tip and base is excluded.base then forecast end, tip = excluded.tip, parent = excluded.parent, base = excluded.base,
        base_named = excluded.base_named or (base_named and base is excluded.base), tracked = excluded.tracked`),
    lease.db.run(sql`
      delete from branches where repo_id = ${lease.repo.id} and ${lease.held}
        and name in (select value ->> 'branch' from json_each(${json}) where value ->> 'after' is null)`),
    lease.db.run(sql`
      insert into branch_tips (repo_id, branch, tip)
      select ${lease.repo.id}, value ->> 'branch', value ->> 'after' from json_each(${json})
      where value ->> 'after' is not null and value ->> 'after' is not value ->> 'before' and ${lease.held}`),
    ...moveLandings(lease, moves),
  ];
}

/** The branches that the job has moved, on the remote or in the rows alone. */
export async function pushedBranches({ db, job }: Lease): Promise<Set<string>> {
  const rows = await db
    .select({ branch: jobMoves.branch })
    .from(jobMoves)
    .where(and(eq(jobMoves.jobId, job.id), eq(jobMoves.state, 'pushed')));
  return new Set(rows.map(({ branch }) => branch));
}
