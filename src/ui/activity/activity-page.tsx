'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useSearchParams } from 'next/navigation';
import { type InputHTMLAttributes, memo, type ReactNode, useEffect, useId, useMemo, useState } from 'react';
import type { JobDetail } from '@/api/jobs';
import { countsOf } from '@/model/result';
import { problemOf } from '../api';
import { branchAddress } from '../branch/address';
import { Button, Field, Pill, Skeleton, Trouble } from '../controls';
import { JobLink } from '../job-link';
import { outcomeOf } from '../jobs/outcome';
import { resultWords } from '../jobs/phase';
import { Name } from '../jobs/result/result';
import { StatusChip } from '../jobs/status';
import { useApi, useMinute } from '../providers';
import { branchesWord } from '../repos/counts';
import { OfRepo } from '../repos/of-repo';
import { FurtherPage } from '../repos/repo-nav';
import { heldBackWords } from '../stack/state';
import { useStill } from '../still/still';
import { between, clock, duration, exact } from '../time';
import { historyAddress } from './address';
import {
  entriesOf,
  type History,
  type HistoryEntry,
  type HistoryFilter,
  lastHeldBack,
  newlyHeldBack,
  parseFilter,
} from './history';
import { historyQuery, withMore } from './query';
import { asker, deed, KIND_WORDS, STATUS_WORDS } from './words';

/** Everything that happened to a repo, as a history to read. The address holds the filters, so it can be passed on. */
export function ActivityPage({ repoId }: { repoId: string }) {
  const query = useSearchParams();
  const filter = useMemo(() => parseFilter(query), [query]);
  const history = useQuery(historyQuery(useApi(), repoId, filter));
  return (
    <OfRepo repoId={repoId} gone="Its history went with it.">
      {(overview, repo) => (
        <FurtherPage overview={overview} repo={repo} title="Activity">
          <div className="mx-auto flex w-full max-w-240 flex-col gap-4 p-4">
            <Filters
              repoId={repoId}
              filter={filter}
              branches={overview.branches.map((branch) => branch.name)}
              jobs={history.data?.jobs ?? []}
            />
            {history.error && (
              <Trouble>{problemOf(history.error).message ?? 'This address asks for nothing known.'}</Trouble>
            )}
            {history.isPending && <Skeleton rows={8} label="Loading the history" />}
            {/* Another filter is another list: nobody's row is in it. */}
            {history.data && <Entries key={historyAddress(repoId, filter)} history={history.data} filter={filter} />}
          </div>
        </FurtherPage>
      )}
    </OfRepo>
  );
}

/** Puts a filter into the address; the page follows it. */
function go(repoId: string, filter: HistoryFilter) {
  window.history.pushState(null, '', historyAddress(repoId, filter));
}

function Filters({
  repoId,
  filter,
  branches,
  jobs,
}: {
  repoId: string;
  filter: HistoryFilter;
  branches: string[];
  jobs: JobDetail[];
}) {
  const set = (name: keyof HistoryFilter) => (value: string) => {
    const { [name]: _, ...others } = filter;
    // The address may hold anything; what is read from it is checked there.
    go(repoId, value ? { ...others, [name]: value } : others);
  };
  const people = useMemo(() => [...new Set(jobs.map(({ job }) => job.requestedBy))].sort(), [jobs]);
  return (
    <search className="grid grid-cols-2 items-end gap-3 sm:grid-cols-4" aria-label="Filters">
      <Choice label="What" all="Everything" words={KIND_WORDS} value={filter.kind} set={set('kind')} />
      <Choice label="How it ended" all="Any status" words={STATUS_WORDS} value={filter.status} set={set('status')} />
      <Typed
        label="Branch"
        value={filter.branch ?? ''}
        options={branches}
        set={set('branch')}
        placeholder="Any branch"
      />
      <Typed label="Asked by" value={filter.person ?? ''} options={people} set={set('person')} placeholder="Anyone" />
    </search>
  );
}

