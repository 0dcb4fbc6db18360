'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type ReactNode, useId, useState } from 'react';
import type { RepoRow } from '@/db/schema';
import { type Problem, problemOf } from '../api';
import { Button, Field, Trouble } from '../controls';
import { useMay } from '../me';
import { useApi } from '../providers';
import { OfRepo } from '../repos/of-repo';
import { overviewQuery } from '../repos/overview';
import { FurtherPage } from '../repos/repo-nav';
import { useSending } from '../sending';
import { changesOf, type Draft, type DraftField, savedDraft, withSettings } from './draft';

/** What can be set for a repo, and the way to remove it. */
export function SettingsPage({ repoId }: { repoId: string }) {
  const [removed, setRemoved] = useState(false);
  const maySet = useMay('administer');
  return (
    <OfRepo repoId={repoId} removed={removed}>
      {(overview, repo) => (
        <FurtherPage overview={overview} repo={repo} title="Settings">
          {maySet ? (
            <div className="mx-auto flex w-full max-w-160 flex-col gap-8 p-4 md:py-8">
              <Settings repo={repo} />
              <Remove repo={repo} removed={() => setRemoved(true)} />
            </div>
          ) : (
            <p className="p-4 text-muted md:py-8">
              Settings are for who administers this server. Ask them to change one.
            </p>
          )}
        </FurtherPage>
      )}
    </OfRepo>
  );
}

/**
 * The form: what somebody else saves shows at once, but never over what was typed here. What is typed stays until it
 * is saved or discarded.
 */
