import type { StateName } from '@/repos/branch-state';
import type { Entry } from './entries';

export const stateTone: Record<StateName, string> = {
  in_place: 'text-completed',
  will_move: 'text-restack',
  conflict: 'text-conflict',
  blocked: 'text-held',
  parent_gone: 'text-error',
  unrelated: 'text-error',
  too_large: 'text-held',
  moving: 'text-running',
  long_lived: 'text-muted',
  merged: 'text-muted',
  gone: 'text-error',
  untracked: 'text-muted',
};

/** A branch's dot, centred on 0,0 and within 5 of it: each state has a shape of its own. */
export function Dot({ state }: { state: StateName }) {
  switch (state) {
    case 'in_place':
      return <circle r="4" fill="currentColor" />;
    case 'will_move':
      return (
        <>
          <circle r="4" fill="none" stroke="currentColor" strokeWidth="1.6" />
          <path d="M0-4A4 4 0 0 0 0 4Z" fill="currentColor" />
        </>
      );
    case 'conflict':
      return <path d="M-3.6-3.6 3.6 3.6M3.6-3.6-3.6 3.6" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />;
    case 'blocked':
    case 'too_large':
      return (
        <>
          <rect x="-4.5" y="-4.5" width="9" height="9" rx="1.5" fill="none" stroke="currentColor" strokeWidth="1.6" />
          <path d="M-1.4-2V2M1.4-2V2" stroke="currentColor" strokeWidth="1.5" />
        </>
      );
    case 'parent_gone':
    case 'unrelated':
      return (
        <>
          <circle cy="-1.6" r="2.9" fill="none" stroke="currentColor" strokeWidth="1.6" />
          <path d="M-4 4.2H-1.6M1.6 4.2H4" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" />
        </>
      );
    case 'long_lived':
      return <rect x="-3.8" y="-3.8" width="7.6" height="7.6" rx="1.5" fill="currentColor" />;
    case 'moving':
      return (
        <path
          className="spin"
          d="M0-4A4 4 0 1 1-4 0"
          fill="none"
          stroke="currentColor"
          strokeWidth="2"
          strokeLinecap="round"
        />
      );
    case 'merged':
      return <path d="M0-4.6 4.6 0 0 4.6-4.6 0Z" fill="none" stroke="currentColor" strokeWidth="1.6" />;
    case 'gone':
      return <path d="M-4 0H4M0-4.5V-2M0 2V4.5" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" />;
    case 'untracked':
      return <circle r="4" fill="none" stroke="currentColor" strokeWidth="1.4" strokeDasharray="2 2.2" />;
  }
}

const LANE = 16;
/** Where a line ends before the dot that it leads to. */
const ROOM = 7;
const DASHED = '2 3';

/**
 * The part of the picture in one row: the lanes that pass, the branch's dot, and the line to its parent's lane.
 * @param lane 0 is the trunk's own row
 * @param parentLane null is what nothing leads to: the trunk, and what stands in no stack
 * @param below whether the branch's lane goes on below this row
 */
export function Lanes({
  lane,
  parentLane,
  below,
  lanes,
  height,
  trunkLine,
  children,
  tone,
  moving = false,
  suggested = false,
}: {
  lane: number;
  parentLane: number | null;
  below: boolean;
  lanes: number;
  height: number;
  /** How the trunk's lane passes, or leaves the trunk in its own row. */
  trunkLine: Entry['trunkLine'];
  children: React.ReactNode;
  tone: string;
  /** It is not there yet: its line is dashed. */
  moving?: boolean;
  /** Nor is it asked for. */
  suggested?: boolean;
}) {
  const middle = height / 2;
  const x = (n: number) => n * LANE + LANE / 2;
  // Every lane to the left has its largest child still to come, but for the trunk's.
  const passing = Array.from({ length: Math.max(0, lane - 1) }, (_, n) => `M${x(n + 1)} 0V${height}`).join('');
  const trunk = lane === 0 ? `M${x(0)} ${middle + ROOM}V${height}` : `M${x(0)} 0V${height}`;
  const up =
    parentLane === null
      ? ''
      : parentLane === lane
        ? `M${x(lane)} 0V${middle - ROOM}`
        : `M${x(parentLane)} 0Q${x(parentLane)} ${middle} ${x(lane) - ROOM} ${middle}`;
  const down = below && lane > 0 ? `M${x(lane)} ${middle + ROOM}V${height}` : '';
  const dash = suggested ? DASHED : undefined;
  return (
    <svg width={lanes * LANE} height={height} aria-hidden className="shrink-0 overflow-hidden">
      {trunkLine && (
        <path
          d={trunk}
          fill="none"
          className="stroke-line"
          strokeWidth="1.25"
          strokeDasharray={trunkLine === 'dashed' ? DASHED : undefined}
        />
      )}
      <path
        d={passing + (moving ? '' : up) + down}
        fill="none"
        className="stroke-line"
        strokeWidth="1.25"
        strokeDasharray={dash}
      />
      {moving && <path d={up} fill="none" className="stroke-accent" strokeWidth="1.5" strokeDasharray="3 3" />}
      <g transform={`translate(${x(lane)} ${middle})`} className={tone}>
        {children}
      </g>
    </svg>
  );
}