function Choice({
  label,
  all,
  words,
  value,
  set,
}: {
  label: string;
  all: string;
  words: Record<string, string>;
  value: string | undefined;
  set: (value: string) => void;
}) {
  return (
    <Field label={label}>
      {(props) => (
        <select {...props} value={value ?? ''} onChange={(event) => set(event.target.value)}>
          <option value="">{all}</option>
          {Object.entries(words).map(([key, word]) => (
            <option key={key} value={key}>
              {word}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** A filter that is typed, or picked from what is known. It applies when it is picked, left, or confirmed by Enter. */
function Typed({
  label,
  value,
  options,
  set,
  placeholder,
}: {
  label: string;
  value: string;
  options: string[];
  set: (value: string) => void;
} & Pick<InputHTMLAttributes<HTMLInputElement>, 'placeholder'>) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  const list = useId();
  const apply = (text: string) => {
    if (text.trim() !== value) set(text.trim());
  };
  return (
    <Field label={label}>
      {(props) => (
        <>
          <input
            {...props}
            type="search"
            list={list}
            value={typed}
            placeholder={placeholder}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            maxLength={200}
            onChange={({ target, nativeEvent }) => {
              setTyped(target.value);
              const byKey = nativeEvent instanceof InputEvent && nativeEvent.inputType !== 'insertReplacementText';
              if (!byKey || target.value === '') apply(target.value);
            }}
            onBlur={() => apply(typed)}
            onKeyDown={(event) => event.key === 'Enter' && apply(typed)}
          />
          <datalist id={list}>
            {options.map((option) => (
              <option key={option} value={option} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

/** It holds still while somebody is at it: what is new waits to be shown. */
function Entries({ history, filter }: { history: History; filter: HistoryFilter }) {
  const {
    shown: entries,
    waiting,
    show,
    watching,
  } = useStill(
    (held) => entriesOf(history, filter, held),
    ({ key }) => key,
  );
  const now = useMinute();
  const filtered = Object.keys(filter).length > 0;
  if (entries.length === 0) {
    return (
      <div className="flex flex-col items-center gap-2 py-12 text-center">
        <p className="text-muted">{filtered ? 'Nothing in the history is like this.' : 'Nothing has happened yet.'}</p>
        {filtered && <Button onClick={() => go(history.repoId, {})}>Show everything</Button>}
      </div>
    );
  }
  const days = new Map<string, HistoryEntry[]>();
  for (const entry of entries) {
    const day = exact(entry.at).slice(0, 10);
    days.set(day, [...(days.get(day) ?? []), entry]);
  }
  return (
    <div {...watching}>
      {/* Beside the first day's name, so that it covers no row. */}
      <Pill count={waiting} of="new event" show={show} className="top-16 *:-mt-3" />
      <div className="flex flex-col gap-4">
        {[...days].map(([day, ofDay]) => (
          <section key={day} aria-label={dayWords(day, now)} className="flex flex-col gap-1">
            <h2 className="text-xs font-medium text-muted">{dayWords(day, now)}</h2>
            <ol className="rounded-popup border border-hairline bg-surface">
              {ofDay.map((entry) => (
                <Entry key={entry.key} entry={entry} jobs={history.jobs} />
              ))}
            </ol>
          </section>
        ))}
        <More history={history} filter={filter} />
      </div>
    </div>
  );
}

/** `Today`, `Yesterday`, `Saturday, 21 November 2026`. */
function dayWords(day: string, now: number): string {
  const dayOf = (ms: number) => exact(new Date(ms).toISOString()).slice(0, 10);
  if (day === dayOf(now)) return 'Today';
  if (day === dayOf(now - 86_400_000)) return 'Yesterday';
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'full' }).format(new Date(`${day}T12:00:00`));
}

function Entry({ entry, jobs }: { entry: HistoryEntry; jobs: JobDetail[] }) {
  return entry.what === 'job' ? (
    <JobEntry detail={entry.detail} jobs={jobs} />
  ) : (
    <Row name={entry.what} at={entry.at}>
      <p className="break-words">
        Task <span className="font-medium">{entry.task.title}</span>{' '}
        {entry.what === 'task_created' ? 'was created on' : 'was archived with'}{' '}
        <BranchLink repoId={entry.task.repoId} name={entry.task.branch} />
        {entry.what === 'task_archived' && entry.task.archivedReason && (
          <span className="text-muted"> · {entry.task.archivedReason}</span>
        )}
      </p>
    </Row>
  );
}

/** Drawn anew for what happens, and not for a pointer that comes and goes. */
const JobEntry = memo(function JobEntry({ detail, jobs }: { detail: JobDetail; jobs: JobDetail[] }) {
  const { job } = detail;
  const outcome = outcomeOf(job);
  const undone = jobs.find((other) => other.job.id === job.undoOf);
  const took = job.startedAt && job.finishedAt ? between(job.startedAt, job.finishedAt) : null;
  return (
    <Row name={String(job.seq)} status={job.status} at={job.createdAt}>
      <div className="flex flex-wrap items-baseline gap-x-2">
        <JobLink id={job.id} className="min-w-0 break-words hover:underline">
          <span className="text-muted">#{job.seq}</span> <span className="font-medium">{asker(job.requestedBy)}</span>{' '}
          {deed(job, undone && `#${undone.job.seq}`)}
        </JobLink>
        {job.status === 'completed' ? (
          <span className="text-muted">
            {resultWords(detail)}
            {took !== null && ` · ${duration(took)}`}
          </span>
        ) : (
          <StatusChip status={outcome} />
        )}
      </div>
      {job.status !== 'completed' && job.message && (
        <p className={`break-words ${outcome === 'error' ? 'text-error' : 'text-muted'}`}>
          {outcome === 'error' && job.errorCode && <code className="font-mono text-xs">{job.errorCode} </code>}
          {job.message}
        </p>
      )}
      {/* An error's message says already what was held back. */}
      {job.result && job.status !== 'error' && (
        <Findings repoId={job.repoId} result={job.result} before={lastHeldBack(job, jobs)} />
      )}
    </Row>
  );
});

/** A branch's name, which leads to it. */
function BranchLink({ repoId, name }: { repoId: string; name: string }) {
  return (
    <Link href={branchAddress(repoId, name)} prefetch={false} className="hover:underline">
      <Name>{name}</Name>
    </Link>
  );
}

/** Most branches of one list; the job's page has the rest. */
const NAMED = 5;

/** What a job found and what it left where it was, a line a branch. */
function Findings({
  repoId,
  result,
  before,
}: {
  repoId: string;
  result: NonNullable<JobDetail['job']['result']>;
  /** The last job before it that held something back: what it said already is no news. */
  before: JobDetail['job'] | null;
}) {
  const { merged, gone } = result;
  const counts = countsOf(result);
  const heldBack = newlyHeldBack(result, before?.result ?? null);
  const known = result.heldBack.length - heldBack.length;
  const lines: Array<{ key: string; line: ReactNode }> = [
    ...capped('merged', merged, counts.merged, ({ branch, into }) => (
      <>
        <BranchLink repoId={repoId} name={branch} /> was merged into <Name>{into}</Name>
      </>
    )),
    ...capped('gone', gone, counts.gone, (branch) => (
      <>
        <BranchLink repoId={repoId} name={branch} /> is gone from the remote without a merge
      </>
    )),
    ...(known > 0 && before ? [{ key: 'known', line: `${branchesWord(known)} held back as in #${before.seq}` }] : []),
    ...capped('held', heldBack, counts.heldBack - known, ({ branch, reason }) => (
      <>
        <BranchLink repoId={repoId} name={branch} /> <span className="text-held">held back:</span>{' '}
        {heldBackWords(reason)}
      </>
    )),
  ];
  if (lines.length === 0) return null;
  return (
    <ul className="flex flex-col text-muted">
      {lines.map(({ key, line }) => (
        <li key={key} className="break-words">
          {line}
        </li>
      ))}
    </ul>
  );
}

/** @param all how many there are, of which `items` may be the first */
function capped<T extends string | { branch: string }>(
  name: string,
  items: T[],
  all: number,
  line: (item: T) => ReactNode,
) {
  const lines = items.slice(0, NAMED).map((item) => {
    const branch = typeof item === 'string' ? item : item.branch;
    return { key: `${name} ${branch}`, line: line(item) };
  });
  const more = all - NAMED;
  return more > 0 ? [...lines, { key: `more ${name}`, line: `and ${more} more` }] : lines;
}

function Row({ name, status, at, children }: { name: string; status?: string; at: string; children: ReactNode }) {
  return (
    <li
      data-entry={name}
      data-status={status}
      className="flex items-start gap-3 border-b border-hairline px-4 py-2 last:border-b-0"
    >
      <div className="min-w-0 flex-1">{children}</div>
      <time dateTime={at} data-tip={exact(at)} className="shrink-0 text-xs leading-5 text-muted">
        {clock(at)}
      </time>
    </li>
  );
}

/** The way to older jobs, while there are any. */
function More({ history, filter }: { history: History; filter: HistoryFilter }) {
  const api = useApi();
  const client = useQueryClient();
  const [loading, setLoading] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  if (history.next === null && history.nextTask === null) return null;
  const load = async () => {
    setLoading(true);
    setTrouble(null);
    try {
      const more = await withMore(api, history, filter);
      client.setQueryData(historyQuery(api, history.repoId, filter).queryKey, (now) => now && more(now));
    } catch (error) {
      setTrouble(problemOf(error).message);
    }
    setLoading(false);
  };
  return (
    <div className="flex flex-col items-center gap-2">
      {trouble && <Trouble>{trouble}</Trouble>}
      <Button onClick={() => void load()} disabled={loading}>
        {loading ? 'Loading…' : 'Show older'}
      </Button>
    </div>
  );
}
