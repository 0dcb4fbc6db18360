'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { type ReactNode, Suspense, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { problemWords } from '../api';
import { Button, buttonLooks, Skeleton } from '../controls';
import { JobLink } from '../job-link';
import { sendingWords } from '../jobs/button/face';
import { useRequest } from '../jobs/job-button';
import { laterPart } from '../later/later-part';
import { useMay } from '../me';
import { useApi, useConnection } from '../providers';
import { overviewQuery } from '../repos/overview';
import { isTyped } from '../shell/key-targets';
import { coveredBy } from './covered';
import { hide, unhide } from './hidden';
import { type Item, SECTIONS, type Section } from './items';
import { ReadAge } from './nothing-wanted';
import { useNeeds } from './use-needs';

const Question = laterPart(() => import('../jobs/question'), { what: 'The question', leave: ({ leave }) => leave });
const ForeseenQuestion = laterPart(() => import('./foreseen-question'), {
  what: 'The question',
  leave: ({ leave }) => leave,
});
const Asked = laterPart(() => import('./asked'), { what: 'What came of it' });

/**
 * What wants a person, in sections, a sentence and a button each: j and k go from one to the next, Enter presses it,
 * `e` hides it until it changes.
 * @param repoId of this repo alone; of all where it is left out
 * @param empty what is said where nothing does, and nothing is hidden
 */
export function NeedsList({ repoId, empty }: { repoId?: string; empty: ReactNode }) {
  const all = useNeeds();
  const items = repoId === undefined ? all.items : all.items.filter(({ repo }) => repo.id === repoId);
  const hidden = all.hidden.filter((key) => repoId === undefined || key.startsWith(`${repoId} `));
  const cut = (all.repos ?? []).flatMap(({ id, name, counts }) =>
    (repoId === undefined || id === repoId) && counts?.moreNeeds ? [{ name, more: counts.moreNeeds }] : [],
  );
  const [asked, setAsked] = useState<string | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const byKey = useRef(new Map<string, Item>());
  byKey.current = new Map(items.map((item) => [item.key, item]));
  // As soon as the rows can be seen, and not a moment later: a key in between would be lost.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyped(event.target)) return;
      const rows = [...(list.current?.querySelectorAll<HTMLElement>('[data-need]') ?? [])];
      const at = rows.findIndex((row) => row.contains(document.activeElement));
      const to = (index: number) => rows[index]?.querySelector<HTMLElement>('[data-main]')?.focus();
      if (event.key === 'j') to(Math.min(at + 1, rows.length - 1));
      else if (event.key === 'k') to(Math.max(at - 1, 0));
      else if (event.key === 'e' && at >= 0) {
        const item = byKey.current.get(rows[at]?.dataset.need ?? '');
        to(at + 1 < rows.length ? at + 1 : at - 1);
        if (item) hide(item.key, item.version);
      } else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  const sections = Object.keys(SECTIONS) as Section[];
  return (
    <div ref={list} className="flex flex-col gap-6">
      {all.repos === undefined && <Skeleton rows={3} label="Loading what needs you" />}
      {all.repos !== undefined && items.length === 0 && hidden.length === 0 && <p className="text-muted">{empty}</p>}
      {items.length > 0 && (
        <ReadAge repos={(all.repos ?? []).filter(({ id }) => repoId === undefined || id === repoId)} />
      )}
      {sections.map((section) => {
        const own = items.filter((item) => item.section === section);
        return (
          own.length > 0 && (
            <section key={section} aria-label={SECTIONS[section]}>
              <h2 className="pb-1 text-xs font-medium text-muted">
                {SECTIONS[section]} <span className="tabular-nums">{own.length}</span>
              </h2>
              <ul className="rounded-popup border border-hairline bg-surface">
                {own.map((item) => (
                  <NeedRow key={item.key} item={item} named={repoId === undefined} asked={setAsked} />
                ))}
              </ul>
            </section>
          )
        );
      })}
      {cut.map(({ name, more }) => (
        <p key={name} className="text-muted">
          and {more} more{repoId === undefined && ` of ${name}`}, which {more === 1 ? 'is' : 'are'} told as these are
          done
        </p>
      ))}
      {hidden.length > 0 && (
        <p className="text-xs text-muted">
          {hidden.length} hidden until {hidden.length === 1 ? 'it changes' : 'they change'} ·{' '}
          <button type="button" className="touch underline" onClick={() => unhide(hidden)}>
            Show
          </button>
        </p>
      )}
      {items.length > 0 && (
        <p aria-hidden className="hidden gap-3 text-xs text-muted sm:flex">
          {Object.entries({ 'j k': 'next, last', Enter: 'press', e: 'hide until it changes' }).map(([key, word]) => (
            <span key={key}>
              <kbd className="rounded-chip border border-hairline px-1 font-mono">{key}</kbd> {word}
            </span>
          ))}
        </p>
      )}
      {/* A page of one repo tells of all that runs there. */}
      {asked !== null && repoId === undefined && (
        <Suspense>
          <Asked jobId={asked} dismiss={() => setAsked(null)} />
        </Suspense>
      )}
    </div>
  );
}

