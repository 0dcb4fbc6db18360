import type { ForecastOutline } from '@/model/forecast';
import { visibleInLine } from '@/text/visible';
import { listed } from '@/text/words';
import { commitWords } from './commit-words';

/** Whether there is no more to say of it than that nothing would move: nothing stands in the way either. */
export function saysNothing({ failure, moves, heldBack, registered }: ForecastOutline): boolean {
  return failure === null && heldBack.length === 0 && registered.length === 0 && !moves.some((move) => move.moves);
}

/**
 * A forecast in one line: `6 would move, 1 would conflict: src/cache.ts, 2 above it held back`.
 * @param clean what is said of a branch that can be moved: `would move`
 */
export function outlineWords(outline: ForecastOutline, clean: string): string {
  const { failure, moves, heldBack } = outline;
  const conflicting = heldBack.filter(({ reason }) => reason.kind === 'conflict');
  if (failure && !(failure.code === 'CONFLICT' && conflicting.length > 0)) return failure.message;
  const moved = moves.filter((move) => move.moves).length;
  const files = new Set(
    conflicting.flatMap(({ reason }) => (reason.kind === 'conflict' ? reason.files.map((file) => file.path) : [])),
  );
  const others = heldBack.length - conflicting.length;
  const lost = commitWords(outline).filter(({ isLost }) => isLost).length;
  const parts = [
    ...(moved > 0 ? [`${moved} ${clean}`] : []),
    ...(conflicting.length > 0 ? [`${conflicting.length} would conflict: ${visibleInLine(listed([...files]))}`] : []),
    ...(others > 0 ? [`${others} held back`] : []),
    ...(lost > 0 ? [`${lost} ${lost === 1 ? 'commit' : 'commits'} would be on no branch any more`] : []),
  ];
  if (failure) return [...parts, 'so nothing would move'].join(', ');
  if (parts.length > 0) return parts.join(', ');
  if (outline.registered.length > 0) return `${outline.registered.length} would be tracked, nothing would move`;
  return moves.length > 0 ? 'no commit would change' : 'nothing would move';
}
