import { useEffect, useMemo, useRef } from 'react';
import type { ActionKind } from '@/model/kinds';
import {
  type BranchState,
  branchStates,
  filterCounts,
  movedNow,
  restackCounts,
  type StateFilter,
} from '@/repos/branch-state';
import { isKept } from '@/repos/kept';
import { counted } from '@/text/words';
import { expectedOf } from '../jobs/ask/expected';
import { useStable } from '../stable';
import { commitWords } from '../stack/commit-words';
import type { States } from '../stack/filter';
import { useForecast } from '../stack/forecast';
import { isLive } from '../stack/state';
import type { Overview } from './overview';

/** While a job moves one branch after the other, the outline is renewed once in so long. Milliseconds. */
const WHILE_JOBS_RUN_MS = 1000;

export interface RepoStates {
  states: States;
  /** By branch, how many a Restack of it moves. */
  moves: ReadonlyMap<string, number>;
  /** How many branches each filter keeps. */
  counts: Record<StateFilter, number>;
  /** The outline that they are made of is of a moment ago, or there is none yet. */
  renewing: boolean;
  /** Commits that no branch would have any more. */
  lost: number;
  /** What the press of an action goes by. */
  expected: (kind: ActionKind) => { expected?: string };
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
  const latest = statesOf({ repo, branches, jobs, restack });
  const known = useRef<States>(new Map());
  const states = useMemo(() => stillEqual(known.current, latest), [latest]);
  useEffect(() => {
    known.current = states;
  }, [states]);
  const counts = useMemo(() => filterCounts(states), [states]);
  const moves = useMemo(() => restackCounts(branches, states), [branches, states]);
  const expected = useStable((kind: ActionKind) => expectedOf(kind, { restack, jobs }));
  const refused = foreseen?.state === 'refused' ? foreseen.words : null;
  return {
    states,
    moves,
    counts,
    renewing: any && refused === null && (restack === null || restack.stale),
    lost: foreseen?.state === 'ready' ? commitWords(foreseen.outline).filter(({ isLost }) => isLost).length : 0,
    expected,
    problem: restack?.outline.failure?.message ?? refused,
  };
}

interface Computed {
  trunk: string | null;
  restack: Overview['restack'];
  moving: ReadonlySet<string>;
  states: States;
}

/** What was computed last of each list of branches: the page, the pinned views and the palette ask for the same. */
const computed = new WeakMap<Overview['branches'], Computed>();

/** How the branches of a loaded repo stand, computed once for as long as they, and what moves them, stay what they are. */
export function statesOf({
  repo,
  branches,
  jobs,
  restack,
}: Pick<Overview, 'repo' | 'branches' | 'jobs' | 'restack'>): States {
  const trunk = repo?.trunk ?? null;
  const moving = movedNow(jobs);
  const last = computed.get(branches);
  if (last && last.trunk === trunk && last.restack === restack && isSame(last.moving, moving)) return last.states;
  const states = branchStates({ rows: branches, trunk, restack, moving });
  computed.set(branches, { trunk, restack, moving, states });
  return states;
}

function isSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((each) => b.has(each));
}

/** The new states, each the same object as before where it says the same: rows are drawn anew only for what is new. */
function stillEqual(before: States, now: States): States {
  let isUnchanged = before.size === now.size;
  const kept = new Map<string, BranchState>();
  for (const [name, state] of now) {
    const old = before.get(name);
    const same = old !== undefined && JSON.stringify(old) === JSON.stringify(state);
    kept.set(name, same ? old : state);
    isUnchanged &&= same;
  }
  return isUnchanged ? before : kept;
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