function NeedRow({ item, named, asked }: { item: Item; named: boolean; asked: (jobId: string) => void }) {
  const { words, repo, other } = item;
  return (
    <li
      data-need={item.key}
      className="group flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-hairline px-4 py-2 first:rounded-t-popup last:rounded-b-popup last:border-b-0 focus-within:bg-selected hover:bg-hover"
    >
      <span className="min-w-0 flex-1 basis-60 break-words">
        {words}
        {named && <span className="text-xs text-muted"> · {repo.name}</span>}
      </span>
      {other && (
        <Link href={other.go} prefetch={false} className="touch text-muted underline">
          {other.words}
        </Link>
      )}
      <Act item={item} asked={asked} />
      <button
        type="button"
        aria-label={`Hide until it changes: ${words}`}
        data-tip="Hide until it changes (e)"
        onClick={() => hide(item.key, item.version)}
        className="touch rounded-control px-1 text-xs text-muted hover:text-text"
      >
        Hide
      </button>
    </li>
  );
}

/** Why it cannot be asked for just now; null where nothing is in its way. */
function useCovered({ id, activeJobs }: Item['repo'], does: Item['does']): string | null {
  const isAtWork = activeJobs.length > 0 && !('go' in does);
  const overview = useQuery({ ...overviewQuery(useApi(), id), enabled: isAtWork }).data;
  if (!isAtWork) return null;
  if (!overview) return 'A job is at work: what it moves is being looked at.';
  return coveredBy(does, overview.jobs, overview.branches);
}

function Act({
  item: { does, button, repo, question = null, foresee = false },
  asked,
}: {
  item: Item;
  /** Is told the job that has come of it. */
  asked: (jobId: string) => void;
}) {
  const api = useApi();
  const mayAct = useMay('act');
  const request = useRequest();
  const isLost = useConnection().state === 'lost';
  const seen = useRef(false);
  const [asking, setAsking] = useState(false);
  const { jobId, dismiss } = request;
  const atWork = useCovered(repo, does);
  const isOpen = jobId !== null && repo.activeJobs.includes(jobId);
  useEffect(() => {
    // A job that is over, and has left this here, may be asked for again.
    if (seen.current && !isOpen) dismiss();
    seen.current = isOpen;
  }, [isOpen, dismiss]);
  const look = `touch inline-flex h-8 items-center justify-center px-3 ${buttonLooks.plain}`;
  if ('go' in does)
    return does.outside ? (
      <a data-main href={does.go} target="_blank" rel="noreferrer" className={look}>
        {button}
      </a>
    ) : (
      <Link data-main href={does.go} prefetch={false} className={look}>
        {button}
      </Link>
    );
  if (!mayAct)
    return (
      <Link data-main href={`/repos/${repo.id}`} prefetch={false} className={look}>
        Open
      </Link>
    );
  const isBusy = request.waiting || jobId !== null;
  const covered = isBusy ? null : atWork;
  /** @param expected the branches that its forecast was told of, where it was */
  const run = (expected?: string) =>
    void request.send(button, async (idempotencyKey) => {
      const accepted = await ('retry' in does
        ? api.jobs.retry.mutate({ jobId: does.retry, idempotencyKey })
        : api.jobs.run.mutate({
            ...{ repoId: repo.id, ...does.run, idempotencyKey },
            // Behind a job that is still to end it waits, and what comes of it is not known yet.
            ...(expected !== undefined && repo.activeJobs.length === 0 ? { expected } : {}),
          }));
      asked(accepted.jobId);
      return accepted;
    });
  const press = () => {
    if (isBusy || covered !== null) return;
    if (question === null && !foresee) run();
    else setAsking(true);
  };
  const answers = {
    label: button,
    confirm: (tipsKey?: string) => {
      setAsking(false);
      run(tipsKey);
    },
    leave: () => setAsking(false),
  };
  return (
    <span className="relative flex max-w-full flex-wrap items-center gap-2">
      {request.problem && (
        <span role="alert" className="text-xs text-error">
          {problemWords(request.problem)}
        </span>
      )}
      {jobId !== null && (
        <JobLink id={jobId} className="text-xs text-running underline">
          {isOpen ? 'at work' : 'asked for'}
        </JobLink>
      )}
      {request.waiting && <span className="text-xs text-muted">{sendingWords(isLost)}</span>}
      {covered !== null && <span className="text-xs text-muted">{covered}</span>}
      <Button
        data-main
        aria-disabled={isBusy || covered !== null || undefined}
        onClick={press}
        className="min-w-0 break-all"
      >
        {button}
        {covered !== null && <span className="sr-only"> (not now: {covered})</span>}
      </Button>
      {asking && (
        <Suspense>
          {foresee && 'run' in does ? (
            <ForeseenQuestion ask={{ repoId: repo.id, ...does.run }} {...answers} />
          ) : (
            <Question words={question} {...answers} confirm={() => answers.confirm()} />
          )}
        </Suspense>
      )}
    </span>
  );
}
