import { join } from 'node:path';
import { and, eq, sql } from 'drizzle-orm';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { branches, jobLogs, jobMoves, jobs, repos } from '@/db/schema';
import type { ActionKind, StepName } from '@/model/kinds';
import { acceptAction } from '@/queue/accept';
import { cancelJob } from '@/queue/cancel';
import { failure } from '@/queue/failure';
import { undoJob, undoOffer } from '@/queue/undo';
import { testGround } from '@/testing/hooks/ground';
import { makeTeam, type Team } from '@/testing/team';
import { runJob, type StepOutcome } from './workflow';

/** A job's end, on a real repository, when something is not as the job has written it down. */

const test = testGround({ SPICERACK_ENGINE: 'git' });

type Between = (name: StepName, outcome: StepOutcome) => Promise<StepOutcome>;

/** Runs an accepted job; `after` may change things, and the outcome, when a step has ended. */
async function run(
  answer: Awaited<ReturnType<typeof acceptAction>>,
  after: Between = async (_name, outcome) => outcome,
) {
  if ('refused' in answer) throw new Error(answer.refused.message);
  const { jobId } = answer;
  await test.db.update(jobs).set({ dispatch: 1 }).where(eq(jobs.id, jobId));
  await runJob(
    { jobId, dispatch: 1 },
    { run: async (name, work) => after(name, await work()) },
    { db: test.db, executor: 'inline', shutdown: new AbortController().signal },
  );
  const [job] = await test.db.select().from(jobs).where(eq(jobs.id, jobId));
  const log = await test.db.select().from(jobLogs).where(eq(jobLogs.jobId, jobId));
  if (!job) throw new Error('The job is gone.');
  return { ...job, warnings: log.filter(({ level }) => level === 'warn').map(({ line }) => line) };
}

/** A repo with one registered branch of two commits, and a trunk that has moved on. */
async function behindTrunk(): Promise<{
  repoId: string;
  team: Team;
  branch: string;
  ask: (kind: ActionKind, fields?: { branch: string; parent: string }) => ReturnType<typeof acceptAction>;
}> {
  const team = await makeTeam(join(test.dir, `remote-${Math.random()}.git`));
  const repoId = await test.addRepo();
  await test.db.update(repos).set({ url: team.remote.dir, trunkTip: null }).where(eq(repos.id, repoId));
  const branch = await team.create('main', 2, false);
  const requestedBy = 'test';
  await run(
    await acceptAction(test.db, { repoId, kind: 'register_existing_branch', branch, parent: 'main', requestedBy }),
  );
  await team.does({ do: 'trunk', clash: false });
  return {
    repoId,
    team,
    branch,
    ask: (kind, fields = undefined) => acceptAction(test.db, { repoId, kind, requestedBy, ...fields }),
  };
}

