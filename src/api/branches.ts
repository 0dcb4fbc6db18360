import { and, desc, eq, inArray, isNull, not, sql } from 'drizzle-orm';
import { z } from 'zod';
import { type Db, snapshot, write } from '@/db/client';
import { hasRunningJob } from '@/db/open-jobs';
import { type BranchRow, branches, branchTips, type JobRow, jobMoves, jobs, landings, repos } from '@/db/schema';
import { cursorQuery } from '@/feed/read';
import { moversOf } from '@/model/sightings';
import { acceptRename } from '@/projection/accept-rename';
import { clashRefusal, onceFor, queueJob } from '@/queue/accept';
import { badRequest, conflict, noRepo, type Refusal } from '@/queue/refusal';
import { isTrunk, nothingToForget, nothingToRestore, nothingToUntrack, unknownBranch } from '@/repos/branch-words';
import { isKept } from '@/repos/kept';
import { changeRows } from './kept/change';
import { branchName, branchNames, idempotencyKey, procedure, refuse, repoId, router } from './trpc';

const one = z.strictObject({ repoId, branch: branchName });

export const branchesRouter = router({
  /**
   * Says whether a branch is a long-lived one, that no action moves: `kept` true or false; null leaves it to what is
   * known of the branch (`keptReason`). Rows only, at once.
   */
  update: procedure.input(one.extend({ kept: z.boolean().nullable() })).mutation(async ({ ctx, input }) => {
    const { repoId: id, branch, kept } = input;
    const found = await findRow(ctx.db, input);
    if ('refused' in found) refuse(found.refused);
    const updated = await changeRows(ctx.db, id, async ({ rows, countsOf, holds }) => {
      const row = rows.find(({ name }) => name === branch) ?? refuse(unknown(branch));
      // What changes nothing leaves the outline as it is, by which the branches are counted.
      if (row.kept === kept) return row;
      const changed = isKept({ ...row, kept }) ? { kept, needsRestack: false, forecast: null } : { kept };
      const counts = await countsOf(rows.map((each) => (each === row ? { ...row, ...changed } : each)));
      const [, [written]] = await write(ctx.db, [
        ctx.db
          .update(repos)
          .set({ counts })
          .where(and(eq(repos.id, id), holds)),
        ctx.db
          .update(branches)
          .set(changed)
          .where(and(eq(branches.repoId, id), eq(branches.name, branch), holds))
          .returning(),
      ]);
      return written ?? null;
    });
    return updated ?? refuse(unknown(branch));
  }),

  /**
   * Every tip that a branch was seen at, newest first, with the job that put it there (and then what it stood on before
   * and after that); and what of it has landed. Of a branch that nobody knows it is empty.
   */
  history: procedure.input(one).query(({ ctx, input }) => historyOf(ctx.db, input)),

  /**
   * Queues the job that tracks a branch no longer: no ref moves, and what stood on it stands on what it stood on, with
   * its commits. `jobs.undo` takes that back.
   */
  untrack: procedure.input(one.extend({ idempotencyKey })).mutation(async ({ ctx, input }) => {
    const { repoId: id, branch } = input;
    const answer = await queueJob(ctx.db, onceFor(input.idempotencyKey, ['untrack', id, branch]), async () => {
      const row = await findRow(ctx.db, input);
      if ('refused' in row) return row;
      if (!row.tracked) return { refused: badRequest('branch', nothingToUntrack(branch)) };
      return { repoId: id, kind: 'untrack_branch', branch, requestedBy: ctx.requestedBy, note: ctx.noteJob };
    });
    if ('refused' in answer) refuse(answer.refused);
    return answer;
  }),

  /**
   * Queues the job that puts a branch which is gone from the remote back where it was last seen; it stands there on what
   * it stood on. `jobs.undo` takes that back.
   */
  restore: procedure.input(one.extend({ idempotencyKey })).mutation(async ({ ctx, input }) => {
    const { repoId: id, branch } = input;
    const { requestedBy, noteJob: note } = ctx;
    const answer = await queueJob(ctx.db, onceFor(input.idempotencyKey, ['restore', id, branch]), async () => {
      const row = await findRow(ctx.db, input);
      if ('refused' in row) return row;
      const refused = row.gone
        ? await clashRefusal(ctx.db, id, branch)
        : badRequest('branch', nothingToRestore(branch));
      if (refused) return { refused };
      return { repoId: id, kind: 'create_branch', branch, atCommit: row.tip, requestedBy, note };
    });
    if ('refused' in answer) refuse(answer.refused);
    return answer;
  }),

  /**
   * Forgets branches that are gone from the remote, on which nothing stands any more: all or none. What is known no
   * longer is left out of the answer. Should one be pushed again, the sync that sees it finds a new branch. Rows only,
   * at once; refused while a job of the repo runs, which works on the rows as they were.
   */
  forget: procedure
    .input(z.strictObject({ repoId, branches: branchNames }))
    .mutation(({ ctx, input }) => forget(ctx.db, input)),

  /**
   * Takes a branch for the one that its row's `renamedFrom` names: parent, base, what stood on it and its task are
   * this branch's then. Rows only, at once; the answer names the sync that looks at them.
   */
  acceptRename: procedure.input(one.extend({ idempotencyKey })).mutation(async ({ ctx, input }) => {
    const answer = await acceptRename(ctx.db, { ...input, requestedBy: ctx.requestedBy }, (change) =>
      changeRows(ctx.db, input.repoId, change),
    );
    if ('refused' in answer) refuse(answer.refused);
    return answer;
  }),
});

/** Tips that a branch's history gives. */
const MOST_TIPS = 200;

