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
export type ProblemSource = 'disk' | 'modes' | 'database' | 'clock' | 'git';

const shared = globalThis as typeof globalThis & { __spicerackProblems?: Map<ProblemSource, Problem> };

function known(): Map<ProblemSource, Problem> {
  shared.__spicerackProblems ??= new Map();
  return shared.__spicerackProblems;
}

/** What is wrong now, as far as this process knows; empty when all is well. */
export function problems(): Problem[] {
  return [...known().values()].sort((a, b) => a.since.localeCompare(b.since));
}

/** Whether a source has a problem now. */
export function hasProblem(source: ProblemSource): boolean {
  return known().has(source);
}

/** Sets what is wrong with a source; null when it is well. A problem that stays keeps its `since`. */
export function setProblem(source: ProblemSource, problem: Pick<Problem, 'what' | 'hint'> | null): void {
  const before = known().get(source);
  if (problem) known().set(source, { ...problem, since: before?.since ?? new Date().toISOString() });
  else known().delete(source);
  if (problem && before?.what !== problem.what) console.error(`Problem: ${problem.what} ${problem.hint}`);
  if (!problem && before) console.error(`Over: ${before.what}`);
}
