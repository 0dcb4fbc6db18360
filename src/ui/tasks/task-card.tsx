'use client';

import { Archive, GitPullRequestArrow, Layers } from 'lucide-react';
import { Suspense, useState } from 'react';
import type { JobDetail } from '@/api/jobs';
import type { BranchRow, RepoRow, TaskRow } from '@/db/schema';
import { restackRefusal } from '@/repos/state-words';
import { visible } from '@/text/visible';
import { problemWords } from '../api';
import { Button, buttonLooks, Pill } from '../controls';
import { isActive } from '../jobs/active';
import { JobButton } from '../jobs/job-button';
import { errorStands } from '../jobs/phase';
import { StatusShape, statusTone } from '../jobs/status';
import { firstLine } from '../jobs/words';
import { laterPart } from '../later/later-part';
import { useMay } from '../me';
import { useApi } from '../providers';
import { PullRequest } from '../repos/pull-request';
import type { RepoStates } from '../repos/use-states';
import { useSending } from '../sending';
import { Dot, stateTone } from '../stack/dot';
import type { States } from '../stack/filter';
import { branchQuestion } from '../stack/groups/question';
import { restoreButton } from '../stack/row/actions';
import { type BranchNews, coveredBy, isLive, NO_NEWS, NO_STATE, standingOf } from '../stack/state';
import { useStill } from '../still/still';
import { placeOf } from './place';

const AnotherBranch = laterPart(() => import('./another-branch'), {
  what: 'The form',
  leave: ({ close }) => close,
  stays: true,
});

/** What every card needs to know of its repo. */
export interface TaskContext {
  repo: Pick<RepoRow, 'id' | 'trunk' | 'webUrl'>;
  branches: BranchRow[];
  byName: ReadonlyMap<string, BranchRow>;
  jobs: JobDetail[];
  states: States;
  news: ReadonlyMap<string, BranchNews>;
  /** By branch, how many a Restack of it moves. */
  moves: ReadonlyMap<string, number>;
  expected: RepoStates['expected'];
}

/** The active tasks, a card each, which hold still while somebody is at them. Loaded where there are any. */
export default function TaskCards({ tasks, context }: { tasks: TaskRow[]; context: TaskContext }) {
  const { shown, waiting, show, watching } = useStill(
    () => tasks,
    ({ id }) => id,
  );
  return (
    <div {...watching}>
      <Pill count={waiting} of="new task" show={show} className="top-10 *:-mt-9" />
      <ul aria-label="Tasks">
        {shown.map((task) => (
          <TaskCard key={task.id} task={task} context={context} />
        ))}
      </ul>
    </div>
  );
}

/** A task: what it is about, how its branch stands, and what makes sense now. */
function TaskCard({ task, context }: { task: TaskRow; context: TaskContext }) {
  const attached = task.branchStatus === 'completed';
  const mayAct = useMay('act');
  const branch = context.byName.get(task.branch);
  return (
    <li
      data-task={task.title}
      data-status={task.branchStatus}
      className="flex flex-col gap-2 border-t border-hairline px-4 py-3"
    >
      <div className="flex items-start gap-2">
        <h3 className="min-w-0 flex-1 font-medium break-words">{task.title}</h3>
        <BranchStatus task={task} />
        {mayAct && !isActive(task.branchStatus) && <ArchiveButton task={task} />}
      </div>
      {task.description && (
        <p className="line-clamp-3 break-words whitespace-pre-wrap text-muted" data-tip={task.description}>
          {task.description}
        </p>
      )}
      <Place names={placeOf(task.branch, context.byName)} />
      {attached ? <Attached branch={branch} context={context} /> : <Pending task={task} context={context} />}
    </li>
  );
}

const STATUS_WORDS = {
  queued: 'pending',
  running: 'pending',
  completed: 'attached',
  error: 'error',
  cancelled: 'cancelled',
  waiting: 'waits',
} as const;

function BranchStatus({ task: { branchStatus } }: { task: TaskRow }) {
  return (
    <span
      className={`inline-flex shrink-0 items-center gap-1 rounded-chip px-1.5 text-xs font-medium ${statusTone[branchStatus]}`}
    >
      <StatusShape status={branchStatus} />
      {STATUS_WORDS[branchStatus]}
    </span>
  );
}