describe('the end of a job', () => {
  it('says what moved, and nothing more, when everything adds up', async () => {
    const { ask } = await behindTrunk();
    expect(await run(await ask('restack_repo'))).toMatchObject({
      status: 'completed',
      message: 'Moved 1 branch.',
      warnings: [],
    });
  });

  it('warns, in the message and in the log, of commits that nobody has accounted for', async () => {
    const { ask, branch } = await behindTrunk();
    const forgetful: Between = async (name, outcome) => {
      if (name === 'act') await test.db.update(jobMoves).set({ rewritten: [] }).where(eq(jobMoves.branch, branch));
      return outcome;
    };
    const job = await run(await ask('restack_repo'), forgetful);
    const words = expect.stringMatching(new RegExp(`^2 commits of ${branch} cannot be accounted for: `));
    expect(job).toMatchObject({ status: 'completed', warnings: [words], result: { notes: [words] } });
    expect(job.message).toContain(`Moved 1 branch. 2 commits of ${branch} cannot be accounted for: `);
  });

  it('names a branch that does not stand on its parent any more, because trunk went on meanwhile', async () => {
    const { ask, branch, team } = await behindTrunk();
    const job = await run(await ask('restack_repo'), async (name, outcome) => {
      if (name === 'act') await team.does({ do: 'trunk', clash: false });
      return outcome;
    });
    expect(job.message).toContain(`${branch} lacks commits of main`);
  });

  it('tells what was moved, even where it failed after its push', async () => {
    const { ask } = await behindTrunk();
    const failing: Between = async (name, outcome) =>
      name === 'resync' ? { kind: 'failed', failure: failure('TIMEOUT', 'It took too long', 'Try again.') } : outcome;
    expect(await run(await ask('restack_repo'), failing)).toMatchObject({
      status: 'error',
      errorCode: 'TIMEOUT',
      message: 'It took too long. Before that: Moved 1 branch.',
    });
  });

  describe('where nobody ever answered its push', () => {
    /** A job that has moved `branch` onto another one and was never told; `hide` puts the rows back to before it. */
    async function unanswered() {
      const world = await behindTrunk();
      const { team, ask, branch } = world;
      const onto = await team.create('main', 1, false);
      await run(await ask('register_existing_branch', { branch: onto, parent: 'main' }));
      const of = and(eq(branches.name, branch), eq(branches.repoId, world.repoId));
      const [before] = await test.db.select().from(branches).where(of);
      if (!before) throw new Error('The branch has no row.');
      const job = await run(await ask('reparent_branch', { branch, parent: onto }), async (name, outcome) => {
        if (name !== 'act') return outcome;
        await test.db.update(jobMoves).set({ state: 'planned' }).where(eq(jobMoves.branch, branch));
        await test.db.update(branches).set(before).where(of);
        return { kind: 'failed', failure: failure('REMOTE_UNREACHABLE', 'The remote is away', 'Try again.') };
      });
      const again = async () => {
        await run(await ask('sync_repo'));
        const [row] = await test.db.select().from(branches).where(of);
        const [told] = await test.db.select().from(jobs).where(eq(jobs.id, job.id));
        const moves = await test.db.select().from(jobMoves).where(eq(jobMoves.jobId, job.id));
        if (!told) throw new Error('The job is gone.');
        return { row, told, states: moves.map(({ state }) => state), undo: await undoOffer(test.db, told) };
      };
      return { ...world, onto, before, job, again };
    }

    it('says that nobody knows whether it went through', async () => {
      const { job } = await unanswered();
      expect(job.message).toMatch(
        /^The remote is away\. Whether its push of 1 branch went through is not known: sync to see\.$/,
      );
    });

    it('is told by the next fetch that it did: the tracking is as it promised, and it can be undone', async () => {
      const { again, onto } = await unanswered();
      const { row, told, states, undo } = await again();
      expect(states).toEqual(['pushed']);
      expect(row).toMatchObject({ parent: onto, needsRestack: false });
      expect(told.message).toMatch(/sync to see\. #\d+ has seen since: it did\.$/);
      expect(undo).toMatchObject({ possible: true });
    });

    it('is told by the next fetch that it did not: nothing is as if it had', async () => {
      const { again, before, team, branch } = await unanswered();
      await team.remote.move(branch, before.tip);
      const { row, told, states, undo } = await again();
      expect([row?.parent, row?.base, states, undo.possible]).toEqual(['main', before.base, ['abandoned'], false]);
      expect(told.message).toMatch(/has seen since: it did not\.$/);
    });
  });

  it('leaves no planned move behind where it was cancelled just before its push', async () => {
    const { ask } = await behindTrunk();
    const answer = await ask('restack_repo');
    // Without its beat, the lease hears of the cancel only at the point of no return.
    vi.useFakeTimers({ toFake: ['setInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const job = await run(answer, async (name, outcome) => {
      if (name === 'sync' && !('refused' in answer)) await cancelJob(test.db, answer.jobId);
      return outcome;
    });
    expect(job).toMatchObject({ status: 'cancelled', message: 'Cancelled. Nothing was moved.' });
    const moves = await test.db.select().from(jobMoves).where(eq(jobMoves.jobId, job.id));
    expect(moves.map(({ state }) => state)).toEqual(['abandoned']);
  });

  it('comes even where nobody can tell what became of it', async () => {
    const { ask } = await behindTrunk();
    const answer = await ask('restack_repo');
    if ('refused' in answer) throw new Error(answer.refused.message);
    const job = await run(answer, async (name, outcome) => {
      // What the summary is made of cannot be read any more.
      const odd = { result: sql`'{"heldBack":7}'` };
      if (name === 'resync') await test.db.update(jobs).set(odd).where(eq(jobs.id, answer.jobId));
      return outcome;
    });
    expect(job).toMatchObject({ status: 'error', errorCode: 'INTERNAL', leaseHeld: false });
    expect(job.message).toMatch(/What it has moved, if anything, is among its moves\.$/);
    const moves = await test.db.select().from(jobMoves).where(eq(jobMoves.jobId, job.id));
    expect(moves.map(({ state }) => state)).toEqual(['pushed']);
  });

  it('comes where every run takes its server down', async () => {
    const { ask } = await behindTrunk();
    const answer = await ask('restack_repo');
    if ('refused' in answer) throw new Error(answer.refused.message);
    // As many dead holders as there may be.
    await test.db.update(jobs).set({ attempt: 10 }).where(eq(jobs.id, answer.jobId));
    const job = await run(answer);
    expect(job).toMatchObject({ status: 'error', errorCode: 'INTERNAL' });
    expect(job.message).toMatch(/^It was begun 11 times and never came to its end/);
    expect(await test.db.select().from(jobMoves).where(eq(jobMoves.jobId, job.id))).toEqual([]);
  });

  it('does not come as soon where a push may have been taken: that can only go forward', async () => {
    const { ask } = await behindTrunk();
    const answer = await ask('restack_repo');
    if ('refused' in answer) throw new Error(answer.refused.message);
    const pushing = { attempt: 10, committingAt: '2026-01-01T00:00:00.000Z' };
    await test.db.update(jobs).set(pushing).where(eq(jobs.id, answer.jobId));
    expect(await run(answer)).toMatchObject({ status: 'completed', attempt: 11 });
  });

  it('tells what was dropped before a branch was refused, where branches are pushed one by one', async () => {
    const { ask, branch, team } = await behindTrunk();
    // The second commit of the branch is in trunk already.
    await team.remote
      .from('main')
      .commit('The same', { 'files/2': `${branch}: 2\n` })
      .write();
    await team.remote.from(branch).branch('top').commit('Top', { top: 'top\n' }).write();
    await run(await ask('register_existing_branch', { branch: 'top', parent: branch }));
    await team.remote.config('receive.advertiseAtomic', 'false');
    await test.db.update(repos).set({ allowNonAtomicPush: true });
    await team.remote.protect('top');
    const job = await run(await ask('restack_repo'));
    expect(job).toMatchObject({ status: 'completed', result: { notes: [], dropped: [{ branch }] } });
    expect(job.message).toBe('Moved 1 branch; held back top; dropped 1 commit, already below.');
  });

  it('is the same for an undo that lost its run after the push', async () => {
    const { ask, branch, team } = await behindTrunk();
    const before = await team.remote.tip(branch);
    const { id } = await run(await ask('restack_repo'));
    const answer = await undoJob(test.db, { jobId: id, requestedBy: 'test' });
    const lost: Between = async (name) => {
      if (name === 'act') throw new Error('lost');
      return { kind: 'done' };
    };
    await expect(run(answer, lost)).rejects.toThrow('lost');
    expect(await team.remote.tip(branch)).toBe(before);
    expect(await run(answer)).toMatchObject({ status: 'completed', message: 'Moved 1 branch.' });
  });
});