/** The job that has put a branch where it was seen; null where somebody has pushed it there. */
type Mover = Pick<
  JobRow,
  'id' | 'seq' | 'kind' | 'branch' | 'branches' | 'parent' | 'suggested' | 'requestedBy'
> | null;

async function historyOf(db: Db, { repoId: id, branch }: z.infer<typeof one>) {
  const [[repo], tips, moves, landed, [head]] = await snapshot(db, [
    db.select({ id: repos.id }).from(repos).where(eq(repos.id, id)),
    db
      .select({ tip: branchTips.tip, seenAt: branchTips.seenAt })
      .from(branchTips)
      .where(and(eq(branchTips.repoId, id), eq(branchTips.branch, branch)))
      .orderBy(desc(branchTips.id))
      .limit(MOST_TIPS),
    db
      .select({
        before: jobMoves.before,
        after: jobMoves.after,
        startedAt: sql<string>`coalesce(${jobs.startedAt}, ${jobs.createdAt})`,
        baseBefore: jobMoves.baseBefore,
        baseAfter: jobMoves.baseAfter,
        job: {
          id: jobs.id,
          seq: jobs.seq,
          kind: jobs.kind,
          branch: jobs.branch,
          branches: jobs.branches,
          parent: jobs.parent,
          suggested: jobs.suggested,
          requestedBy: jobs.requestedBy,
        },
      })
      .from(jobMoves)
      .innerJoin(jobs, eq(jobs.id, jobMoves.jobId))
      .where(and(eq(jobs.repoId, id), eq(jobMoves.branch, branch), eq(jobMoves.state, 'pushed')))
      .orderBy(desc(jobMoves.id))
      .limit(MOST_TIPS),
    db
      .select({
        base: landings.base,
        upTo: landings.upTo,
        into: landings.into,
        evidence: landings.evidence,
        foundAt: landings.foundAt,
      })
      .from(landings)
      .where(and(eq(landings.repoId, id), eq(landings.branch, branch), isNull(landings.voidedAt)))
      .orderBy(desc(landings.id)),
    cursorQuery(db),
  ]);
  if (!repo) refuse(noRepo(id));
  const movers = moversOf(tips, moves);
  return {
    tips: tips.map(({ tip, seenAt }, at) => {
      const move = movers[at];
      const job: Mover = move?.job ?? null;
      const { before = null, baseBefore = null, baseAfter = null } = move ?? {};
      return { tip, seenAt, job, before, baseBefore, baseAfter };
    }),
    landings: landed,
    feedCursor: head?.cursor ?? 0,
  };
}

async function forget(db: Db, { repoId: id, branches: names }: { repoId: string; branches: readonly string[] }) {
  const asked = new Set(names);
  const named = and(eq(branches.repoId, id), inArray(branches.name, [...asked]));
  const [[repo], [there]] = await snapshot(db, [
    db.select({ id: repos.id }).from(repos).where(eq(repos.id, id)),
    db
      .select({ name: branches.name })
      .from(branches)
      .where(and(named, not(branches.gone)))
      .orderBy(branches.name)
      .limit(1),
  ]);
  if (!repo) refuse(noRepo(id));
  // What is refused for its own sake needs no look at the others.
  if (there) refuse(badRequest('branches', nothingToForget(there.name)));
  const forgotten = await changeRows(db, id, async ({ rows, isRunning, countsOf, holds }) => {
    const known = rows.flatMap(({ name }) => (asked.has(name) ? [name] : []));
    if (known.length === 0) return known;
    const rest = rows.filter(({ name }) => !asked.has(name));
    const standing = new Set(known);
    const above = rest.find(({ tracked, parent }) => tracked && parent !== null && standing.has(parent));
    if (above) {
      const hint = `Move ${above.name} onto another branch first.`;
      refuse(conflict('branches', `${above.name} stands on ${above.parent}.`, hint));
    }
    if (isRunning) refuse(changing());
    const may = sql`not ${hasRunningJob(id)} and ${holds}
      and (select count(*) from branches where repo_id = ${id} and gone and ${inArray(branches.name, known)}) = ${known.length}`;
    const counts = await countsOf(rest);
    const [, gone] = await write(db, [
      db
        .update(repos)
        .set({ counts })
        .where(and(eq(repos.id, id), may)),
      db
        .delete(branches)
        .where(and(eq(branches.repoId, id), inArray(branches.name, known), may))
        .returning({ name: branches.name }),
      db
        .update(branches)
        .set({ renamedFrom: null })
        .where(
          and(
            eq(branches.repoId, id),
            inArray(branches.renamedFrom, known),
            sql`not exists (select 1 from branches where repo_id = ${id} and ${inArray(branches.name, known)})`,
          ),
        ),
    ]);
    return gone.length < known.length ? null : gone.map(({ name }) => name).sort();
  });
  return { forgotten: forgotten ?? refuse(changing()) };
}

function changing(): Refusal {
  const message = 'A job of this repo is running, or the branches have changed.';
  return conflict('branches', message, 'Forget them when that has ended.');
}

/** The row of a branch that is not the trunk; or what is said of a name that has none. */
async function findRow(db: Db, { repoId: id, branch }: z.infer<typeof one>): Promise<BranchRow | { refused: Refusal }> {
  const [[repo], [row]] = await snapshot(db, [
    db.select({ trunk: repos.trunk }).from(repos).where(eq(repos.id, id)),
    db
      .select()
      .from(branches)
      .where(and(eq(branches.repoId, id), eq(branches.name, branch))),
  ]);
  if (!repo) return { refused: noRepo(id) };
  if (branch === repo.trunk) return { refused: badRequest('branch', isTrunk(branch)) };
  return row ?? { refused: unknown(branch) };
}

function unknown(branch: string): Refusal {
  return { code: 'NOT_FOUND', field: 'branch', ...unknownBranch(branch) };
}
