import type { ForecastOutline, JobDetail } from '@spicerack/client';
import { commandsByHand } from '@/repos/by-hand';
import { intent } from '@/ui/jobs/words';
import { commitWords } from '@/ui/stack/commit-words';
import { outlineWords } from '@/ui/stack/outline-words';
import { heldBackWords } from '@/ui/stack/state';
import { between, duration } from '@/ui/time';
import { EXIT, type Exit } from '../../out/exit';
import { type Line, paint } from '../../out/line';

/** A forecast as the dashboard says it, and what of it stays behind or goes away. Pure. */
export function forecastLines(outline: ForecastOutline): Line[] {
  const { failure, heldBack, dropped } = outline;
  return [
    [paint('bold', 'forecast'), `: ${outlineWords(outline, 'would move')}`],
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
      ...(reason.kind === 'conflict' && reason.byHand
        ? ['    To solve it by hand:', ...commandsByHand(branch, reason.byHand).map((command) => `      ${command}`)]
        : []),
    ]),
    ...(job.errorHint ? job.errorHint.split('\n').map((line): Line => `  ${line}`) : []),
  ];
}

/** How the program ends when a job ended so. */
export function exitOf({ job }: JobDetail): Exit {
  if (job.status === 'completed') return job.result && job.result.heldBack.length > 0 ? EXIT.heldBack : EXIT.ok;
  if (job.errorCode === 'CONFLICT') return EXIT.heldBack;
  return job.errorCode === 'BRANCH_NOT_FOUND' ? EXIT.notFound : EXIT.failed;
}

const short = (commit: string | null) => (commit ?? '').slice(0, 7);
const parts = (line: Line) => (typeof line === 'string' ? [line] : line);
