'use client';

import { Plus } from 'lucide-react';
import { useSearchParams } from 'next/navigation';
import { Suspense, useEffect, useMemo, useState } from 'react';
import type { RepoRow, TaskRow } from '@/db/schema';
import { counted } from '@/text/words';
import { Button, Skeleton } from '../controls';
import { laterPart } from '../later/later-part';
import { useMay } from '../me';
import { useNow } from '../providers';
import type { Overview } from '../repos/overview';
import type { RepoStates } from '../repos/use-states';
import type { BranchNews } from '../stack/state';
import { ago, exact } from '../time';
import { isWorthKeeping, storedDraft } from './draft';
import type { TaskContext } from './task-card';

const TaskCards = laterPart(() => import('./task-card'), { what: 'The list of tasks' });
const NewTask = laterPart(() => import('./new-task'), {
  what: 'The form for a task',
  leave: ({ close }) => close,
  stays: true,
});

/** The tasks of a repo: the form for a new one, the active ones, and what became of the last others. */
export default function Tasks({
  overview,
  repo,
  known,
  news,
}: {
  overview: Overview;
  repo: RepoRow;
  known: Pick<RepoStates, 'states' | 'moves' | 'expected'>;
  news: ReadonlyMap<string, BranchNews>;
}) {
  const { tasks, archivedTasks, branches, jobs } = overview;
  const { states, moves, expected } = known;
  const mayAct = useMay('act');
  // A draft that was left is there again.
  const [form, setForm] = useState<'closed' | 'draft' | 'asked'>(() =>
    mayAct && isWorthKeeping(storedDraft(repo.id)) ? 'draft' : 'closed',
  );
  // Asked for elsewhere on the page, by its address.
  const isAsked = useSearchParams().get('task') === 'new';
  useEffect(() => {
    if (!isAsked) return;
    const address = new URL(window.location.href);
    address.searchParams.delete('task');
    window.history.replaceState(null, '', address);
    if (mayAct) setForm('asked');
  }, [isAsked, mayAct]);
  const context = useMemo<TaskContext>(
    () => ({
      repo,
      branches,
      byName: new Map(branches.map((branch) => [branch.name, branch])),
      jobs,
      states,
      news,
      ...{ moves, expected },
    }),
    [repo, branches, jobs, states, news, moves, expected],
  );
  return (
    <>
      <div className="flex h-12 items-center justify-between px-4 pt-2">
        <h2 className="text-base font-semibold">Tasks</h2>
        {form === 'closed' && mayAct && (
          <Button look="quiet" onClick={() => setForm('asked')}>
            <Plus size={14} aria-hidden /> New task
          </Button>
        )}
      </div>
      {form !== 'closed' && (
        <Suspense fallback={<Skeleton rows={5} label="Loading the form" />}>
          <NewTask
            repo={repo}
            tasks={tasks}
            branches={branches}
            asked={form === 'asked'}
            close={() => setForm('closed')}
          />
        </Suspense>
      )}
      {tasks.length === 0 && form === 'closed' && (
        <p className="px-4 pb-3 text-muted">
          No task is active. A task ties a title to a branch, and tells here how the branch stands.
        </p>
      )}
      {tasks.length > 0 ? (
        <TaskCards tasks={tasks} context={context} />
      ) : (
        // Where there is none, nothing waits for the code of their cards.
        <Suspense>
          <TaskCards tasks={tasks} context={context} />
        </Suspense>
      )}
      <Archived tasks={archivedTasks} />
    </>
  );
}

function Archived({ tasks }: { tasks: TaskRow[] }) {
  const now = useNow(tasks.length > 0);
  if (tasks.length === 0) return null;
  return (
    <details className="border-t border-hairline px-4 py-2" open={tasks.length <= 3}>
      <summary className="touch cursor-pointer text-muted">{counted(tasks.length, 'archived task')}</summary>
      <ul aria-label="Archived tasks">
        {tasks.map((task) => (
          <li key={task.id} data-archived={task.title} className="flex flex-col py-1">
            <span className="break-words">{task.title}</span>
            <span className="text-xs break-words text-muted">
              {task.archivedReason}
              {task.archivedAt && <span data-tip={exact(task.archivedAt)}> {ago(task.archivedAt, now)}</span>}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