/** Where the branch is: what it stands on, the trunk first. */
function Place({ names }: { names: string[] }) {
  return (
    <ol aria-label="Place in the stack" className="flex flex-wrap items-baseline font-mono text-xs break-all">
      {names.map((name, index) => (
        <li key={name} className={index < names.length - 1 ? 'text-muted' : 'font-medium'}>
          {visible(name)}
          {index < names.length - 1 && (
            <span aria-hidden className="mx-1">
              ‹
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}

/** A branch that is still to be attached: how far that is, or why it was not possible and the ways on. */
function Pending({ task, context: { branches, jobs } }: { task: TaskRow; context: TaskContext }) {
  const api = useApi();
  const mayAct = useMay('act');
  const [choosing, setChoosing] = useState(false);
  const job = jobs.find((detail) => detail.job.id === task.jobId) ?? null;
  const failed = !isActive(task.branchStatus);
  const waits = task.branchStatus === 'waiting';
  const doing =
    job?.job.kind === 'create_branch'
      ? visible(`creating ${task.branch} on ${job.job.parent ?? 'the trunk'}…`)
      : visible(`fetching ${task.branch}…`);
  return (
    <>
      {waits ? (
        <p className="break-words text-muted">
          Waits for a push of {visible(task.branch)}: the sync that sees it attaches it.
        </p>
      ) : failed ? (
        <p className={task.branchStatus === 'error' ? 'text-error' : 'text-muted'}>
          {job
            ? [job.job.message, firstLine(job.job.errorHint)].filter(Boolean).join(' ')
            : 'Its branch was not attached.'}
        </p>
      ) : (
        <p className="text-muted">{doing}</p>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <JobButton
          label={waits ? 'Look for it now' : 'Attach'}
          job={waits ? null : job}
          jobs={jobs}
          press={() => api.tasks.retry.mutate({ taskId: task.id })}
          className="w-44"
        />
        {failed && mayAct && !choosing && <Button onClick={() => setChoosing(true)}>Another branch…</Button>}
      </div>
      {failed && choosing && (
        <Suspense>
          <AnotherBranch task={task} branches={branches} close={() => setChoosing(false)} />
        </Suspense>
      )}
    </>
  );
}

/** An attached branch: how it stands, its pull request, and what makes sense now. */
function Attached({
  branch,
  context: { repo, branches, jobs, states, news, moves, expected },
}: {
  branch: BranchRow | undefined;
  context: TaskContext;
}) {
  const api = useApi();
  if (!branch) {
    return <p className="text-muted">The branch is not on the remote.</p>;
  }
  const known = news.get(branch.name) ?? NO_NEWS;
  const state = states.get(branch.name) ?? NO_STATE;
  const standing = standingOf(branch, state, known);
  const { own } = known;
  const told = own !== null && (isActive(own.job.status) || errorStands(own, jobs));
  const open = isLive(branch);
  const count = moves.get(branch.name) ?? 0;
  const question = () => branchQuestion(branch.name, branches, states);
  const compare =
    open && repo.webUrl && branch.parent && branch.prNumber === null && branch.ahead > 0
      ? `${repo.webUrl}/compare/${pathOf(branch.parent)}...${pathOf(branch.name)}?expand=1`
      : null;
  return (
    <>
      <p className={`flex min-w-0 items-baseline gap-2 ${stateTone[state.is]}`}>
        <svg viewBox="-6 -6 12 12" width="12" height="12" aria-hidden className="shrink-0 self-center">
          <Dot state={state.is} />
        </svg>
        <span className="min-w-0 break-words">
          {standing.word}
          {standing.detail && <span className="text-muted"> · {standing.detail}</span>}
        </span>
      </p>
      <PullRequest branch={branch} words />
      <div className="flex flex-wrap items-center gap-2 empty:hidden">
        {branch.gone && <JobButton {...restoreButton(api, branch)} job={own} jobs={jobs} className="w-44" />}
        {open && (count > 0 || told || !branch.tracked) && (
          <JobButton
            label={!branch.tracked ? 'Register' : count > 0 ? `Restack ${count}` : 'Restack'}
            icon={<Layers size={14} aria-hidden />}
            job={own}
            jobs={jobs}
            impossible={coveredBy(state, known) ?? restackRefusal(state, count)}
            question={branch.tracked ? question : undefined}
            press={(idempotencyKey) =>
              api.jobs.run.mutate({
                repoId: repo.id,
                kind: branch.tracked ? 'restack_subtree' : 'register_existing_branch',
                branch: branch.name,
                ...(branch.tracked ? expected('restack_subtree') : {}),
                idempotencyKey,
              })
            }
            className="w-44"
          />
        )}
        {compare && (
          <a
            href={compare}
            target="_blank"
            rel="noreferrer"
            className={`touch inline-flex h-8 items-center gap-2 px-3 ${buttonLooks.plain}`}
          >
            <GitPullRequestArrow size={14} aria-hidden /> Open a pull request
          </a>
        )}
      </div>
    </>
  );
}

/** A branch's name within a web address. */
function pathOf(branch: string): string {
  return branch.split('/').map(encodeURIComponent).join('/');
}

function ArchiveButton({ task }: { task: TaskRow }) {
  const api = useApi();
  const { sending, problem, send } = useSending();
  // The feed takes the card away.
  const archive = () => send(() => api.tasks.archive.mutate({ taskId: task.id }));
  return (
    <span className="relative flex shrink-0">
      <Button
        look="quiet"
        className="-my-1.5 -mr-2 px-2"
        aria-disabled={sending}
        aria-label={`Archive ${task.title}`}
        data-tip={sending ? 'Archiving…' : 'Archive'}
        onClick={() => void archive()}
      >
        <Archive size={14} aria-hidden />
      </Button>
      {problem && (
        <span
          role="alert"
          className="absolute top-full right-0 z-20 mt-1 w-60 rounded-popup border border-hairline bg-raised p-3 text-xs text-error shadow-lg"
        >
          {problemWords(problem)}
        </span>
      )}
    </span>
  );
}
