import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { branches, forecasts, jobMoves, jobs, repos } from '@/db/schema';
import type { ActionKind } from '@/model/kinds';
import { acceptAction } from '@/queue/accept';
import { branchStates, filterCounts } from '@/repos/branch-state';
import { fuzzing, fuzzTimeout } from '@/testing/fuzz';
import { testGround } from '@/testing/hooks/ground';
import { inProcess } from '@/testing/in-process';
import { type Happening, makeTeam } from '@/testing/team';
import { runJob } from '@/workflow/workflow';
import { askForecast, type ForecastRequest } from './ask';
import { lastRestackQuery, restackOf } from './last-restack';
import { forecast } from './loop';

/** Whatever people have done to the branches: what the forecast says is what the job then does. */

const test = testGround({ SPICERACK_ENGINE: 'git' });
const stop = new AbortController();
let computing: Promise<void>;
beforeAll(() => {
  computing = forecast(test.db, stop.signal);
});
afterAll(async () => {
  stop.abort();
  await computing;
});

interface Step {
  what: Happening[];
  create: { parent: number; commits: number; clash: boolean } | null;
  kind: ActionKind;
  branch: number;
  parent: number;
}

const nth = fc.nat(9);
const oneIn = (n: number) => fc.nat(n - 1).map((at) => at === 0);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ do: fc.constant('trunk' as const), clash: oneIn(3) }),
  fc.record({ do: fc.constantFrom('push' as const, 'amend'), branch: nth, clash: oneIn(3) }),
  fc.record({ do: fc.constantFrom('drop' as const, 'merge', 'squash', 'delete'), branch: nth }),
);
const branch = fc.record({ parent: nth, commits: fc.integer({ min: 1, max: 3 }), clash: oneIn(3) });
const step: fc.Arbitrary<Step> = fc.record({
  what: fc.array(happening, { maxLength: 3 }),
  create: fc.option(branch),
  kind: fc.constantFrom<ActionKind[]>(
    ...(['sync_repo', 'restack_repo', 'restack_subtree', 'rebase_branch', 'reparent_branch'] as const),
    'register_existing_branch',
  ),
  branch: nth,
  parent: nth,
});

/** How often each end came up, over all cases: what never comes up proves nothing. */
const seen = new Map<string, number>();
const note = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);

describe('forecasts and jobs', () => {
  it(
    'agree over random stacks, happenings and actions',
    async () => {
      let cases = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(branch, { minLength: 3, maxLength: 6 }),
          fc.array(step, { minLength: 2, maxLength: 5 }),
          async (made, steps) => {
            const team = await makeTeam(join(test.dir, `remote-${++cases}.git`));
            const create = ({ parent, commits, clash }: (typeof made)[number]) => {
              const open = ['main', ...[...team.branches].flatMap(([name, { merged }]) => (merged ? [] : [name]))];
              return team.create(open[parent % open.length] ?? 'main', commits, clash);
            };
            for (const wanted of made) await create(wanted);
            const worker = inProcess(test.db);
            const { id: repoId } = await worker.add(team.remote);
            await worker.run({ repoId, kind: 'register_existing_branch', suggested: true });
            for (const { what, create: wanted, ...action } of steps) {
              for (const happening of what) await team.does(happening);
              if (wanted) await create(wanted);
              // Fetches and refreshes the rows, and then finds nothing to do.
              await worker.run({ repoId, kind: 'register_existing_branch', branch: 'nowhere' });
              const names = [...team.branches.keys()];
              await compare({ repoId, ...named(action, names, await team.remote.tips()) });
            }
          },
        ),
        fuzzing(5),
      );
      // In more cases than `npm test` has, each of these comes up.
      if (cases >= 50)
        for (const end of ['moves', 'holds back', 'fails', 'registers']) expect(seen.get(end)).toBeGreaterThan(0);
    },
    fuzzTimeout(240_000),
  );
});

