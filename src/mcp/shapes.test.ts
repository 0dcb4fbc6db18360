import type { Branch, BranchFilter, Forecast, HeldBack } from '@spicerack/client';
import { describe, expect, it, test } from 'vitest';
import { visibleJson } from '@/text/visible';
import { branchRow, jobDetail, jobMove, jobResult, repoRow } from '@/ui/testing/rows';
import { branchOf, detailOf, forecastOf, jobOf, jobsOf, lossesOf, oneBranchOf, reposOf, stackOf } from './shapes';

it('a branch is told by its own state, whatever it is called', () => {
  const states = { cart: { is: 'untracked' as const } };
  expect(branchOf(branchRow('cart'), states).state).not.toBe(branchOf(branchRow('pay'), states).state);
  for (const name of ['constructor', '__proto__', 'toString'])
    expect(branchOf(branchRow(name), states).state).toBe(branchOf(branchRow('pay'), states).state);
});

/** What an agent's window takes of one answer without being filled. */
const SMALL = 32_000;
const sizeOf = (answer: object) => Buffer.byteLength(visibleJson(answer));

const ID = 'a'.repeat(40);
const LONG = 'long words '.repeat(2000);
const some = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
const named = (i: number) => `team/feature-${String(i).padStart(5, '0')}`;

const conflict = (subject: string, paths: string[]): HeldBack['reason'] => ({
  ...{ kind: 'conflict', commit: ID, subject, onto: ID },
  files: paths.map((path) => ({ path, kinds: ['contents'], text: null })),
});
const BIG_CONFLICT = conflict(
  LONG,
  some(30, (i) => `${'deep/'.repeat(200)}${i}.ts`),
);
const BELOW: HeldBack['reason'] = { kind: 'below', branch: 'low' };

/** A job that has moved so many branches, and held back as many. */
const jobWith = (count: number) =>
  jobDetail(
    1,
    {
      status: 'error',
      ...{ message: LONG, errorCode: 'INTERNAL', errorHint: LONG },
      result: jobResult({ heldBack: some(count, (i) => ({ branch: named(i), reason: BIG_CONFLICT })) }),
    },
    { moves: some(count, (i) => jobMove(i, { branch: named(i), before: ID, after: ID })) },
  );

/** A forecast of as many moves, of branches held back, of commits dropped, and lost. */
function forecastWith(
  count: number,
  reason = BIG_CONFLICT,
  failure: NonNullable<Forecast['outline']>['failure'] = null,
): Forecast {
  const commit = (i: number) => ({ branch: named(i), commit: ID, subject: 'Change the words' });
  return {
    ...{ id: 1, repoId: 'repo', kind: 'restack_repo', branch: null, branches: null, parent: null, base: null },
    ...{ suggested: false, tipsKey: 'f'.repeat(32), stale: false, status: 'ready', message: '' },
    ...{ createdAt: '', askedAt: '', computedAt: '' },
    outline: {
      ...{ engine: 'git', failure, warnings: [], registered: [] },
      moves: some(count, (i) => ({
        ...{ branch: named(i), from: ID, parentBefore: 'main', onto: named(i + 1), moves: true, commits: 3, tree: ID },
      })),
      heldBack: some(count, (i) => ({ branch: named(i), reason })),
      dropped: some(count, commit),
      left: some(count, (i) => ({ ...commit(i), on: null, replacedBy: null })),
    },
  };
}

/** The API's page of a stack, by name. */
function overviewOf(rows: Branch[], cursor: string | null) {
  const after = rows.filter(({ name }) => cursor === null || name > cursor);
  const branches = after.slice(0, 500);
  const counts: Record<BranchFilter, number> = {
    ...{ all: rows.length, active: rows.length, needs_restack: 0, conflicts: 0, held_back: 0, untracked: 0, merged: 0 },
  };
  const nextCursor = after.length > branches.length ? (branches.at(-1)?.name ?? null) : null;
  return { repo: repoRow('repo'), branches, states: {}, counts, nextCursor };
}

const inConflict = { tip: ID, parentTip: ID, outcome: 'conflict' as const };

/** What a caller has who follows `nextFrom` (or a cursor) to the end. */
function followed<T, C>(page: (from: C | null) => { entries: T[]; next: C | null }): T[] {
  const all: T[] = [];
  for (let from: C | null = null; ; ) {
    const { entries, next } = page(from);
    all.push(...entries);
    if (next === null) return all;
    from = next;
  }
}

