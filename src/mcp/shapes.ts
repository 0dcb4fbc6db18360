import type {
  Branch,
  BranchFilter,
  BranchState,
  Forecast,
  HeldBack,
  JobDetail,
  ListedRepo,
  Overview,
  Repo,
} from '@spicerack/client';
import { z } from 'zod';
import { countsOf, movedBy } from '@/model/result';
import { leftOutWords, shallowWords } from '@/repos/left-out';
import { stateWords } from '@/repos/state-words';
import { shorten } from '@/text/foreign';
import { counted } from '@/text/words';
import { firstIn, firstOf, pageOf, shaped } from './page';

/**
 * What the tools answer with. Times are ISO 8601 in UTC; commits are full ids. Lists are pages (`pageOf`), with how many
 * entries there are in all beside them; texts that others have written are cut with `…`. Names, which other tools take,
 * are whole.
 */

/** The most paths of a conflict, and the most jobs of a repository, that an answer names. */
const MOST_PATHS = 10;
const MOST_ACTIVE = 5;

/** The most refs that are left alone which an answer names. */
const MOST_LEFT_OUT = 5;

/** The most moves, and the most branches held back, that a job in a list of jobs names. */
const MOST_IN_LIST = 5;

/** The most characters of a message, of why something is as it is, of a path, and of a subject or a person's name. */
const MOST_MESSAGE = 2000;
const MOST_WHY = 300;
const MOST_PATH = 300;
const MOST_WORDS = 200;

const howMany = (what: string) => z.number().int().describe(`How many ${what} there are in all.`);
const paths = (what: string) => z.array(z.string()).describe(`The first ${MOST_PATHS} paths ${what}.`);
const pathCount = z.number().int().describe('How many paths these are of; 100 may stand for more.');

const nextFromShape = z
  .number()
  .int()
  .nullable()
  .describe('Give this as `from` for what follows in the lists that are cut here; null where they are at their end.');

const commit = z.object({ branch: z.string(), commit: z.string(), subject: z.string() });

const held = z.object({
  branch: z.string(),
  why: z.string(),
  conflicts: paths('in conflict; empty where it is held back for another reason'),
  conflictCount: pathCount,
});

export const branchShape = z.object({
  name: z.string(),
  tip: z.string(),
  parent: z.string().nullable().describe('The branch below it; null while untracked.'),
  tracked: z.boolean(),
  suggestedParent: z.string().nullable(),
  state: z
    .string()
    .describe(
      'How it stands: in place, will move, conflict, blocked by another, parent gone, unrelated, moving, untracked, long-lived, merged or gone, with what there is to know of it.',
    ),
  needsRestack: z
    .boolean()
    .describe('Whether it is behind its parent as that is now; `state` says what a restack does.'),
  wouldConflict: paths('that a restack onto its parent would conflict in'),
  wouldConflictCount: pathCount,
  merged: z.boolean(),
  gone: z.boolean().describe('Deleted on the remote without having been merged.'),
  ahead: z.number().int(),
  behind: z.number().int(),
  subject: z.string(),
  author: z.string(),
  pullRequest: z.string().nullable(),
});

export const countsShape = z
  .object({
    all: z.number().int(),
    needRestack: z.number().int(),
    wouldConflict: z.number().int(),
    heldBack: z.number().int(),
    untracked: z.number().int(),
  })
  .nullable()
  .describe('How many branches it has, and how many of them want attention; null before the first sync.');

export const reposShape = z.object({
  repos: z.array(
    z.object({
      repoId: z.string(),
      name: z.string(),
      url: z.string(),
      trunk: z.string().nullable(),
      syncedAt: z.string().nullable(),
      lastError: z.string().nullable(),
      branches: countsShape,
      activeJobs: z.array(z.string()).describe('The first of its jobs that have yet to end.'),
      activeJobCount: howMany('of them'),
    }),
  ),
  count: howMany('repositories'),
  nextFrom: nextFromShape,
});

export const stackShape = z.object({
  trunk: z.string().nullable(),
  syncedAt: z.string().nullable(),
  notes: z.array(z.string()).describe('What of the remote is not among the branches, or is missing there: the first.'),
  branches: z.array(branchShape),
  count: z
    .number()
    .int()
    .nullable()
    .describe('How many branches the filter keeps, on all pages; null where a search has looked for them.'),
  nextCursor: z.string().nullable().describe('Give this as `cursor` for the branches that follow; null at the end.'),
});

