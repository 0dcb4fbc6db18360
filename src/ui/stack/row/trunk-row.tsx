import { useEffect, useRef } from 'react';
import type { RepoRow } from '@/db/schema';
import { Lanes } from '../dot';
import type { Entry } from '../entries';
import type { DragModule } from '../move/drag-module';

/** The trunk, on which every stack stands. */
export function TrunkRow({
  repo,
  trunkLine,
  lanes,
  height,
  drag,
}: {
  repo: RepoRow;
  /** How its lane goes on below it. */
  trunkLine: Entry['trunkLine'];
  lanes: number;
  height: number;
  drag: DragModule | null;
}) {
  const row = useRef<HTMLDivElement>(null);
  const name = repo.trunk ?? '';
  useEffect(() => {
    if (row.current && drag) return drag.dragRow(row.current, { name, above: 0, movable: false });
  }, [drag, name]);
  return (
    <div ref={row} className="flex h-full items-center gap-2 px-4">
      <span className="-ml-2 hidden w-4 shrink-0 md:flex" />
      <Lanes
        lane={0}
        parentLane={null}
        below={false}
        trunkLine={trunkLine}
        lanes={lanes}
        height={height}
        tone="text-text"
      >
        <circle r="4" fill="none" stroke="currentColor" strokeWidth="1.6" />
      </Lanes>
      {/* biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus */}
      {/* biome-ignore lint/a11y/useSemanticElements: rows are placed by hand, which no table can be */}
      <span role="gridcell" className="flex items-center gap-2">
        <span className="font-medium">{repo.trunk ?? 'trunk'}</span>
        <span className="text-xs text-muted">trunk</span>
        {repo.trunkTip && <code className="font-mono text-xs text-muted">{repo.trunkTip.slice(0, 8)}</code>}
      </span>
    </div>
  );
}
