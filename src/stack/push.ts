import type { RefMove } from '@/git/remote/push-repo';
import type { Move } from '@/model/plan';

/** What to do with a push that may or may not have happened. */
export type Resume = 'push_again' | 'done' | 'plan_again';

/** The refs that a plan moves on the remote; moves that change only the tracking have none. */
export function refMoves(moves: Array<Pick<Move, 'branch' | 'before'> & { after: string | null }>): RefMove[] {
  return moves
    .filter(({ before, after }) => before !== after)
    .map(({ branch, before, after }) => ({ ref: `refs/heads/${branch}`, before, after }));
}

/**
 * Decides from each ref on the remote how a broken-off push goes on:
 * all where the push would leave them, or further on → `done`; all where it would find or leave them →
 * `push_again` (pushing what is there already succeeds); a third value, or some further on while others were
 * not pushed → `plan_again`.
 * @param remote what the remote has now, by full ref name; no entry where it has no such ref
 * @param isDescendant whether `commit` has `ancestor` in its history; asked only of refs at a third value
 */
export function decideResume(
  moves: RefMove[],
  remote: ReadonlyMap<string, string>,
  isDescendant: (commit: string, ancestor: string) => boolean,
): Resume {
  const places = moves.map((move) => placeOf(move, remote, isDescendant));
  if (places.includes('third')) return 'plan_again';
  if (!places.includes('before')) return 'done';
  return places.includes('beyond') ? 'plan_again' : 'push_again';
}

/**
 * The refs that a push of which nobody has heard has moved, long after it: others may have moved them since. What
 * was rewritten or deleted meanwhile was moved where all of the rest was, for a push moves all refs or none; where it
 * went one by one, each ref that was not moved tells so itself.
 */
export function arrivedRefs(...[moves, remote, isDescendant]: Parameters<typeof decideResume>): Set<string> {
  const places = moves.map((move) => ({ ref: move.ref, place: placeOf(move, remote, isDescendant) }));
  const arrived = places.filter(({ place }) => place === 'after' || place === 'beyond');
  const whole = arrived.length > 0 && places.every(({ place }) => place !== 'before');
  return new Set((whole ? places : arrived).map(({ ref }) => ref));
}

/** The moves whose refs have arrived; what moves no ref went the way of the others. */
export function arrivedMoves<M extends Pick<Move, 'branch' | 'before'> & { after: string | null }>(
  moves: M[],
  arrived: ReadonlySet<string>,
): M[] {
  return moves.filter(({ branch, before, after }) =>
    before === after ? arrived.size > 0 : arrived.has(`refs/heads/${branch}`),
  );
}

/** Where a ref is now: as the push finds it, as it leaves it, further on from there, or anywhere else. */
function placeOf(
  { ref, before, after }: RefMove,
  remote: ReadonlyMap<string, string>,
  isDescendant: (commit: string, ancestor: string) => boolean,
): 'before' | 'after' | 'beyond' | 'third' {
  const now = remote.get(ref) ?? null;
  if (now === after) return 'after';
  if (now === before) return 'before';
  return now && after && isDescendant(now, after) ? 'beyond' : 'third';
}
