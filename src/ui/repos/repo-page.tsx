'use client';

import { Layers, RefreshCw } from 'lucide-react';
import { useSearchParams } from 'next/navigation';
import { Suspense, useDeferredValue, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import type { JobDetail } from '@/api/jobs';
import type { BranchRow, RepoRow } from '@/db/schema';
import type { ActionKind } from '@/model/kinds';
import { counted } from '@/text/words';
import { isWide, useOpenBranch } from '../branch/open-branch';
import { Skeleton } from '../controls';
import { isActive } from '../jobs/active';
import { titleMark } from '../jobs/dock/docked';
import { JobButton, type JobRequest, useRequest } from '../jobs/job-button';
import { laterPart } from '../later/later-part';
import { useMay } from '../me';
import { countNeeds, titleOf, useNeeds } from '../needs/use-needs';
import { useApi } from '../providers';
import { wholeQuestion } from '../stack/groups/question';
import { NO_NEWS, newsByBranch } from '../stack/state';
import { DemoHint, teamGoesOn } from '../sync/demo-hint';
import { lookAtRemote } from '../sync/look';
import { onMerged } from '../sync/on-merged';
import { useRefreshWhenStale } from '../sync/refresh';
import { useTold, WhatRuns } from '../tells/what-runs';
import { branchesWord, wantWords } from './counts';
import { Freshness, PullRequestFreshness } from './freshness';
import { OfRepo } from './of-repo';
import type { Overview } from './overview';
import { Suggested } from './register/suggested';
import { PhoneLinks, RepoNav } from './repo-nav';
import { type RepoStates, useStates, wantedWords } from './use-states';

/** Its code is asked for as soon as the page's own runs, beside the data that it shows: the header does not wait for it. */
const Stack = laterPart(() => import('../stack/stack'), { what: 'The stack' });
if (typeof window !== 'undefined') Stack.ahead();

/** Its code comes when one is about to press a row. */
const BranchPanel = laterPart(() => import('../branch/panel'), {
  what: 'The branch',
  leave: ({ close }) => close,
  stays: true,
});
const Tasks = laterPart(() => import('../tasks/tasks'), { what: 'The list of tasks' });
const JobList = laterPart(() => import('../jobs/list/job-list'), { what: 'The list of jobs' });
const LeftOutRefs = laterPart(() => import('./left-out'), { what: 'What was left out' });
const NoBranches = laterPart(() => import('./no-branches'), { what: 'What comes next' });
const HeadMoved = laterPart(() => import('./head-moved'), { what: 'A question about the trunk' });
const MergedParents = laterPart(() => import('../sync/merged-parents'), { what: 'What is merged' });

/** A repo: its stack, what can be done with it, its tasks and its jobs. */
export function RepoPage({ repoId }: { repoId: string }) {
  return <OfRepo repoId={repoId}>{(overview, repo) => <Repo overview={overview} repo={repo} />}</OfRepo>;
}

const SECTIONS = ['stack', 'tasks', 'jobs'] as const;
type SectionName = (typeof SECTIONS)[number];

function Repo({ overview: latest, repo: latestRepo }: { overview: Overview; repo: RepoRow }) {
  // A thousand branches that move at once are drawn in slices, between which the page answers.
  const deferred = useDeferredValue(latest);
  const overview = deferred.repoId === latest.repoId ? deferred : latest;
  const repo = overview.repo ?? latestRepo;
  const { branches, jobs, tasks } = overview;
  const mayAdminister = useMay('administer');
  const [section, setSection] = useSection();
  // The header, the stack's keys and its empty states ask for the same job.
  const sync = useRequest();
  const active = jobs.filter(({ job }) => isActive(job.status)).length;
  const known = useStates(overview);
  const lastNews = useRef<ReturnType<typeof newsByBranch>>(new Map());
  const news = useMemo(
    () => newsByBranch(jobs, { branches, states: known.states }, lastNews.current),
    [jobs, branches, known.states],
  );
  useEffect(() => {
    lastNews.current = news;
  }, [news]);
  const needs = countNeeds(useNeeds(), repo.id);
  const counts = { stack: branches.length, tasks: tasks.length, jobs: active };
  const hasMergedParents = useMemo(() => onMerged(branches).above.length > 0, [branches]);
  const [open, show] = useOpenBranch(repo.id);
  const walk = useRef<((by: number) => void) | null>(null);
  useScrollBehind(open !== null);
  const told = useTold(repo.id, jobs);
  const { docked } = told;
  const place = (name: SectionName) =>
    open !== null && name !== 'stack' ? 'hidden' : section === name && open === null ? '' : 'hidden lg:block';
  return (
    // As high as the window, so that what runs is told at its bottom.
    <div className="flex min-h-[calc(100dvh-48px)] flex-col">
      {open === null && <title>{`${titleMark(docked)}${titleOf(needs, `${repo.name} · Spicerack`)}`}</title>}
      {open !== null && <h1 className="sr-only lg:hidden">{repo.name}</h1>}
      {/* A small page shows either the stack or the branch. */}
      <div className={open === null ? 'contents' : 'hidden lg:contents'}>
        <Header repo={repo} branches={branches} jobs={jobs} known={known} sync={sync} />
        {repo.headMoved && mayAdminister && (
          <Suspense fallback={<BarToCome className="h-[49px]" />}>
            <HeadMoved repo={repo} />
          </Suspense>
        )}
        {/* A phone has room for one bar: what is merged is to be moved first. */}
        <div className={hasMergedParents ? 'max-sm:hidden' : 'contents'}>
          <Suggested repo={repo} branches={branches} jobs={jobs} />
        </div>
        {hasMergedParents && (
          <Suspense fallback={<BarToCome className="h-[53px] max-sm:h-[45px]" />}>
            <MergedParents repo={repo} branches={branches} jobs={jobs} />
          </Suspense>
        )}
        <nav
          aria-label="Part of the page"
          className="flex overflow-x-auto border-b border-hairline bg-surface px-2 lg:hidden"
        >
          <PhoneLinks repoId={repo.id} at="before" />
          {SECTIONS.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={section === name}
              onClick={() => setSection(name)}
              className="touch flex-1 border-b-2 border-transparent px-3 py-2 whitespace-nowrap capitalize text-muted max-sm:flex-none max-sm:px-1.5 max-sm:py-1 aria-pressed:border-accent aria-pressed:font-medium aria-pressed:text-text"
            >
              {name}{' '}
              {counts[name] > 0 && (
                // How many branches there are, the filters say too.
                <span className={`text-xs text-muted ${name === 'stack' ? 'max-sm:hidden' : ''}`}>{counts[name]}</span>
              )}
            </button>
          ))}
          <PhoneLinks repoId={repo.id} at="after" />
        </nav>
      </div>
      <div
        className={`${docked ? '[--dock:36px]' : '[--dock:0px]'} ${
          open === null
            ? // What the tree has no use for, the tasks and the jobs have.
              'lg:grid lg:grid-cols-[minmax(0,1fr)_minmax(360px,25%)] min-[2128px]:grid-cols-[1441px_minmax(0,1fr)]'
            : 'lg:grid lg:grid-cols-[minmax(440px,2fr)_minmax(0,3fr)]'
        }`}
      >
        <section
          aria-label="Stack"
          data-beside={open !== null || undefined}
          onPointerEnter={() => BranchPanel.ahead()}
          onFocus={() => BranchPanel.ahead()}
          className={`group/stack min-w-0 bg-surface lg:border-r lg:border-hairline ${place('stack')}`}
        >
          {branches.length === 0 ? (
            <Suspense>
              <NoBranches repo={repo} jobs={jobs} />
            </Suspense>
          ) : (
            <Suspense fallback={<Skeleton rows={8} label="Loading the stack" />}>
              <Stack
                repo={repo}
                branches={branches}
                jobs={jobs}
                known={known}
                news={news}
                sync={sync}
                open={open}
                show={show}
                walk={walk}
              />
            </Suspense>
          )}
        </section>
        {open !== null && (
          <section
            aria-label="Branch"
            className="min-w-0 bg-surface lg:sticky lg:top-12 lg:h-[calc(100dvh-48px)] lg:overflow-y-auto"
          >
            <Suspense fallback={<Skeleton rows={10} label="Loading the branch" />}>
              <BranchPanel
                overview={overview}
                repo={repo}
                name={open}
                known={known}
                news={news.get(open) ?? NO_NEWS}
                walk={(by) => walk.current?.(by)}
                close={() => show(null)}
              />
            </Suspense>
          </section>
        )}
        <div className="lg:sticky lg:top-12 lg:max-h-[calc(100dvh-48px)] lg:self-start lg:overflow-y-auto">
          {/* Both are there at once: how high the tasks are is known with them, and the jobs stand below. */}
          <Suspense
            fallback={
              <div className={section === 'stack' ? 'hidden lg:block' : undefined}>
                <Skeleton rows={5} label="Loading the tasks and the jobs" />
              </div>
            }
          >
            <section aria-label="Tasks" className={place('tasks')}>
              {/* Beside an open branch the form for a task is that branch's: one draft is never in two forms. */}
              {open === null && <Tasks overview={overview} repo={repo} known={known} news={news} />}
            </section>
            <section aria-label="Jobs" className={place('jobs')}>
              <h2 className="px-4 pt-4 text-base font-semibold">Jobs</h2>
              {jobs.length === 0 ? (
                <p className="px-4 py-3 text-muted">Nothing was asked for yet.</p>
              ) : (
                <JobList jobs={jobs} />
              )}
            </section>
          </Suspense>
        </div>
      </div>
      <WhatRuns overview={overview} repo={repo} states={known.states} told={told} />
    </div>
  );
}

