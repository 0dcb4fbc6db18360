import type { ForecastOutline, HeldBack, JobDetail } from '@spicerack/client';
import { commandsByHand } from '@/repos/by-hand';
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
    ...heldBack.map(({ branch, reason }): Line => ['  ', paint('magenta', '✕ '), `${branch} ${heldBackWords(reason)}`]),
    ...dropped.map(
      ({ branch, commit, subject }): Line => [
        '  ',
        paint('dim', '− '),
        `${branch} drops ${commit.slice(0, 8)} ${subject}: its change is already below`,
      ],
    ),
    ...commitWords(outline).map(
      ({ commit, isLost, words }): Line => [
        '  ',
        paint(isLost ? 'yellow' : 'dim', '· '),
        `${commit.slice(0, 8)} ${words}`,
      ],
    ),
  ];
}

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
    ...moves
      .filter((move) => move.state === 'pushed' && move.before !== move.after)
      .map(
        (move): Line => [
          '  ',
          paint('green', '→ '),
          move.branch,
          paint('dim', ` ${short(move.before) || 'new'} → ${short(move.after) || 'deleted'}`),
        ],
      ),
    ...(job.result?.heldBack ?? []).flatMap(({ branch, reason }): Line[] => [
      ['  ', paint('magenta', '✕ '), `${branch} ${heldBackWords(reason)}`],
      ...byHandLines(branch, reason, hint),
    ]),
    ...(hint ? hint.split('\n').map((line): Line => `  ${line}`) : []),
  ];
}

/** The commands that solve a conflict by hand, unless the job's hint has them. */
function byHandLines(branch: string, reason: HeldBack['reason'], hint: string): Line[] {
  if (reason.kind !== 'conflict' || !reason.byHand) return [];
  const commands = commandsByHand(branch, reason.byHand);
  if (commands.every((command) => hint.includes(command))) return [];
  return ['    To solve it by hand:', ...commands.map((command) => `      ${command}`)];
}

/** How the program ends when a job ended so. */
export function exitOf({ job }: JobDetail): Exit {
  if (job.status === 'completed') return job.result && job.result.heldBack.length > 0 ? EXIT.heldBack : EXIT.ok;
  if (job.errorCode === 'CONFLICT') return EXIT.heldBack;
  if (job.errorCode === 'BRANCH_NOT_FOUND') return EXIT.notFound;
  // As where it is refused before there is a job.
  return job.errorCode === 'DIVERGED' ? EXIT.refused : EXIT.failed;
}

const short = (commit: string | null) => (commit ?? '').slice(0, 7);
const parts = (line: Line) => (typeof line === 'string' ? [line] : line);