export const jobShape = z.object({
  jobId: z.string(),
  number: z.number().int().describe('What people call it: #12.'),
  repoId: z.string(),
  kind: z.string(),
  branch: z.string().nullable(),
  parent: z.string().nullable(),
  status: z.enum(['queued', 'running', 'completed', 'error', 'cancelled']),
  message: z.string().describe('What it is doing, or how it ended, in one sentence.'),
  error: z.object({ code: z.string(), hint: z.string().nullable() }).nullable(),
  requestedBy: z.string(),
  moved: z.array(z.object({ branch: z.string(), from: z.string().nullable(), to: z.string().nullable() })),
  movedCount: z
    .number()
    .int()
    .describe('How many branches it has moved. A list of jobs names the first few or none: get_job names all.'),
  heldBack: z.array(held),
  heldBackCount: z
    .number()
    .int()
    .describe('How many branches it has held back. A list of jobs names the first few: get_job names all.'),
});

export const oneBranchShape = z.object({
  branch: branchShape,
  above: z.array(z.string()).describe('The branches whose parent it is.'),
  aboveCount: howMany('of them'),
  jobs: z.array(jobShape),
  nextFrom: nextFromShape,
});

export const detailShape = jobShape.extend({
  nextFrom: nextFromShape.describe(
    'Give this to get_job as `from` for what follows in `moved` and `heldBack`; null where they are at their end, and where the job has yet to end.',
  ),
});

