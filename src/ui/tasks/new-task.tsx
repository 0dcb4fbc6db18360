'use client';

import type { BranchRow, RepoRow, TaskRow } from '@/db/schema';
import { branchNameFor } from '@/repos/branch-name';
import type { Problem } from '../api';
import { Button, Field, Trouble } from '../controls';
import { useApi } from '../providers';
import { useSending } from '../sending';
import { isLive } from '../stack/state';
import { BranchField } from './branch-field';
import { EMPTY_DRAFT, type TaskDraft, useDraft } from './draft';
import { requestOf } from './request';

/** The form for a new task. Loaded when it is first opened. */
export default function NewTask({
  repo,
  tasks,
  branches,
  asked,
  close,
}: {
  repo: Pick<RepoRow, 'id' | 'trunk'>;
  tasks: TaskRow[];
  branches: BranchRow[];
  /** Somebody has just asked for it, so that it takes the focus; else it is there for the draft in it. */
  asked: boolean;
  close: () => void;
}) {
  const api = useApi();
  const [draft, change] = useDraft(repo.id);
  const { sending, problem, send } = useSending();
  const fields: Problem['fields'] = problem?.fields ?? {};
  const taken = new Set(tasks.map((task) => task.branch));
  const open = branches.filter(isLive);
  const known = branches.some((branch) => branch.name === draft.branch.trim());

  // Where it fails, what was typed stays, here and in the browser's storage.
  const create = () =>
    send(async () => {
      await api.tasks.create.mutate({ repoId: repo.id, ...requestOf(draft, repo.trunk) });
      change(EMPTY_DRAFT);
      close();
    });

  return (
    <form
      aria-label="New task"
      className="flex flex-col gap-3 px-4 py-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (!sending) void create();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.metaKey || event.ctrlKey) && !sending) void create();
      }}
    >
      <Field label="Title" problem={fields.title}>
        {(props) => (
          <input
            {...props}
            // biome-ignore lint/a11y/noAutofocus: the form was just asked for by a press
            autoFocus={asked}
            name="title"
            value={draft.title}
            onChange={(event) => change({ title: event.target.value })}
            autoComplete="off"
          />
        )}
      </Field>
      <Field label="Description" problem={fields.description}>
        {({ className, ...props }) => (
          <textarea
            {...props}
            className={`${className} h-auto! resize-y py-1`}
            name="description"
            rows={3}
            value={draft.description}
            onChange={(event) => change({ description: event.target.value })}
          />
        )}
      </Field>
      <fieldset className="flex gap-1 rounded-control border border-hairline p-1">
        <legend className="sr-only">Works on</legend>
        <Choice draft={draft} change={change} on="existing">
          Existing branch
        </Choice>
        <Choice draft={draft} change={change} on="new">
          New branch
        </Choice>
      </fieldset>
      {draft.on === 'existing' ? (
        <BranchField
          key="existing"
          label="Branch"
          name="branch"
          choices={open.flatMap((branch) => (taken.has(branch.name) ? [] : [branch.name]))}
          value={draft.branch}
          change={(branch) => change({ branch })}
          problem={fields.branch}
          placeholder="feat/…"
          hint={
            draft.branch.trim() === '' || known
              ? 'From the list, or one that is still to be pushed.'
              : 'Not seen yet: it is looked for on the remote.'
          }
        />
      ) : (
        <>
          <BranchField
            key="new"
            label="On top of"
            name="parent"
            choices={[
              ...(repo.trunk ? [repo.trunk] : []),
              ...open.flatMap((each) => (each.tracked ? [each.name] : [])),
            ]}
            value={draft.parent}
            change={(parent) => change({ parent })}
            problem={fields.parent}
            placeholder={repo.trunk ?? 'the trunk'}
          />
          <Field label="Name of the new branch" problem={fields.branch} hint="Made from the title when left empty.">
            {({ className, ...props }) => (
              <input
                {...props}
                className={`${className} font-mono text-xs`}
                name="name"
                value={draft.name}
                onChange={(event) => change({ name: event.target.value })}
                placeholder={branchNameFor(draft.title)}
                autoComplete="off"
                autoCapitalize="off"
                spellCheck={false}
              />
            )}
          </Field>
        </>
      )}
      {problem?.message && <Trouble>{problem.message}</Trouble>}
      <div className="flex justify-end gap-2">
        <Button onClick={close}>Close</Button>
        <Button type="submit" look="primary" aria-disabled={sending}>
          {sending ? 'Creating…' : 'Create task'}
        </Button>
      </div>
    </form>
  );
}

function Choice({
  draft,
  change,
  on,
  children,
}: {
  draft: TaskDraft;
  change: (change: Partial<TaskDraft>) => void;
  on: TaskDraft['on'];
  children: string;
}) {
  return (
    <label className="touch flex flex-1 cursor-pointer items-center justify-center rounded-chip px-2 py-0.5 text-muted hover:bg-hover has-checked:bg-selected has-checked:font-medium has-checked:text-text has-focus-visible:outline-2 has-focus-visible:outline-accent">
      <input
        type="radio"
        name="on"
        value={on}
        checked={draft.on === on}
        onChange={() => change({ on })}
        className="sr-only"
      />
      {children}
    </label>
  );
}
