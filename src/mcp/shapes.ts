import type { Branch, BranchState, Forecast, HeldBack, JobDetail, Repo } from '@spicerack/client';
import { z } from 'zod';
import { countsOf, movedBy } from '@/model/result';
import { stateWords } from '@/repos/state-words';
import { counted } from '@/text/words';

/** What the tools answer with. Times are ISO 8601 in UTC; commits are full ids. */

const commit = z.object({ branch: z.string(), commit: z.string(), subject: z.string() });

const held = z.object({
  branch: z.string(),
  why: z.string(),
  conflicts: z.array(z.string()).describe('Paths in conflict; empty where it is held back for another reason.'),
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
  wouldConflict: z.array(z.string()).describe('Paths that a restack onto its parent would conflict in.'),
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
    .describe('How many branches it has moved. A list leaves out `moved` where they are many: get_job names them.'),
  heldBack: z.array(held),
  heldBackCount: z
    .number()
    .int()
    .describe('How many branches it has held back. A list names the first hundred: get_job names all.'),
});

export const forecastShape = z.object({
  expected: z.string().describe('Give this to run_action as `expected`.'),
  status: z.enum(['pending', 'ready', 'error']),
  summary: z.string(),
  moves: z.array(z.object({ branch: z.string(), onto: z.string(), commits: z.number().int() })),
  heldBack: z.array(held),
  dropped: z.array(commit).describe('Commits that are left out, since their change is already below.'),
  lost: z.array(commit).describe('Commits that no branch has then.'),
  failure: z.object({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
});

export function branchOf(row: Branch, states: Record<string, BranchState>): z.infer<typeof branchShape> {
  // A branch may be called `constructor`, which every object has.
  const state = Object.hasOwn(states, row.name) ? states[row.name] : undefined;
  const { word, detail } = stateWords(row, state ?? { is: 'in_place' });
  const { name, tip, parent, tracked, suggestedParent, needsRestack, merged, gone } = row;
  return {
    ...{ name, tip, parent, tracked, suggestedParent, needsRestack, merged, gone },
    state: detail ? `${word}: ${detail}` : word,
    wouldConflict: row.forecast?.outcome === 'conflict' ? row.forecast.files : [],
    ahead: row.ahead,
    behind: row.behind,
    subject: row.subject,
    author: row.author,
    pullRequest: row.prUrl,
  };
}

export function repoCountsOf(counts: Repo['counts']): z.infer<typeof countsShape> {
  if (!counts) return null;
  const { branches, needRestack, wouldConflict, heldBack, untracked } = counts;
  return { all: branches, needRestack, wouldConflict, heldBack: heldBack ?? 0, untracked };
}

export function jobOf({ job, moves }: JobDetail): z.infer<typeof jobShape> {
  const pushed = moves.filter(({ state }) => state === 'pushed');
  return {
    jobId: job.id,
    number: job.seq,
    repoId: job.repoId,
    kind: job.kind,
    branch: job.branch,
    parent: job.parent,
    status: job.status,
    message: job.message,
    error: job.errorCode ? { code: job.errorCode, hint: job.errorHint } : null,
    requestedBy: job.requestedBy,
    moved: pushed.map(({ branch, before, after }) => ({ branch, from: before, to: after })),
    movedCount: movedBy({ job, moves }).branches,
    heldBack: (job.result?.heldBack ?? []).map(heldOf),
    heldBackCount: countsOf(job.result).heldBack,
  };
}

/** @param expected what stands for it in `run_action` */
export function forecastOf(row: Forecast, expected: string): z.infer<typeof forecastShape> {
  const { outline, status, message } = row;
  const moves = (outline?.moves ?? []).map(({ branch, onto, commits }) => ({ branch, onto, commits }));
  const heldBack = (outline?.heldBack ?? []).map(heldOf);
  const { failure = null } = outline ?? {};
  const dropped = (outline?.dropped ?? []).map(commitOf);
  const lost = (outline?.left ?? []).filter(({ on, replacedBy }) => !on && !replacedBy).map(commitOf);
  const summary =
    status !== 'ready'
      ? message || 'It is being computed: ask again.'
      : failure
        ? `It would fail: ${failure.message} ${failure.hint}`
        : `It would move ${moves.length || 'nothing'}, hold back ${heldBack.length || 'nothing'} and drop ${dropped.length ? counted(dropped.length, 'commit') : 'no commit'}.${lost.length > 0 ? ` No branch would have ${counted(lost.length, 'commit')} then.` : ''}`;
  return { expected, status, summary, moves, heldBack, dropped, lost, failure };
}

/** What of a forecast a person should know of before it is done, a sentence each; empty where nothing is. */
export function lossesOf({ heldBack, dropped, lost }: z.infer<typeof forecastShape>): string[] {
  const names = (commits: typeof dropped) =>
    commits.map(({ branch, commit: id, subject }) => `${branch} ${id.slice(0, 8)} (${subject})`).join('; ');
  return [
    ...(heldBack.length > 0
      ? [`Held back: ${heldBack.map(({ branch, why }) => `${branch} (${why})`).join('; ')}.`]
      : []),
    ...(dropped.length > 0 ? [`Dropped, since the change is already below: ${names(dropped)}.`] : []),
    ...(lost.length > 0 ? [`On no branch then: ${names(lost)}.`] : []),
  ];
}

const commitOf = ({ branch, commit: id, subject }: z.infer<typeof commit>) => ({ branch, commit: id, subject });

function heldOf({ branch, reason }: HeldBack): z.infer<typeof held> {
  switch (reason.kind) {
    case 'conflict':
      return {
        branch,
        why: `${reason.commit.slice(0, 8)} (${reason.subject}) conflicts with ${reason.onto.slice(0, 8)}`,
        conflicts: reason.files.map(({ path }) => path),
      };
    case 'below':
      return { branch, why: `${reason.branch} below it is held back`, conflicts: [] };
    case 'parent_gone':
      return { branch, why: `${reason.parent} below it is gone from the remote: reparent it`, conflicts: [] };
    case 'unrelated':
      return { branch, why: `it has no commit in common with ${reason.parent}`, conflicts: [] };
    case 'protected':
    case 'too_large':
      return { branch, why: reason.message, conflicts: [] };
  }
}