describe('an answer is small however much there is', () => {
  it('of a job with 5,000 moves, which are all to be had', () => {
    const job = jobWith(5000);
    const first = detailOf(job);
    expect(sizeOf(first)).toBeLessThan(SMALL);
    expect(first).toMatchObject({ movedCount: 5000, heldBackCount: 5000 });
    expect(first.moved[0]).toEqual({ branch: named(0), from: ID, to: ID });
    expect(first.heldBack[0]).toMatchObject({ conflictCount: 30 });
    expect(first.message).toMatch(/…/);
    const bare = jobDetail(1, { finishedAt: '2026-01-01T00:00:00.000Z' }, { moves: job.moves });
    const moved = followed((from: number | null) => {
      const { moved: entries, nextFrom: next } = detailOf(bare, from ?? 0);
      return { entries, next };
    });
    expect(moved.map(({ branch }) => branch)).toEqual(some(5000, named));
    // Pages of what grows meanwhile would leave some of it out.
    const running = detailOf(jobDetail(1, { finishedAt: null }, { moves: job.moves }));
    expect(running).toMatchObject({ movedCount: 5000, nextFrom: null });
  });

  it('of a list of such jobs, whose cursor is that of the last one shown', () => {
    const { jobs, nextCursor } = jobsOf(
      some(30, (i) => ({ ...jobWith(100), job: { ...jobWith(100).job, seq: 30 - i } })),
      null,
    );
    expect(sizeOf(jobs)).toBeLessThan(SMALL);
    expect(nextCursor).toBe(jobs.at(-1)?.number);
    expect(jobs[0]).toMatchObject({ number: 30, movedCount: 100, heldBackCount: 100 });
    expect(sizeOf(jobOf(jobWith(5000)))).toBeLessThan(SMALL);
  });

  it('of a forecast of 5,000 moves, whose summary and counts are of them all', () => {
    const first = forecastOf(forecastWith(5000), 'expected');
    expect(sizeOf(first)).toBeLessThan(SMALL);
    expect(first.summary).toContain('move 5000, hold back 5000 and drop 5000 commits');
    expect(first).toMatchObject({ moveCount: 5000, heldBackCount: 5000, droppedCount: 5000, lostCount: 5000 });
    const row = forecastWith(5000, BELOW);
    const held = followed((from: number | null) => {
      const { heldBack: entries, nextFrom: next } = forecastOf(row, 'expected', from ?? 0);
      return { entries, next };
    });
    expect(held.map(({ branch }) => branch)).toEqual(some(5000, named));
    const failure = { code: 'INTERNAL' as const, message: LONG, hint: LONG };
    const failing = forecastWith(0, BELOW, failure);
    expect(sizeOf(forecastOf(failing, 'expected'))).toBeLessThan(SMALL);
  });

  it('of a stack of 2,000, which is all to be had, each branch once', () => {
    const rows = some(2000, (i) =>
      branchRow(named(i), {
        ...{ subject: LONG, author: LONG },
        forecast: { ...inConflict, files: some(100, (at) => `src/${at}/${'deep/'.repeat(100)}`) },
      }),
    );
    const names = followed((cursor: string | null) => {
      const page = stackOf(overviewOf(rows, cursor), 'active');
      expect(sizeOf(page)).toBeLessThan(SMALL);
      expect(page).toMatchObject({ count: 2000 });
      return { entries: page.branches.map(({ name }) => name), next: page.nextCursor };
    });
    expect(names).toEqual(some(2000, named));
    expect(stackOf(overviewOf(rows, null), 'active', 'feature').count).toBeNull();
  });

  it('of a branch that carries 2,000 others, which are all to be had', () => {
    const branch = branchOf(branchRow('low', { subject: LONG }), {});
    const jobs = some(5, () => jobWith(100));
    const above = followed((from: number | null) => {
      const page = oneBranchOf({ branch, above: some(2000, named), jobs }, from ?? 0);
      expect(sizeOf(page)).toBeLessThan(SMALL);
      expect(page.aboveCount).toBe(2000);
      return { entries: page.above, next: page.nextFrom };
    });
    expect(above).toEqual(some(2000, named));
  });

  it('of 1,000 repositories, which are all to be had, and found by a part of the name', () => {
    const repos = some(1000, (i) => ({
      ...repoRow(`repo-${i}`, { syncError: LONG }),
      activeJobs: some(500, (at) => `job-${at}`),
    }));
    const ids = followed((from: number | null) => {
      const page = reposOf(repos, { from: from ?? 0 });
      expect(sizeOf(page)).toBeLessThan(SMALL);
      expect(page.count).toBe(1000);
      return { entries: page.repos.map(({ repoId }) => repoId), next: page.nextFrom };
    });
    expect(ids).toEqual(repos.map(({ id }) => id));
    const found = reposOf(repos, { search: 'REPO-77' });
    expect(found.count).toBe(11);
    expect(found.repos[0]).toMatchObject({ repoId: 'repo-77', activeJobCount: 500 });
  });

  it('of what a person must agree to, of which each kind says how many more there are', () => {
    const losses = lossesOf(forecastOf(forecastWith(5000), 'expected'));
    expect(sizeOf(losses)).toBeLessThan(SMALL);
    expect(losses).toHaveLength(3);
    const more = losses.map((words) => {
      const shown = words.split(named(0).slice(0, -5)).length - 1;
      expect(shown).toBeGreaterThan(0);
      return shown + Number(/and (\d+) more\.$/.exec(words)?.[1]);
    });
    expect(more).toEqual([5000, 5000, 5000]);
  });
});

