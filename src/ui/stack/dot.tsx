import type { StateName } from '@/repos/branch-state';

export const stateTone: Record<StateName, string> = {
  in_place: 'text-completed',
  will_move: 'text-restack',
  conflict: 'text-conflict',
  blocked: 'text-held',
  parent_gone: 'text-error',
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

export const LANE = 16;

/**
 * The part of the picture in one row: the lanes that pass, the branch's dot, and the line to its parent's lane.
 * @param lane null is the trunk's own row
 * @param below whether the lane goes on below this row
 */
export function Lanes({
  lane,
  parentLane,
  below,
  lanes,
  height,
  children,
  tone,
  moving = false,
}: {
  lane: number;
  parentLane: number | null;
  below: boolean;
  lanes: number;
  height: number;
  children: React.ReactNode;
  tone: string;
  /** It is not there yet: its line is dashed. */
  moving?: boolean;
}) {
  const middle = height / 2;
  const x = (n: number) => n * LANE + LANE / 2;
  // Every lane to the left has its largest child still to come.
  const passing = Array.from({ length: lane }, (_, n) => `M${x(n)} 0V${height}`).join('');
  const up =
    parentLane === null
      ? ''
      : parentLane === lane
        ? `M${x(lane)} 0V${middle}`
        : `M${x(parentLane)} 0C${x(parentLane)} ${middle} ${x(lane)} 0 ${x(lane)} ${middle}`;
  const down = below ? `M${x(lane)} ${middle}V${height}` : '';
  return (
    <svg width={lanes * LANE} height={height} aria-hidden className="shrink-0">
      <path d={passing + (moving ? '' : up) + down} fill="none" className="stroke-line" strokeWidth="1.25" />
      {moving && <path d={up} fill="none" className="stroke-accent" strokeWidth="1.5" strokeDasharray="3 3" />}
      <circle cx={x(lane)} cy={middle} r="6.5" className="fill-surface" />
      <g transform={`translate(${x(lane)} ${middle})`} className={tone}>
        {children}
      </g>
    </svg>
  );
}
