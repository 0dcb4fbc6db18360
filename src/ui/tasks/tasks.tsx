'use client';

import { useState } from 'react';
import type { JobDetail } from '@/api/jobs';
import type { BranchRow, TaskRow } from '@/db/schema';
import { type Problem, problemOf } from '../api';
import { Button, Field, Trouble } from '../controls';
import { JobButton } from '../jobs/job-button';
import { StatusShape, statusTone } from '../jobs/status';
import { useApi } from '../providers';

/** The active tasks of a repo and the form for a new one. */
export function Tasks({
  repoId,
  tasks,
  branches,
  jobs,
}: {
  repoId: string;
  tasks: TaskRow[];
  branches: BranchRow[];
  jobs: JobDetail[];
}) {
  return (
    <>
      <h2 className="px-4 pt-4 text-base font-semibold">Tasks</h2>
      <NewTask repoId={repoId} branches={branches} />
      <ul>
        {tasks.map((task) => (
          <TaskCard key={task.id} task={task} jobs={jobs} />
        ))}
      </ul>
    </>
  );
}

function NewTask({ repoId, branches }: { repoId: string; branches: BranchRow[] }) {
  const api = useApi();
  const [title, setTitle] = useState('');
  const [branch, setBranch] = useState('');
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const create = async () => {
    setSending(true);
    setProblem(null);
    try {
      await api.tasks.create.mutate({ repoId, title, branch: branch.trim() });
      setTitle('');
      setBranch('');
    } catch (error) {
      // What was typed stays.
      setProblem(problemOf(error));
    } finally {
      setSending(false);
    }
  };

  return (
    <form
      className="flex flex-col gap-2 px-4 py-3"
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <Field label="Title" problem={problem?.fields.title}>
        {(props) => (
          <input
            {...props}
            name="title"
            value={title}
            onChange={(event) => setTitle(event.target.value)}
            autoComplete="off"
          />
        )}
      </Field>
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <Field label="Branch" problem={problem?.fields.branch}>
            {(props) => (
              <input
                {...props}
                name="branch"
                list={`branches-${repoId}`}
                value={branch}
                onChange={(event) => setBranch(event.target.value)}
                placeholder="feat/…"
                autoComplete="off"
                autoCapitalize="off"
                spellCheck={false}
              />
            )}
          </Field>
          <datalist id={`branches-${repoId}`}>
            {branches.flatMap((each) =>
              each.merged || each.gone ? [] : [<option key={each.name} value={each.name} />],
            )}
          </datalist>
        </div>
        <Button type="submit" disabled={sending} className="mt-5">
          {sending ? 'Creating…' : 'Create task'}
        </Button>
      </div>
      {problem?.message && <Trouble>{problem.message}</Trouble>}
    </form>
  );
}

function TaskCard({ task, jobs }: { task: TaskRow; jobs: JobDetail[] }) {
  const api = useApi();
  const job = jobs.find((detail) => detail.job.id === task.jobId) ?? null;
  const failed = task.branchStatus === 'error' || task.branchStatus === 'cancelled';
  return (
    <li
      data-task={task.title}
      data-status={task.branchStatus}
      className="flex flex-col gap-1 border-t border-hairline px-4 py-3"
    >
      <span className="font-medium break-words">{task.title}</span>
      <span className="flex min-w-0 items-center gap-2">
        <span className="min-w-0 flex-1 truncate font-mono text-xs" title={task.branch}>
          {task.branch}
        </span>
        {task.branchStatus === 'completed' ? (
          <span
            className={`inline-flex items-center gap-1 rounded-chip px-1.5 text-xs font-medium ${statusTone.completed}`}
          >
            <StatusShape status="completed" />
            attached
          </span>
        ) : (
          <JobButton
            label="Attach"
            job={job}
            jobs={jobs}
            press={() => api.tasks.retry.mutate({ taskId: task.id })}
            className="w-44"
          />
        )}
      </span>
      {failed && job && (
        <p className="text-xs text-error">
          {job.job.message} {job.job.errorHint}
        </p>
      )}
      {!failed && task.branchStatus !== 'completed' && (
        <p className="text-xs text-muted">pending: {task.branch} is being looked for on the remote</p>
      )}
    </li>
  );
}