describe('a small answer is whole, and says so', () => {
  it('of a job', () => {
    const reason = conflict('Words', ['a.ts']);
    const detail = jobDetail(
      1,
      { message: 'Moved 2 branches.', result: jobResult({ heldBack: [{ branch: 'c', reason }] }) },
      { moves: [jobMove(1, { branch: 'a' }), jobMove(2, { branch: 'b' })] },
    );
    const job = detailOf(detail);
    expect(job).toMatchObject({ movedCount: 2, heldBackCount: 1, nextFrom: null, message: 'Moved 2 branches.' });
    expect(job.moved.map(({ branch }) => branch)).toEqual(['a', 'b']);
    expect(job.heldBack).toEqual([
      { branch: 'c', why: 'aaaaaaaa (Words) conflicts with aaaaaaaa', conflicts: ['a.ts'], conflictCount: 1 },
    ]);
    expect(jobsOf([detail], 7)).toEqual({ jobs: [jobOf(detail)], nextCursor: 7 });
  });

  it('of a forecast, and what a person must agree to', () => {
    const forecast = forecastOf(forecastWith(2, BELOW), 'expected');
    expect(forecast).toMatchObject({ moveCount: 2, heldBackCount: 2, droppedCount: 2, lostCount: 2, nextFrom: null });
    expect(forecast.moves).toHaveLength(2);
    const why = 'low below it is held back';
    expect(lossesOf(forecast)[0]).toBe(`Held back: ${named(0)} (${why}); ${named(1)} (${why}).`);
    expect(lossesOf(forecastOf(forecastWith(0), 'expected'))).toEqual([]);
  });

  it('of a stack, of a branch, and of few repositories', () => {
    const files = ['a.ts', 'b.ts'];
    const rows = [branchRow('a', { forecast: { ...inConflict, files }, subject: 'Words' }), branchRow('b')];
    const stack = stackOf(overviewOf(rows, null), 'active');
    expect(stack).toMatchObject({ count: 2, nextCursor: null });
    expect(stack.branches).toMatchObject([
      { name: 'a', wouldConflict: files, wouldConflictCount: 2, subject: 'Words' },
      { name: 'b', wouldConflict: [], wouldConflictCount: 0 },
    ]);
    expect(stack.notes).toEqual([]);
    const branch = branchOf(branchRow('low'), {});
    const jobs = [jobDetail(1)];
    expect(oneBranchOf({ branch, above: ['a'], jobs })).toEqual({
      ...{ branch, above: ['a'], aboveCount: 1, jobs: jobs.map(jobOf), nextFrom: null },
    });
    expect(reposOf([{ ...repoRow('one'), activeJobs: ['job-1'] }], {})).toMatchObject({
      repos: [{ repoId: 'one', activeJobs: ['job-1'], activeJobCount: 1, lastError: null }],
      ...{ count: 1, nextFrom: null },
    });
  });
});

test('a stack says what of the remote is not among its branches: of many the first, and how many there are', () => {
  const refs = some(7, (i) => ({ name: `odd-${i}`, reason: 'no_commit' as const }));
  const overview = overviewOf([branchRow('a')], null);
  const repo = { ...overview.repo, leftOut: { refs, more: 3, shallow: true } };
  const { notes } = stackOf({ ...overview, repo }, 'active');
  expect(notes).toHaveLength(7);
  expect(notes[0]).toContain('is a shallow clone');
  expect(notes[1]).toContain('odd-0 is left alone');
  expect(notes.at(-1)).toBe('And 5 more branches.');
});