/** The action's numbers as names of branches. */
function named(
  { kind, branch, parent }: Pick<Step, 'kind' | 'branch' | 'parent'>,
  names: string[],
  tips: Record<string, string>,
): Omit<ForecastRequest, 'repoId'> {
  const own = names[branch % Math.max(1, names.length)] ?? 'nowhere';
  const several = [own, names[parent % Math.max(1, names.length)] ?? 'nowhere'];
  switch (kind) {
    case 'sync_repo':
    case 'restack_repo':
      return { kind };
    case 'restack_subtree':
      return parent % 3 === 0 ? { kind, branches: several } : { kind, branch: own };
    case 'rebase_branch':
      return { kind, branch: own };
    case 'reparent_branch':
      return { kind, branch: own, parent: ['main', ...names][parent % (names.length + 1)] };
    case 'register_existing_branch':
      // Of another branch's tip, which may be in its history or not.
      if (parent % 4 === 1) return { kind, branch: own, base: tips[names[(branch + 1) % names.length] ?? 'main'] };
      if (parent % 4 === 3) return { kind, branches: several };
      return parent % 2 === 0 ? { kind, suggested: true } : { kind, branch: own };
  }
}

/** Asks for the forecast, waits for it, runs the job and holds the two against each other. */
async function compare(action: ForecastRequest): Promise<void> {
  const asked = await askForecast(test.db, action);
  const accepted = await acceptAction(test.db, { ...action, requestedBy: 'test' });
  if ('refused' in asked || 'refused' in accepted) {
    expect(['refused' in asked, 'refused' in accepted]).toEqual([true, true]);
    return;
  }
  const found = async () => (await test.db.select().from(forecasts).where(eq(forecasts.id, asked.id)))[0];
  await expect.poll(found, { timeout: 30_000 }).toMatchObject({ status: 'ready' });
  const outline = (await found())?.outline;
  if (outline?.failure) note('fails');
  else if (outline?.registered.length) note('registers');
  else if (outline?.moves.length) note('moves');
  if (outline?.heldBack.length) note('holds back');
  const wanted = action.kind === 'restack_repo' ? await statesOf(action.repoId) : null;
  if (wanted && !outline?.failure) {
    expect(wanted.counts.needs_restack).toBe(outline?.moves.filter(({ moves }) => moves).length);
    expect(wanted.counts.conflicts + wanted.counts.held_back).toBe(outline?.heldBack.length);
    expect(wanted.listed).toMatchObject({
      needRestack: wanted.counts.needs_restack,
      wouldConflict: wanted.counts.conflicts,
      heldBack: wanted.counts.held_back,
    });
  }
  const ref = { jobId: accepted.jobId, dispatch: 1 };
  await test.db.update(jobs).set({ dispatch: 1 }).where(eq(jobs.id, ref.jobId));
  const context = { db: test.db, executor: 'inline' as const, shutdown: new AbortController().signal };
  await runJob(ref, { run: (_name, work) => work() }, context);
  const [job] = await test.db.select().from(jobs).where(eq(jobs.id, ref.jobId));
  const { repoId: _, ...words } = action;
  expect([words, job?.message, job?.result?.forecast]).toEqual([words, expect.any(String), { agreed: true }]);
  if (!wanted || outline?.failure) return;
  const moved = await test.db.select().from(jobMoves).where(eq(jobMoves.jobId, ref.jobId));
  const names = moved.flatMap(({ branch: name, before, after }) => (before === after ? [] : [name]));
  expect(names.sort()).toEqual(wanted.willMove.sort());
}

/** What a page says of the branches as they are: the states, the numbers of its filters, and those of the list of repos. */
async function statesOf(repoId: string) {
  const [repo] = await test.db.select().from(repos).where(eq(repos.id, repoId));
  const rows = await test.db.select().from(branches).where(eq(branches.repoId, repoId));
  const [last] = await lastRestackQuery(test.db, repoId);
  const states = branchStates({ rows, trunk: repo?.trunk ?? null, restack: restackOf(last) });
  const willMove = [...states].flatMap(([name, { is }]) => (is === 'will_move' ? [name] : []));
  return { counts: filterCounts(states), listed: repo?.counts, willMove };
}
