/** A tip that a branch was seen at. */
export interface Sighting {
  tip: string;
  /** ISO, as the database writes it. */
  seenAt: string;
}

/** A move of a branch that a job has pushed. */
export interface PushedMove {
  before: string | null;
  /** Null where it deleted the branch. */
  after: string | null;
  /** When its job began; ISO, as the database writes it. */
  startedAt: string;
}

/**
 * Which move has made which sighting of one branch; null where somebody else has pushed. A tip may come back, as after
 * an undo: a move has made the first sighting of its tip since its job began, which comes next to where it moved from.
 * @param sightings newest first
 * @param moves newest first
 * @returns by the sightings' order
 */
export function moversOf<Move extends PushedMove>(
  sightings: readonly Sighting[],
  moves: readonly Move[],
): Array<Move | null> {
  const movers: Array<Move | null> = sightings.map(() => null);
  for (const move of moves.toReversed()) {
    if (move.after === move.before) continue;
    const at = sightings.findLastIndex(
      ({ tip, seenAt }, index) => tip === move.after && seenAt >= move.startedAt && !movers[index],
    );
    const from = sightings[at + 1];
    // The sightings before may be forgotten by now, and a branch that was deleted came from nowhere.
    if (at >= 0 && (!from || move.before === null || from.tip === move.before)) movers[at] = move;
  }
  return movers;
}