function Settings({ repo }: { repo: RepoRow }) {
  const api = useApi();
  const client = useQueryClient();
  const saved = savedDraft(repo);
  const [typed, setTyped] = useState<Partial<Draft>>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const [state, setState] = useState<'idle' | 'saving' | 'saved'>('idle');
  const draft = { ...saved, ...typed };
  const { changes, problems } = changesOf(saved, draft);
  const dirty = Object.keys(changes).length + Object.keys(problems).length > 0;
  const set = <F extends DraftField>(field: F, value: Draft[F]) => {
    setTyped({ ...typed, [field]: value });
    setState('idle');
  };
  const problemWith = (field: DraftField) => (problem ? (problems[field] ?? problem.fields[field]) : undefined);

  const save = async () => {
    if (Object.keys(problems).length > 0) return setProblem({ fields: {}, message: null, unreachable: false });
    setState('saving');
    setProblem(null);
    try {
      const now = await api.repos.update.mutate({ repoId: repo.id, ...changes });
      // The feed will say the same in a moment; until then the old values must not come back.
      client.setQueryData(
        overviewQuery(api, repo.id).queryKey,
        (known) => known && { ...known, repo: withSettings(known.repo ?? now, now) },
      );
      setState('saved');
      // What was typed while it was being saved stays.
      setTyped((later) => without(later, typed));
    } catch (error) {
      setState('idle');
      setProblem(problemOf(error));
    }
  };

  return (
    <form
      className="flex flex-col gap-6"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (dirty) void save();
      }}
    >
      <Field label="Name" problem={problemWith('name')}>
        {(props) => (
          <input {...props} name="name" value={draft.name} onChange={(event) => set('name', event.target.value)} />
        )}
      </Field>
      <Field
        label="Address"
        problem={problemWith('url')}
        hint="Where the repository is. Change it when the repository has moved; its branches stay registered."
      >
        {(props) => (
          <input
            {...props}
            name="url"
            value={draft.url}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            onChange={(event) => set('url', event.target.value)}
          />
        )}
      </Field>
      <Field
        label="Trunk"
        problem={problemWith('trunk')}
        hint="The branch that everything goes into. It is read, never pushed."
      >
        {(props) => (
          <input
            {...props}
            name="trunk"
            value={draft.trunk}
            placeholder={saved.trunk === '' ? 'found by the first sync' : undefined}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            onChange={(event) => set('trunk', event.target.value)}
          />
        )}
      </Field>
      <Field
        label="Engine"
        problem={problemWith('engine')}
        hint="What computes a restack: both make the same commits, git in a fraction of the time. Automatic takes git-spice where its program is found."
      >
        {(props) => (
          <select
            {...props}
            name="engine"
            value={draft.engine}
            onChange={(event) => {
              const engine = ENGINES.find(([name]) => name === event.target.value);
              if (engine) set('engine', engine[0]);
            }}
          >
            {ENGINES.map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field
        label="Automatic sync, every so many minutes"
        problem={problemWith('autoSyncMinutes')}
        hint="Empty is off: it syncs when somebody asks."
      >
        {(props) => (
          <input
            {...props}
            name="autoSyncMinutes"
            inputMode="numeric"
            placeholder="Off"
            value={draft.autoSyncMinutes}
            onChange={(event) => set('autoSyncMinutes', event.target.value)}
          />
        )}
      </Field>
      <Switch
        label="Move branches off merged ones without asking"
        hint="When an automatic sync finds a branch merged, what stands on it is moved and pushed. Off: such a sync only looks."
        checked={draft.autoSyncMoves}
        set={(value) => set('autoSyncMoves', value)}
      />
      <Switch
        label="Restack automatically after a merge"
        hint="When a sync finds a branch merged, all that needs it is restacked and pushed without anybody's asking."
        checked={draft.autoRestack}
        set={(value) => set('autoRestack', value)}
      />
      <Switch
        label="Push one by one"
        hint="Only for a remote that knows no atomic push: branches are pushed bottom up, and a failure may leave some of them moved."
        checked={draft.allowNonAtomicPush}
        set={(value) => set('allowNonAtomicPush', value)}
      />
      {problem?.message && <Trouble>{problem.message}</Trouble>}
      {problem?.fields.repoId && <Trouble>{problem.fields.repoId}</Trouble>}
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" look="primary" disabled={!dirty || state === 'saving'}>
          {state === 'saving' ? 'Saving…' : 'Save'}
        </Button>
        {dirty && (
          <Button
            onClick={() => {
              setTyped({});
              setProblem(null);
            }}
          >
            Discard
          </Button>
        )}
        <span role="status" className="text-muted">
          {dirty ? 'Not saved yet.' : state === 'saved' ? 'Saved. It counts from the next job on.' : 'All is saved.'}
        </span>
      </div>
    </form>
  );
}

/** What of a draft is not as it was when it was sent. */
function without(later: Partial<Draft>, sent: Partial<Draft>): Partial<Draft> {
  const fresh = Object.entries(later).filter(
    ([field, value]) => !Object.entries(sent).some(([f, v]) => f === field && v === value),
  );
  return Object.fromEntries(fresh);
}

const ENGINES = [
  ['auto', 'Automatic'],
  ['git', 'git (built in)'],
  ['git-spice', 'git-spice'],
] as const;

function Switch({
  label,
  hint,
  checked,
  set,
}: {
  label: string;
  hint: ReactNode;
  checked: boolean;
  set: (checked: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="flex items-start gap-3">
      <input
        id={id}
        type="checkbox"
        aria-describedby={`${id}-about`}
        className="touch mt-0.5 size-4 shrink-0 accent-accent"
        checked={checked}
        onChange={(event) => set(event.target.checked)}
      />
      <div>
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        <p id={`${id}-about`} className="text-xs text-muted">
          {hint}
        </p>
      </div>
    </div>
  );
}

/** Removing asks for the name, so that nobody does it in passing. */
function Remove({ repo, removed }: { repo: RepoRow; removed: () => void }) {
  const api = useApi();
  const router = useRouter();
  const [typed, setTyped] = useState('');
  const { sending: removing, problem, send } = useSending();
  const sure = typed.trim() === repo.name;
  const remove = () =>
    send(async () => {
      await api.repos.remove.mutate({ repoId: repo.id });
      removed();
      router.push('/');
    });
  return (
    <section aria-label="Remove" className="flex flex-col gap-3 rounded-popup border border-error/40 bg-surface p-4">
      <h2 className="text-base font-semibold">Remove this repository</h2>
      <p className="text-muted">
        Spicerack forgets its branches, tasks and history, and deletes its clone. The remote at{' '}
        <span className="font-mono text-xs break-all">{repo.url}</span> is not touched.
      </p>
      <form
        className="flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (sure) void remove();
        }}
      >
        <div className="min-w-0 flex-1 basis-60">
          <Field label={`Type ${repo.name} to confirm`} problem={problem?.fields.repoId}>
            {(props) => (
              <input
                {...props}
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
                autoComplete="off"
                autoCapitalize="off"
                spellCheck={false}
              />
            )}
          </Field>
        </div>
        <Button type="submit" disabled={!sure || removing} className="text-error">
          {removing ? 'Removing…' : 'Remove'}
        </Button>
      </form>
      {problem?.message && <Trouble>{problem.message}</Trouble>}
    </section>
  );
}
