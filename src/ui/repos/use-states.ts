import { useEffect, useMemo, useRef } from 'react';
import { type BranchState, branchStates, filterCounts, movedNow, type StateFilter } from '@/repos/branch-state';
import { isKept } from '@/repos/kept';
import { counted } from '@/text/words';
import { commitWords } from '../stack/commit-words';
import type { States } from '../stack/filter';
import { useForecast } from '../stack/forecast';
import { isLive } from '../stack/state';
import type { Overview } from './overview';

/** While a job moves one branch after the other, the outline is renewed once in so long. Milliseconds. */
const WHILE_JOBS_RUN_MS = 1000;

export interface RepoStates {
  states: States;
  /** How many branches each filter keeps. */
  counts: Record<StateFilter, number>;
  /** The outline that they are made of is of a moment ago, or there is none yet. */
  renewing: boolean;
  /** Commits that no branch would have any more. */
  lost: number;
  /** Why the outline is not renewed; null where it is. */
  problem: string | null;
}

/**
 * How the branches of a repo stand: from their rows and the last outline of a Restack of them all, which is asked for
 * anew whenever it is not for the branches as they are. Until that has come, they stand as they stood.
 */
export function useStates({ repoId, repo, branches, jobs, restack }: Overview): RepoStates {
  const any = useMemo(() => branches.some((row) => row.tracked && isLive(row) && !isKept(row)), [branches]);
  const isBusy = jobs.some(({ job }) => job.status === 'running');
  const foreseen = useForecast(
    any ? { repoId, kind: 'restack_repo' } : null,
    'would move',
    isBusy ? WHILE_JOBS_RUN_MS : undefined,
  );
  const trunk = repo?.trunk ?? null;
  const known = useRef<States>(new Map());
  const states = useMemo(
    () => stillEqual(known.current, branchStates({ rows: branches, trunk, restack, moving: movedNow(jobs) })),
    [branches, trunk, restack, jobs],
  );
  useEffect(() => {
    known.current = states;
  }, [states]);
  const counts = useMemo(() => filterCounts(states), [states]);
  const refused = foreseen?.state === 'refused' ? foreseen.words : null;
  return {
    states,
    counts,
    renewing: any && refused === null && (restack === null || restack.stale),
    lost: foreseen?.state === 'ready' ? commitWords(foreseen.outline).filter(({ isLost }) => isLost).length : 0,
    problem: restack?.outline.failure?.message ?? refused,
  };
}

/** The new states, each the same object as before where it says the same: rows are drawn anew only for what is new. */
function stillEqual(before: States, now: Map<string, BranchState>): States {
  let isSame = before.size === now.size;
  for (const [name, state] of now) {
    const old = before.get(name);
    if (old && JSON.stringify(old) === JSON.stringify(state)) now.set(name, old);
    else isSame = false;
  }
  return isSame ? before : now;
}

/** What branches want, in a line: `36 will move, 1 conflict, 4 held back`; empty where they are in place. */
export function wantedWords(counts: Record<StateFilter, number>, lost: number): string {
  const { needs_restack: moves, conflicts, held_back: heldBack } = counts;
  return [
    ...(moves > 0 ? [`${moves} will move`] : []),
    ...(conflicts > 0 ? [counted(conflicts, 'conflict')] : []),
    ...(heldBack > 0 ? [`${heldBack} held back`] : []),
    ...(lost > 0 ? [`${counted(lost, 'commit')} would be on no branch any more`] : []),
  ].join(', ');
}
