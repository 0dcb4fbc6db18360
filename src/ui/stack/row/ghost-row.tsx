import { visible } from '@/text/visible';
import { Lanes } from '../dot';
import type { Entry } from '../entries';

/** The old place of a branch that is about to move. It takes part in nothing. */
export function GhostRow({
  branch,
  place,
  onto,
  lanes,
  height,
  trunkLine,
  top,
}: {
  branch: string;
  place: Entry['place'];
  /** Undefined where the move has just been made and its row is still to go. */
  onto: string | undefined;
  lanes: number;
  height: number;
  trunkLine: Entry['trunkLine'];
  top: number;
}) {
  return (
    <div aria-hidden data-ghost={branch} className="absolute left-0 w-full" style={{ height, top }}>
      <div className="flex h-full items-center gap-2 px-4 text-muted">
        <span className="-ml-2 hidden w-4 shrink-0 md:flex" />
        <Lanes
          lane={place?.lane ?? 1}
          parentLane={place?.parentLane ?? null}
          below={false}
          lanes={lanes}
          trunkLine={trunkLine}
          height={height}
          tone="text-line"
        >
          <circle r="4" fill="none" stroke="currentColor" strokeWidth="1.4" />
        </Lanes>
        <span className="min-w-0 truncate">
          {visible(branch)}
          {onto !== undefined && <span className="text-xs"> · moves onto {visible(onto)}</span>}
        </span>
      </div>
    </div>
  );
}
