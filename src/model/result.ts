import type { ForecastCheck } from './forecast';
import {
  type AdoptedCommit,
  type HeldBack,
  isOnNoBranch,
  type LeftCommit,
  lostCommits,
  type Plan,
  type Registered,
} from './plan';

/** What a job did, as data: made from its plan and its moves, verified against the remote. */
export interface JobResult {
  heldBack: Plan['heldBack'];
  dropped: Plan['dropped'];
  warnings: Plan['warnings'];
  /** Branches found merged: what they are in, and what is to stand where they stood (in old rows: the same one). */
  merged: Array<{ branch: string; into: string; onto?: string }>;
  /** Commits of branches that go on which were found to have landed, newest first; old rows do not say. */
  landed?: Array<{ branch: string; into: string; commit: string; subject: string }>;
  /** Branches that this job began to track. */
  registered: Registered[];
  /** Commits that left branches that moved, and those that became the branch's own; old rows do not say. */
  left?: LeftCommit[];
  adopted?: AdoptedCommit[];
  /** Branches that the remote deleted without their being merged. */
  gone: string[];
  /** How many branches it has moved, and of how many of them the ref; not said where it had planned nothing, nor in old rows. */
  moved?: { branches: number; refs: number };
  /** Branches whose old commits are kept nowhere any more: no undo can put them back. */
  lost?: string[];
  /** In lists and events, where they carry of a list here only the first: how much there is in all. `jobs.get` has it. */
  counts?: ResultCounts;
  /** Whatever else a person should know, in whole sentences. */
  notes: string[];
  /** Null where none was known for the tips that the job met, or where it ended for reasons beyond any plan. */
  forecast: ForecastCheck | null;
}

export const EMPTY_RESULT: JobResult = {
  heldBack: [],
  dropped: [],
  warnings: [],
  merged: [],
  registered: [],
  gone: [],
  notes: [],
  forecast: null,
};

/** How much a result tells of. */
export interface ResultCounts {
  heldBack: number;
  /** Of these. */
  conflicts: number;
  dropped: number;
  warnings: number;
  merged: number;
  landed: number;
  registered: number;
  left: number;
  /** Of these: no branch has them any more, each counted once. */
  lostCommits: number;
  adopted: number;
  gone: number;
  notes: number;
}

/** How much a result tells of, whether it is whole or an outline. */
export function countsOf(result: JobResult | null): ResultCounts {
  const { heldBack, dropped, warnings, merged, registered, gone, notes } = result ?? EMPTY_RESULT;
  const { landed = [], left = [], adopted = [] } = result ?? EMPTY_RESULT;
  return (
    result?.counts ?? {
      heldBack: heldBack.length,
      conflicts: heldBack.filter(({ reason }) => reason.kind === 'conflict').length,
      dropped: dropped.length,
      warnings: warnings.length,
      merged: merged.length,
      landed: landed.length,
      registered: registered.length,
      left: left.length,
      lostCommits: lostCommits(left).length,
      adopted: adopted.length,
      gone: gone.length,
      notes: notes.length,
    }
  );
}

/** A job with its moves, as far as what it has moved is told by it. */
interface Mover {
  job: { result: JobResult | null };
  moves: ReadonlyArray<{ branch: string; before: string | null; after: string | null; state: string }>;
}

/** Whether a list has left out what this job has moved: then its result alone says how much that was. */
export function lacksMoves({ job, moves }: Mover): boolean {
  return moves.length === 0 && (job.result?.moved?.branches ?? 0) > 0;
}

/** How many branches a job has moved, and of how many the ref, whether or not a list has left its moves out. */
export function movedBy({ job, moves }: Mover): { branches: number; refs: number } {
  if (moves.length === 0) return job.result?.moved ?? { branches: 0, refs: 0 };
  const pushed = moves.filter(({ state }) => state === 'pushed');
  const refs = pushed.filter(({ before, after }) => before !== after);
  // It may have moved one again that somebody had pushed to meanwhile.
  const count = (all: typeof pushed) => new Set(all.map(({ branch }) => branch)).size;
  return { branches: count(pushed), refs: count(refs) };
}

/** The most of each list of a result, and the most files of a conflict, that lists and events carry. */
const MOST_LISTED = 100;

/** The most characters of what a remote says that they carry. */
const MOST_WORDS = 300;

/**
 * A result as lists and events carry it: of each list the first, what somebody should look at before the rest; of a
 * conflict the first files without their text, of a remote's words the start, and of warnings no commits. `jobs.get` has
 * the whole.
 * @returns null where that is the result as it is
 */
export function outlineOf(result: JobResult): JobResult | null {
  const { heldBack, dropped, warnings, merged, landed, registered, left, adopted, gone, lost, notes, forecast } =
    result;
  const differences = forecast?.agreed === false ? forecast.differences : [];
  const lists = [
    heldBack,
    dropped,
    warnings,
    merged,
    landed,
    registered,
    left,
    adopted,
    gone,
    lost,
    notes,
    differences,
  ];
  const isCut = lists.some((list) => list && list.length > MOST_LISTED);
  const isConflict = ({ reason }: HeldBack) => reason.kind === 'conflict';
  const first = <T>(list: readonly T[]) => list.slice(0, MOST_LISTED);
  const outline: JobResult = {
    ...result,
    heldBack: first(sorted(heldBack, isConflict)).map(heldOutline),
    dropped: first(dropped),
    warnings: first(warnings).map((warning) => ({ ...warning, commits: [] })),
    merged: first(merged),
    ...(landed && { landed: first(landed) }),
    registered: first(registered),
    ...(left && { left: first(sorted(left, isOnNoBranch)) }),
    ...(adopted && { adopted: first(adopted) }),
    gone: first(gone),
    ...(lost && { lost: first(lost) }),
    notes: first(notes),
    forecast: forecast?.agreed === false ? { agreed: false, differences: first(differences) } : forecast,
    ...(isCut && { counts: countsOf(result) }),
  };
  return isCut || heldBack.some(isLong) || warnings.some(({ commits }) => commits.length > 0) ? outline : null;
}

/** In the order that a list had, but those first for which something holds, where not all of it is carried. */
function sorted<T>(list: readonly T[], isFirst: (one: T) => boolean): readonly T[] {
  if (list.length <= MOST_LISTED) return list;
  return [...list.filter(isFirst), ...list.filter((one) => !isFirst(one))];
}

function isLong({ reason }: HeldBack): boolean {
  if (reason.kind === 'conflict')
    return reason.files.length > MOST_LISTED || reason.files.some(({ text }) => text !== null);
  return reason.kind === 'protected' && reason.message.length > MOST_WORDS;
}

function heldOutline({ branch, reason }: HeldBack): HeldBack {
  if (reason.kind === 'conflict') {
    const files = reason.files.slice(0, MOST_LISTED).map((file) => ({ ...file, text: null }));
    return { branch, reason: { ...reason, files } };
  }
  if (reason.kind === 'protected')
    return { branch, reason: { ...reason, message: reason.message.slice(0, MOST_WORDS) } };
  return { branch, reason };
}
