import type { JobResult, JobRow } from '@/db/schema';

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

/** What became of a pushed move: its branch is there, has moved on since, or is gone. */
export interface MoveOutcome {
  branch: string;
  parent: string | null;
  refMoved: boolean;
  now: 'there' | 'moved_on' | 'gone';
}

/** `3 branches`, `1 branch`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

function named(names: string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
}

/** How a job ended, in one line made from what it did: moved, registered, merged, held back, dropped. */
export function summary(
  job: Pick<JobRow, 'kind' | 'branch' | 'parent'>,
  result: JobResult,
  moves: MoveOutcome[],
  trunk: string,
): string {
  const parts: string[] = [];
  const moved = moves.filter((move) => move.refMoved);
  if (job.kind === 'create_branch' && job.branch) parts.push(`${job.branch} made on ${job.parent ?? trunk}`);
  else if (moved.length > 0) parts.push(`${counted(moved.length, 'branch', 'branches')} moved`);
  // What a registration tracks is told as registered.
  const retracked = moves.filter((move) => !move.refMoved && job.kind !== 'register_existing_branch');
  if (retracked.length > 0) parts.push(`${named(retracked.map((m) => `${m.branch} now on ${m.parent}`))}`);
  if (result.registered.length > 0) {
    parts.push(`${named(result.registered.map((r) => `${r.branch} on ${r.parent}`))} registered`);
  }
  if (result.merged.length > 0) parts.push(`${named(result.merged.map((m) => m.branch))} merged`);
  if (result.gone.length > 0) parts.push(`${named(result.gone)} gone from the remote`);
  if (result.heldBack.length > 0) parts.push(`${named(result.heldBack.map((h) => h.branch))} held back`);
  if (result.dropped.length > 0) parts.push(`${counted(result.dropped.length, 'commit')} dropped, already below`);
  const signatures = new Set(result.warnings.filter((w) => w.kind === 'signature_lost').flatMap((w) => w.commits)).size;
  if (signatures > 0) parts.push(`${counted(signatures, 'signature')} lost, since a replayed commit cannot keep one`);
  const flattened = new Set(result.warnings.filter((w) => w.kind === 'merge_flattened').flatMap((w) => w.commits)).size;
  if (flattened > 0) parts.push(`${counted(flattened, 'merge commit')} flattened`);
  const since = moves.filter((move) => move.now !== 'there');
  if (since.length > 0) parts.push(`${named(since.map((m) => m.branch))} pushed to by others since`);
  const notes = result.notes.length > 0 ? ` ${result.notes.join(' ')}` : '';
  if (parts.length === 0)
    return job.kind === 'sync_repo'
      ? `Synced; nothing to move.${notes}`
      : `Nothing to do: everything is in place.${notes}`;
  const text = parts.join('; ');
  return `${text[0]?.toUpperCase()}${text.slice(1)}.${notes}`;
}