export const forecastShape = z.object({
  expected: z.string().describe('Give this to run_action as `expected`.'),
  status: z.enum(['pending', 'ready', 'error']),
  summary: z.string(),
  moves: z.array(z.object({ branch: z.string(), onto: z.string(), commits: z.number().int() })),
  moveCount: howMany('moves'),
  heldBack: z.array(held),
  heldBackCount: howMany('branches held back'),
  dropped: z.array(commit).describe('Commits that are left out, since their change is already below.'),
  droppedCount: howMany('of them'),
  lost: z.array(commit).describe('Commits that no branch has then.'),
  lostCount: howMany('of them'),
  failure: z.object({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
  nextFrom: nextFromShape,
});

/** A page of the repositories; with `search` of those of whose name or address that is part. */
export function reposOf(
  listed: readonly ListedRepo[],
  { from, search = '' }: { from?: number | undefined; search?: string | undefined },
): z.infer<typeof reposShape> {
  const part = search.trim().toLowerCase();
  const found = listed.filter(({ name, url }) => `${name}\n${url}`.toLowerCase().includes(part));
  const repos = shaped(found, ({ id, name, url, trunk, syncedAt, syncError, counts, activeJobs }) => ({
    repoId: id,
    ...{ name, url, trunk, syncedAt },
    lastError: syncError && shorten(syncError, MOST_MESSAGE),
    branches: repoCountsOf(counts),
    activeJobs: firstOf(activeJobs, MOST_ACTIVE),
    activeJobCount: activeJobs.length,
  }));
  const page = pageOf([repos], from);
  return { repos: page.of(repos), count: repos.length, nextFrom: page.next };
}

/** A page of a stack, which is smaller than the API's: then the cursor is the last branch of this one. */
export function stackOf(
  {
    repo,
    branches,
    states,
    counts,
    nextCursor,
  }: Pick<Overview, 'repo' | 'branches' | 'states' | 'counts' | 'nextCursor'>,
  filter: BranchFilter,
  search?: string | undefined,
): z.infer<typeof stackShape> {
  const rows = shaped(branches, (row) => branchOf(row, states));
  const page = pageOf([rows]);
  const shown = page.of(rows);
  return {
    ...{ trunk: repo.trunk, syncedAt: repo.syncedAt, notes: notesOf(repo), branches: shown },
    count: search?.trim() ? null : counts[filter],
    nextCursor: page.next === null ? nextCursor : (shown.at(-1)?.name ?? null),
  };
}

function notesOf({ leftOut }: Pick<Repo, 'leftOut'>): string[] {
  if (!leftOut) return [];
  const { shallow, refs, more } = leftOut;
  const first = refs.slice(0, MOST_LEFT_OUT);
  const others = refs.length - first.length + more;
  return [
    ...(shallow ? [shallowWords] : []),
    ...first.map(leftOutWords),
    ...(others > 0 ? [`And ${counted(others, 'more branch', 'more branches')}.`] : []),
  ];
}

export function branchOf(row: Branch, states: Record<string, BranchState>): z.infer<typeof branchShape> {
  // A branch may be called `constructor`, which every object has.
  const state = Object.hasOwn(states, row.name) ? states[row.name] : undefined;
  const { word, detail } = stateWords(row, state ?? { is: 'in_place' });
  const { name, tip, parent, tracked, suggestedParent, needsRestack, merged, gone } = row;
  const files = row.forecast?.outcome === 'conflict' ? row.forecast.files : [];
  return {
    ...{ name, tip, parent, tracked, suggestedParent, needsRestack, merged, gone },
    state: shorten(detail ? `${word}: ${detail}` : word, MOST_WHY),
    wouldConflict: pathsOf(files),
    wouldConflictCount: files.length,
    ahead: row.ahead,
    behind: row.behind,
    subject: shorten(row.subject, MOST_WORDS),
    author: shorten(row.author, MOST_WORDS),
    pullRequest: row.prUrl,
  };
}

export function repoCountsOf(counts: Repo['counts']): z.infer<typeof countsShape> {
  if (!counts) return null;
  const { branches, needRestack, wouldConflict, heldBack, untracked } = counts;
  return { all: branches, needRestack, wouldConflict, heldBack: heldBack ?? 0, untracked };
}

/** A job of a list: it names the first of what it has moved and held back. */
export function jobOf(detail: JobDetail): z.infer<typeof jobShape> {
  return pagedJob(detail, 0, MOST_IN_LIST).job;
}

/** A branch by itself, with a page of what stands on it and of its last jobs. */
export function oneBranchOf(
  { branch, above, jobs }: { branch: z.infer<typeof branchShape>; above: string[]; jobs: JobDetail[] },
  from?: number,
): z.infer<typeof oneBranchShape> {
  const rows = shaped(jobs, jobOf);
  const page = pageOf([above, rows], from);
  return { branch, above: page.of(above), aboveCount: above.length, jobs: page.of(rows), nextFrom: page.next };
}

/** A job by itself, with a page of what it has moved and held back. */
export function detailOf(detail: JobDetail, from?: number): z.infer<typeof detailShape> {
  const { job, next } = pagedJob(detail, from);
  return { ...job, nextFrom: next };
}

/** A page of a list of jobs, which may be smaller than the API's: then the cursor is the last job of this one. */
export function jobsOf(details: readonly JobDetail[], nextCursor: number | null) {
  const rows = shaped(details, jobOf);
  const page = pageOf([rows]);
  const jobs = page.of(rows);
  return { jobs, nextCursor: page.next === null ? nextCursor : (jobs.at(-1)?.number ?? null) };
}

function pagedJob({ job, moves }: JobDetail, from?: number, most?: number) {
  const pushed = moves.filter(({ state }) => state === 'pushed');
  const moved = shaped(pushed, ({ branch, before, after }) => ({ branch, from: before, to: after }));
  const heldBack = shaped(job.result?.heldBack ?? [], heldOf);
  const page = pageOf([moved, heldBack], from, most);
  return {
    job: {
      jobId: job.id,
      number: job.seq,
      repoId: job.repoId,
      kind: job.kind,
      branch: job.branch,
      parent: job.parent,
      status: job.status,
      message: shorten(job.message, MOST_MESSAGE),
      error: job.errorCode
        ? { code: job.errorCode, hint: job.errorHint && shorten(job.errorHint, MOST_MESSAGE) }
        : null,
      requestedBy: job.requestedBy,
      moved: page.of(moved),
      movedCount: movedBy({ job, moves }).branches,
      heldBack: page.of(heldBack),
      heldBackCount: countsOf(job.result).heldBack,
    },
    // What it has moved grows while it pushes: a page that begins in its middle would leave some of that out.
    next: job.finishedAt === null ? null : page.next,
  };
}

/**
 * A page of a forecast, whose summary and counts are of the whole.
 * @param expected what stands for it in `run_action`
 */
export function forecastOf(row: Forecast, expected: string, from?: number): z.infer<typeof forecastShape> {
  const { outline, status, message } = row;
  const moves = shaped(outline?.moves ?? [], ({ branch, onto, commits }) => ({ branch, onto, commits }));
  const heldBack = shaped(outline?.heldBack ?? [], heldOf);
  const failure = outline?.failure
    ? {
        code: outline.failure.code,
        message: shorten(outline.failure.message, MOST_MESSAGE),
        hint: shorten(outline.failure.hint, MOST_MESSAGE),
      }
    : null;
  const dropped = shaped(outline?.dropped ?? [], commitOf);
  const lost = shaped(
    (outline?.left ?? []).filter(({ on, replacedBy }) => !on && !replacedBy),
    commitOf,
  );
  const summary =
    status !== 'ready'
      ? shorten(message, MOST_MESSAGE) || 'It is being computed: ask again.'
      : failure
        ? `It would fail: ${failure.message} ${failure.hint}`
        : `It would move ${moves.length || 'nothing'}, hold back ${heldBack.length || 'nothing'} and drop ${dropped.length ? counted(dropped.length, 'commit') : 'no commit'}.${lost.length > 0 ? ` No branch would have ${counted(lost.length, 'commit')} then.` : ''}`;
  const page = pageOf([moves, heldBack, dropped, lost], from);
  return {
    ...{ expected, status, summary },
    ...{ moves: page.of(moves), moveCount: moves.length },
    ...{ heldBack: page.of(heldBack), heldBackCount: heldBack.length },
    ...{ dropped: page.of(dropped), droppedCount: dropped.length },
    ...{ lost: page.of(lost), lostCount: lost.length },
    ...{ failure, nextFrom: page.next },
  };
}

/**
 * What of a forecast a person should know of before it is done, a sentence each; empty where nothing is. Each names the
 * first, and says how many more there are.
 * @param forecast its first page
 */
export function lossesOf(forecast: z.infer<typeof forecastShape>): string[] {
  const { heldBack, heldBackCount, dropped, droppedCount, lost, lostCount } = forecast;
  const held = heldBack.map(({ branch, why }) => `${branch} (${why})`);
  const told = (commits: typeof dropped) =>
    commits.map(({ branch, commit: id, subject }) => `${branch} ${id.slice(0, 8)} (${subject})`);
  const sentenceOf = (what: string, words: string[], count: number) =>
    count > 0 ? [`${what}: ${firstIn(words, '; ', count)}.`] : [];
  return [
    ...sentenceOf('Held back', held, heldBackCount),
    ...sentenceOf('Dropped, since the change is already below', told(dropped), droppedCount),
    ...sentenceOf('On no branch then', told(lost), lostCount),
  ];
}

const pathsOf = (files: readonly string[]) =>
  firstOf(
    shaped(files, (path) => shorten(path, MOST_PATH)),
    MOST_PATHS,
  );

const commitOf = ({ branch, commit: id, subject }: z.infer<typeof commit>) => ({
  branch,
  commit: id,
  subject: shorten(subject, MOST_WORDS),
});

function heldOf({ branch, reason }: HeldBack): z.infer<typeof held> {
  const files = reason.kind === 'conflict' ? reason.files.map(({ path }) => path) : [];
  return {
    branch,
    why: shorten(whyHeld(reason), MOST_WHY),
    conflicts: pathsOf(files),
    conflictCount: files.length,
  };
}

function whyHeld(reason: HeldBack['reason']): string {
  switch (reason.kind) {
    case 'conflict':
      return `${reason.commit.slice(0, 8)} (${shorten(reason.subject, MOST_WORDS)}) conflicts with ${reason.onto.slice(0, 8)}`;
    case 'below':
      return `${reason.branch} below it is held back`;
    case 'parent_gone':
      return `${reason.parent} below it is gone from the remote: reparent it`;
    case 'unrelated':
      return `it has no commit in common with ${reason.parent}`;
    case 'protected':
    case 'too_large':
      return reason.message;
  }
}
