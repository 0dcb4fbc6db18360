import { log } from '@/log';

/** Trouble of this server that a person should know of, as the status page shows it. */
export interface Problem {
  /** In one sentence. */
  what: string;
  /** Since when, as ISO 8601. */
  since: string;
  /** What a person can do, and what happens by itself. */
  hint: string;
}

/** Each source has one problem at most. */
export type ProblemSource =
  | 'disk'
  | 'modes'
  | 'name'
  | 'database'
  | 'clock'
  | 'git'
  | 'git_program'
  | 'registration'
  | 'hand_over'
  | 'calls';

/** What a source tells of itself. */
export interface Trouble extends Pick<Problem, 'what' | 'hint'> {
  /** Whether this server takes no jobs while it lasts: they wait, or another server of the database takes them. */
  stopsJobs?: boolean;
  /** In milliseconds: over unless it is told again until then. For a source that is asked only now and then. */
  holdsMs?: number;
}

type Known = Problem & { stopsJobs: boolean; timer: NodeJS.Timeout | undefined };

const shared = globalThis as typeof globalThis & { __spicerackProblems?: Map<ProblemSource, Known> };

function known(): Map<ProblemSource, Known> {
  shared.__spicerackProblems ??= new Map();
  return shared.__spicerackProblems;
}

/** What is wrong now, as far as this process knows; empty when all is well. */
export function problems(): Problem[] {
  return [...known().values()]
    .map(({ what, since, hint }) => ({ what, since, hint }))
    .sort((a, b) => a.since.localeCompare(b.since));
}

/** Whether this server has what it takes to run jobs, as far as it knows. */
export function takesJobs(): boolean {
  return ![...known().values()].some(({ stopsJobs }) => stopsJobs);
}

/** Whether a source has a problem for which this server takes no jobs. */
export function stopsJobs(source: ProblemSource): boolean {
  return known().get(source)?.stopsJobs ?? false;
}

/** Whether a source has a problem now. */
export function hasProblem(source: ProblemSource): boolean {
  return known().has(source);
}

/** The same but for its numbers: how much is free, how far apart two clocks are. */
const isSame = (one: string | undefined, other: string) => one?.replace(/\d+/g, '0') === other.replace(/\d+/g, '0');

/**
 * Sets what is wrong with a source; null when it is well. A problem that stays keeps its `since`, and is said once,
 * however its numbers change.
 */
export function setProblem(source: ProblemSource, problem: Trouble | null): void {
  const before = known().get(source);
  clearTimeout(before?.timer);
  if (problem) {
    const { what, hint, stopsJobs = false, holdsMs } = problem;
    const since = before?.since ?? new Date().toISOString();
    const timer = holdsMs === undefined ? undefined : setTimeout(() => setProblem(source, null), holdsMs).unref();
    known().set(source, { what, hint, stopsJobs, since, timer });
  } else known().delete(source);
  if (problem && !isSame(before?.what, problem.what))
    log('error', 'problem', `Problem: ${problem.what} ${problem.hint}`, { source });
  if (!problem && before) log('info', 'problem_over', `Over: ${before.what}`, { source });
}
