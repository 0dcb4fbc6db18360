import type { Branch, JobDetail, Overview } from '@spicerack/client';
import type { StateName } from '@/repos/branch-state';
import { layoutStack } from '@/ui/stack/layout';
import { type Line, type Painted, paint, type Style, table } from '../../out/line';
import { standings } from './states';

/** Shape and colour of each state, as on the dashboard: never colour alone. */
const MARKS: Record<StateName, [shape: string, style: Style]> = {
  in_place: ['●', 'green'],
  will_move: ['◐', 'yellow'],
  conflict: ['✕', 'red'],
  blocked: ['◆', 'magenta'],
  parent_gone: ['◌', 'red'],
  unrelated: ['◌', 'red'],
  too_large: ['◆', 'magenta'],
  moving: ['▶', 'cyan'],
  long_lived: ['■', 'dim'],
  merged: ['✓', 'dim'],
  gone: ['×', 'dim'],
  untracked: ['┄', 'dim'],
};

const CI = { success: '✓ CI', failure: '✕ CI', pending: '• CI' } as const;

export interface StackInput {
  trunk: string | null;
  trunkTip: string | null;
  branches: Branch[];
  /** Newest first. */
  jobs: JobDetail[];
  /** What a Restack of all would do; null where that is not known. */
  restack: Pick<NonNullable<Overview['restack']>, 'outline' | 'stale'> | null;
  /** The branch of HEAD, which is marked. */
  head: string | null;
}

/** The stacks as text: trunk on top, a line a branch with its state, its pull request and what would become of it. Pure. */
export function stackPicture({ trunk, trunkTip, branches, jobs, restack, head }: StackInput): Line[] {
  const standingOf = standings({ trunk, branches, jobs, restack });
  const { rows, beside } = layoutStack(branches);
  const stem = stems(rows.map(({ level }) => level));
  const line = (branch: Branch, before: string): Line[] => {
    const { state, word, detail } = standingOf(branch);
    const [shape, style] = MARKS[state.is];
    const isHead = branch.name === head;
    return [
      [before, paint(style, shape), ' ', isHead ? paint('bold', branch.name) : branch.name, isHead ? ' ←' : ''],
      branch.merged || branch.gone ? '' : [`+${branch.ahead}`, branch.behind > 0 ? ` −${branch.behind}` : ''],
      [paint(style, word), detail && `: ${detail}`],
      pullRequest(branch),
    ];
  };
  return [
    ['○ ', paint('bold', trunk ?? '(trunk not known yet)'), paint('dim', ` ${(trunkTip ?? '').slice(0, 7)}`)],
    ...table([
      ...rows.map(({ branch }, i) => line(branch, stem[i] ?? '')),
      ...beside.map((branch) => line(branch, '')),
    ]),
  ];
}

/** What stands before each row of a tree that is given by its levels from 1, top to bottom. */
function stems(levels: number[]): string[] {
  return levels.map((level, i) => {
    /** Whether another row of this level comes before one that is nearer to the trunk. */
    const goesOn = (at: number) => {
      const next = levels.findIndex((other, j) => j > i && other <= at);
      return next >= 0 && levels[next] === at;
    };
    const bars = Array.from({ length: level - 1 }, (_, at) => (goesOn(at + 1) ? '│ ' : '  '));
    return `${bars.join('')}${goesOn(level) ? '├─' : '└─'}`;
  });
}

function pullRequest({ prNumber, prState, ci, review }: Branch): Line {
  if (prNumber === null) return '';
  const parts: Array<string | Painted> = [paint('cyan', `#${prNumber}`)];
  if (prState && prState !== 'open') parts.push(` ${prState}`);
  if (ci) parts.push(` ${CI[ci]}`);
  if (review && prState !== 'merged' && prState !== 'closed') parts.push(` ${review.replaceAll('_', ' ')}`);
  return parts;
}
