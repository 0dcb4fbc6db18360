'use client';

import { useState } from 'react';
import type { BranchRow, TaskRow } from '@/db/schema';
import { Button, Trouble } from '../controls';
import { useApi } from '../providers';
import { useSending } from '../sending';
import { isLive } from '../stack/state';
import { BranchField } from './branch-field';

/** Gives a task whose branch could not be attached another one. Loaded when it is first opened. */
export default function AnotherBranch({
  task,
  branches,
  close,
}: {
  task: TaskRow;
  branches: BranchRow[];
  close: () => void;
}) {
  const api = useApi();
  const [branch, setBranch] = useState(task.branch);
  const { sending, problem, send } = useSending();
  const attach = () =>
    send(async () => {
      await api.tasks.retry.mutate({ taskId: task.id, branch: branch.trim() });
      close();
    });
  return (
    <form
      className="flex flex-col gap-2 rounded-control border border-hairline p-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (!sending) void attach();
      }}
    >
      <BranchField
        label="Another branch"
        name="branch"
        choices={branches.flatMap((each) => (isLive(each) && each.name !== task.branch ? [each.name] : []))}
        value={branch}
        change={setBranch}
        problem={problem?.fields.branch}
        placeholder="feat/…"
      />
      {problem && (problem.message ?? problem.fields.taskId) && (
        <Trouble>{problem.message ?? problem.fields.taskId}</Trouble>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={close}>Close</Button>
        <Button type="submit" look="primary" aria-disabled={sending}>
          {sending ? 'Asking…' : 'Attach this one'}
        </Button>
      </div>
    </form>
  );
}