/** The room of a bar whose code is on its way, so that nothing below moves when it comes. */
function BarToCome({ className }: { className: string }) {
  return <div aria-hidden className={`border-b border-hairline bg-queued-tint ${className}`} />;
}

/** The part that a narrow page shows, of which there is room for one at a time: it stands in the address. */
function useSection(): [SectionName, (name: SectionName) => void] {
  const part = useSearchParams().get('part');
  const section = SECTIONS.find((name) => name === part) ?? 'stack';
  const show = (name: SectionName) => {
    const address = new URL(window.location.href);
    if (name === 'stack') address.searchParams.delete('part');
    else address.searchParams.set('part', name);
    if (name !== section) window.history.pushState(null, '', address);
  };
  return [section, show];
}

/** A small page shows an open branch in the place of the stack, which is found again where it was left. */
function useScrollBehind(open: boolean): void {
  const left = useRef(0);
  useLayoutEffect(() => {
    if (!open) return;
    left.current = window.scrollY;
    if (!isWide()) window.scrollTo(0, 0);
    return () => window.scrollTo(0, left.current);
  }, [open]);
}

function Header({
  repo,
  branches,
  jobs,
  known,
  sync,
}: {
  repo: RepoRow;
  branches: BranchRow[];
  jobs: JobDetail[];
  known: RepoStates;
  sync: JobRequest;
}) {
  const api = useApi();
  const newest = (kind: ActionKind) => jobs.find(({ job }) => job.kind === kind) ?? null;
  const refreshing = useRefreshWhenStale(repo, jobs);
  const { counts, lost, renewing, problem } = known;
  const moves = counts.needs_restack;
  const wanted = wantedWords(counts, lost);
  const nothing = wanted
    ? `Nothing can move: ${wanted}.`
    : `Nothing to move: ${branches.some(({ tracked }) => tracked) ? 'all is in place' : 'no branch is registered yet'}.`;
  const impossible = repo.syncedAt === null ? 'Its first sync has not ended yet.' : moves === 0 ? nothing : null;
  return (
    <header className="flex flex-wrap items-center gap-x-6 gap-y-2 border-b border-hairline bg-surface px-4 py-3 max-sm:py-1.5">
      <div className="min-w-0 flex-1 basis-60">
        <div className="flex flex-wrap items-baseline gap-x-3">
          <h1 className="text-lg font-semibold break-words">{repo.name}</h1>
          <span className="font-mono text-xs text-muted">{repo.trunk}</span>
          <Freshness repo={repo} refreshing={refreshing} />
          <span className="max-sm:hidden">
            <PullRequestFreshness repo={repo} />
          </span>
        </div>
        {/* A phone has them in the filters. */}
        <p className="text-xs text-muted max-sm:sr-only">{countBranches(counts, branches)}</p>
        {repo.leftOut && (
          <Suspense fallback={<p className="h-4" />}>
            <LeftOutRefs leftOut={repo.leftOut} />
          </Suspense>
        )}
        <RepoNav repoId={repo.id} className="max-sm:hidden" />
      </div>
      <div className="flex w-full flex-col gap-1 sm:ml-auto sm:w-auto sm:max-w-[55%] sm:items-end">
        <div className="flex w-full flex-wrap gap-2 sm:w-auto sm:justify-end">
          <JobButton
            label="Sync"
            icon={<RefreshCw size={14} aria-hidden />}
            job={newest('sync_repo')}
            jobs={jobs}
            press={(key) => lookAtRemote(api, repo.id, key)}
            request={sync}
            className="min-w-0 flex-1 sm:w-36 sm:flex-none min-[1100px]:w-48"
          />
          <JobButton
            label={moves > 0 ? `Restack ${moves}` : 'Restack'}
            icon={<Layers size={14} aria-hidden />}
            look="primary"
            job={newest('restack_repo')}
            jobs={jobs}
            press={(idempotencyKey) =>
              api.jobs.run.mutate({
                ...{ repoId: repo.id, kind: 'restack_repo', idempotencyKey },
                ...known.expected('restack_repo'),
              })
            }
            impossible={impossible}
            question={() => wholeQuestion(branches, known.states)}
            foreseen={{ repoId: repo.id, kind: 'restack_repo' }}
            className="min-w-0 flex-1 sm:w-36 sm:flex-none min-[1100px]:w-48"
          />
        </div>
        {/* Its line is always there, so that nothing below moves when it is known. */}
        <p className="min-h-4 text-xs text-muted max-sm:min-h-0 max-sm:empty:hidden sm:text-right">
          {problem ? (
            <span className="text-conflict">No forecast: {problem}</span>
          ) : (
            wanted && (
              <span className={`max-sm:sr-only ${counts.conflicts + lost > 0 ? 'text-conflict' : ''}`}>
                Forecast: {wanted}
              </span>
            )
          )}
          {renewing && <span>{wanted && ' · '}renewing the forecast…</span>}
          {!problem && !wanted && !renewing && teamGoesOn(repo, branches) && <DemoHint />}
        </p>
      </div>
    </header>
  );
}

/** What a page's header says about its branches: those that are merged or gone want nothing, and are not counted. */
function countBranches(counts: RepoStates['counts'], branches: BranchRow[]): string {
  const { active, needs_restack: needRestack, conflicts: wouldConflict, held_back: heldBack, untracked } = counts;
  const prs = branches.filter(({ prState }) => prState === 'open' || prState === 'draft').length;
  const words = [branchesWord(active), ...wantWords({ needRestack, wouldConflict, heldBack, untracked })];
  return [...words, ...(prs > 0 ? [counted(prs, 'PR')] : [])].join(' · ');
}
