import type { ForecastOutline, HeldBack, JobDetail } from '@spicerack/client';
import { commandsByHand, linesByHand } from '@/repos/by-hand';
import { intent } from '@/ui/jobs/words';
import { commitWords } from '@/ui/stack/commit-words';
import { outlineWords } from '@/ui/stack/outline-words';
import { heldBackWords } from '@/ui/stack/state';
import { between, duration } from '@/ui/time';
import { EXIT, type Exit } from '../../out/exit';
import { type Line, paint } from '../../out/line';

/**
 * A forecast as the dashboard says it, and what of it stays behind or goes away. Pure.
 * @param age how old the picture is that it is made from
 */
export function forecastLines(outline: ForecastOutline, age: string): Line[] {
  const { failure, heldBack, dropped } = outline;
  return [
    [paint('bold', 'forecast'), `: ${outlineWords(outline, 'would move')}`, paint('dim', ` (${age})`)],
    ...(failure?.hint ? [`  ${failure.hint.split('\n')[0]}`] : []),
    ...heldBack.map(heldBackLine),
    ...dropped.map(droppedLine),
    ...commitWords(outline).map(
      ({ commit, isLost, words }): Line => [
        '  ',
        paint(isLost ? 'yellow' : 'dim', '· '),
        `${commit.slice(0, 8)} ${words}`,
      ],
    ),
  ];
}

/** From which commit to which each branch goes. Pure. */
export function moveLines(moves: Array<{ branch: string; before: string | null; after: string | null }>): Line[] {
  return moves.map(
    ({ branch, before, after }): Line => [
      '  ',
      paint('green', '→ '),
      branch,
      paint('dim', ` ${short(before) || 'new'} → ${short(after) || 'deleted'}`),
    ],
  );
}

const heldBackLine = ({ branch, reason }: HeldBack): Line => [
  '  ',
  paint('magenta', '✕ '),
  `${branch}: ${heldBackWords(reason)}`,
];

const droppedLine = ({ branch, commit, subject }: ForecastOutline['dropped'][number]): Line => [
  '  ',
  paint('dim', '− '),
  `${branch} drops ${commit.slice(0, 8)} ${subject}: its change is already below`,
];

/** `#12 Restack feat/auth and above`. */
export function jobName(job: JobDetail['job']): Line {
  return [paint('bold', `#${job.seq}`), ` ${intent(job)}`];
}

/** How an ended job ended: the truthful summary, what moved, what was held back, and what to do. Pure. */
export function endedLines({ job, moves }: JobDetail): Line[] {
  const mark =
    job.status === 'completed' ? paint('green', '✓') : job.status === 'error' ? paint('red', '✕') : paint('dim', '○');
  const took = job.startedAt && job.finishedAt ? ` (${duration(between(job.startedAt, job.finishedAt))})` : '';
  const code = job.errorCode ? ` ${job.errorCode}` : '';
  const status = job.status === 'completed' ? '' : ` ${job.status}${code}`;
  const hint = job.errorHint ?? '';
  return [
    [mark, ' ', ...parts(jobName(job)), `${status}: ${job.message}`, paint('dim', took)],
    ...moveLines(moves.filter((move) => move.state === 'pushed' && move.before !== move.after)),
    ...(job.result?.heldBack ?? []).flatMap((held): Line[] => [
      heldBackLine(held),
      ...byHandLines(held.branch, held.reason, hint),
    ]),
    ...(job.result?.dropped ?? []).map(droppedLine),
    ...leftLines(job),
    ...(hint ? hint.split('\n').map((line): Line => `  ${line}`) : []),
  ];
}

/** The commits that moved branches have no more, and how those are kept that no branch has. */
function leftLines({ seq, result }: JobDetail['job']): Line[] {
  const away = (result?.left ?? []).filter(({ replacedBy }) => replacedBy === null);
  return away.flatMap(({ branch, commit, subject, on }): Line[] => [
    [
      '  ',
      paint(on === null ? 'yellow' : 'dim', '· '),
      `${commit.slice(0, 8)} ${subject} left ${branch}: ${on === null ? 'no branch has it' : `${on} has it`}`,
    ],
    ...(on === null
      ? [['    ', paint('dim', `spicerack keep ${seq} ${commit.slice(0, 8)} <branch> puts it onto a new one`)]]
      : []),
  ]);
}

/** The commands that solve a conflict by hand, unless the job's hint has them. */
function byHandLines(branch: string, reason: HeldBack['reason'], hint: string): Line[] {
  if (reason.kind !== 'conflict' || !reason.byHand) return [];
  const lines = linesByHand(commandsByHand(branch, reason.byHand));
  if (lines.every((line) => hint.includes(line))) return [];
  return ['    To solve it by hand:', ...lines.map((line) => `      ${line}`)];
}

/** How the program ends when a job ended so. */
export function exitOf({ job }: JobDetail): Exit {
  if (job.status === 'completed') return job.result && job.result.heldBack.length > 0 ? EXIT.heldBack : EXIT.ok;
  const { errorCode } = job;
  return errorCode !== null && AS_FORECAST.has(errorCode) ? exitOfCode(errorCode) : EXIT.failed;
}

/** What a forecast may have said before: the job ends as its refusal would have. */
const AS_FORECAST: ReadonlySet<string> = new Set(['CONFLICT', 'BRANCH_NOT_FOUND', 'DIVERGED']);

/** How the program ends where something cannot be done for this reason. */
export function exitOfCode(code: string): Exit {
  if (code === 'CONFLICT') return EXIT.heldBack;
  return code === 'BRANCH_NOT_FOUND' ? EXIT.notFound : EXIT.refused;
}

const short = (commit: string | null) => (commit ?? '').slice(0, 7);
const parts = (line: Line) => (typeof line === 'string' ? [line] : line);
