'use client';

import { ArrowLeft, X } from 'lucide-react';
import { type KeyboardEvent, Suspense, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { JobDetail } from '@/api/jobs';
import type { BranchRow, RepoRow } from '@/db/schema';
import type { ChangedCommit } from '@/model/changes';
import type { ForecastOutline } from '@/model/forecast';
import { visible } from '@/text/visible';
import { counted } from '@/text/words';
import { Skeleton } from '../controls';
import { CopyButton } from '../copy';
import { JobLink } from '../job-link';
import { conflictName } from '../jobs/named';
import { StatusShape, statusTone } from '../jobs/status';
import { laterPart } from '../later/later-part';
import type { Overview } from '../repos/overview';
import { PullRequest } from '../repos/pull-request';
import type { RepoStates } from '../repos/use-states';
import { isTyped } from '../shell/key-targets';
import { Dot, stateTone } from '../stack/dot';
import { useForecast } from '../stack/forecast';
import { bottomOf } from '../stack/groups/bottom';
import { saysNothing } from '../stack/outline-words';
import { type BranchNews, isLive, NO_STATE, standingOf } from '../stack/state';
import { Actions } from './actions';
import { Commits } from './commits';
import { Diff, Files } from './files/files';
import { History } from './history';
import { isWide } from './open-branch';
import { Part } from './part';
import { type ChangesAsk, useChanges } from './use-changes';

// Its code is there before a diff is, which the first press would wait for.
if (typeof window !== 'undefined') Diff.ahead();

const ConflictView = laterPart(async () => ({ default: (await import('../jobs/result/conflict')).ConflictView }), {
  what: 'The conflict',
});

/** Keys that are held down pass by many branches: each is asked for once they rest. Milliseconds. */
const PATIENCE_MS = 120;

/** One branch, opened: its commits, what it changes, what is said of it elsewhere, and where it was. */
export default function BranchPanel({
  overview,
  repo,
  name,
  known,
  news,
  walk,
  close,
}: {
  overview: Overview;
  repo: RepoRow;
  name: string;
  known: RepoStates;
  news: BranchNews;
  /** Opens the branch so many rows further down the stack. */
  walk: (by: number) => void;
  close: () => void;
}) {
  const branch = overview.branches.find((row) => row.name === name);
  const panel = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another branch is read from its top
  useLayoutEffect(() => {
    if (isWide()) panel.current?.parentElement?.scrollTo(0, 0);
    else window.scrollTo(0, 0);
  }, [name]);
  useEffect(() => {
    // On a small page it has taken the place of the tree, and of what had the focus there.
    if (!isWide()) heading.current?.focus({ preventScroll: true });
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyped(event.target)) return;
    const by = { j: 1, k: -1 }[event.key];
    if (event.key === 'Escape') close();
    else if (by) walk(by);
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: its keys are those of the tree, which has buttons beside them
    <div ref={panel} onKeyDown={onKeyDown} className="flex min-w-0 flex-col">
      <title>{`${visible(name)} · ${repo.name} · Spicerack`}</title>
      <header className="sticky top-12 z-10 flex items-start gap-2 border-b border-hairline bg-surface px-4 py-2 lg:top-0">
        <button
          type="button"
          onClick={close}
          aria-label="Back to the stack"
          className="touch flex size-7 shrink-0 items-center justify-center rounded-control text-muted hover:bg-hover hover:text-text lg:hidden"
        >
          <ArrowLeft size={16} aria-hidden />
        </button>
        <div className="min-w-0 flex-1">
          <h2 ref={heading} tabIndex={-1} className="mb-1 w-fit rounded-chip text-base font-semibold break-all">
            {visible(name)} <CopyButton text={name} label="its name" className="align-middle" />
          </h2>
          {branch && <Standing key={name} overview={overview} repo={repo} branch={branch} known={known} news={news} />}
        </div>
        <button
          type="button"
          onClick={close}
          aria-label="Close"
          className="touch hidden size-7 shrink-0 items-center justify-center rounded-control text-muted hover:bg-hover hover:text-text lg:flex"
        >
          <X size={16} aria-hidden />
        </button>
      </header>
      {branch ? (
        <Branch key={name} overview={overview} repo={repo} branch={branch} known={known} />
      ) : (
        <p className="p-4 text-muted">There is no branch {visible(name)} in this repository as the last sync saw it.</p>
      )}
    </div>
  );
}

/** How it stands, in words, and what can be done with it. */
function Standing({
  overview,
  repo,
  branch,
  known,
  news,
}: {
  overview: Overview;
  repo: RepoRow;
  branch: BranchRow;
  known: RepoStates;
  news: BranchNews;
}) {
  const state = known.states.get(branch.name) ?? NO_STATE;
  const { word, detail } = standingOf(branch, state, news);
  const told = conflictTold(branch, overview.jobs);
  const foreseen = useForecast(
    branch.tracked && isLive(branch) ? { repoId: repo.id, kind: 'restack_subtree', branch: branch.name } : null,
    'would move',
  );
  // That a Restack of it alone moves nothing is not said of what moves with another one.
  const isAlong = state.is === 'will_move' && state.with !== null;
  const unsaid = isAlong && foreseen?.state === 'ready' && saysNothing(foreseen.outline);
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-2 text-xs text-muted">
        <span className={`inline-flex items-center gap-1 ${stateTone[state.is]}`}>
          <svg width="12" height="12" viewBox="-6 -6 12 12" aria-hidden>
            <Dot state={state.is} />
          </svg>
          {word}
        </span>
        {detail && <span className="break-words">{visible(detail)}</span>}
        {branch.parent !== null && <span className="break-all">on {visible(branch.parent)}</span>}
        <PullRequest branch={branch} words />
        {state.is === 'conflict' && told && (
          <JobLink id={told.job.id} part={conflictName(branch.name)} className="underline">
            both sides: #{told.job.seq}
          </JobLink>
        )}
        {foreseen && foreseen.state !== 'pending' && foreseen.words && !unsaid && (
          <span className={foreseen.state === 'ready' && foreseen.conflicts ? 'text-conflict' : undefined}>
            Restack: {foreseen.words}
          </span>
        )}
      </p>
      <Actions overview={overview} repo={repo} branch={branch} known={known} news={news} />
    </>
  );
}

/** The newest job that met the branch's conflict as the branch is now. */
function conflictTold({ name, tip }: BranchRow, jobs: readonly JobDetail[]): JobDetail | undefined {
  return jobs.find(({ job }) =>
    job.result?.heldBack.some(
      ({ branch, reason }) => branch === name && reason.kind === 'conflict' && reason.byHand?.tip === tip,
    ),
  );
}

/** What it is compared with: its base, else where it and what it seems to stand on part. */
function askFor(branch: BranchRow, repo: RepoRow, branches: BranchRow[]): ChangesAsk | null {
  const below = branches.find(({ name }) => name === (branch.parent ?? branch.suggestedParent));
  const from = branch.base ?? below?.tip ?? repo.trunkTip;
  return from === null ? null : { repoId: repo.id, from, to: branch.tip };
}

/** Where the branch is now; undefined where it is not known. */
function tipOf(name: string | undefined, repo: RepoRow, branches: BranchRow[]): string | null | undefined {
  return name === repo.trunk ? repo.trunkTip : branches.find((row) => row.name === name)?.tip;
}

const LOADING_CONFLICT = <Skeleton rows={8} label="Loading the conflict" />;

function Branch({
  overview,
  repo,
  branch,
  known,
}: {
  overview: Overview;
  repo: RepoRow;
  branch: BranchRow;
  known: RepoStates;
}) {
  const [commit, setCommit] = useState<ChangedCommit | null>(null);
  const [hideWhitespace, setHideWhitespace] = useState(false);
  const rested = useRested();
  const ask = useMemo(() => askFor(branch, repo, overview.branches), [branch, repo, overview.branches]);
  const whole = useChanges(rested ? ask : null);
  const ofCommit = useMemo<ChangesAsk | null>(
    () => commit && { repoId: repo.id, from: commit.parents[0] ?? null, to: commit.id },
    [commit, repo.id],
  );
  const wanted = ofCommit ?? ask;
  const filesAsk = useMemo(
    () => wanted && (hideWhitespace ? { ...wanted, hideWhitespace } : wanted),
    [wanted, hideWhitespace],
  );
  const files = useChanges(rested ? filesAsk : null);
  const conflicts = known.states.get(branch.name)?.is === 'conflict';
  // What it conflicts with may be about to move itself: its stack is looked at from the bottom then.
  const from = useMemo(
    () => (conflicts ? bottomOf(branch.name, overview.branches, repo.trunk) : branch.name),
    [conflicts, branch.name, overview.branches, repo.trunk],
  );
  const foreseen = useForecast(
    branch.tracked && isLive(branch) ? { repoId: repo.id, kind: 'restack_subtree', branch: from } : null,
    '',
  );
  const conflict = foreseen?.state === 'ready' ? conflictOf(branch.name, foreseen.outline) : null;
  const dropped = foreseen?.state === 'ready' ? foreseen.outline.dropped.map((each) => each.commit) : [];
  const tasks = overview.tasks.filter((task) => task.branch === branch.name);
  return (
    <>
      {tasks.length > 0 && (
        <Part title="Tasks">
          <ul>
            {tasks.map(({ id, title, branchStatus }) => (
              <li key={id} className="flex items-center gap-2">
                <span className={statusTone[branchStatus]}>
                  <StatusShape status={branchStatus} />
                </span>
                {visible(title)}
              </li>
            ))}
          </ul>
        </Part>
      )}
      {/* That it conflicts is known before what it conflicts with: it has its room, and what is read below stays. */}
      {(conflict || (conflicts && foreseen?.state !== 'ready' && foreseen?.state !== 'refused')) && (
        <Part title="Conflict">
          <Suspense fallback={LOADING_CONFLICT}>
            {conflict ? (
              <ConflictView
                repoId={repo.id}
                branch={branch.name}
                reason={conflict}
                ontoTip={tipOf(conflict.byHand?.parent, repo, overview.branches)}
              />
            ) : (
              LOADING_CONFLICT
            )}
          </Suspense>
        </Part>
      )}
      {ask === null ? (
        <p className="p-4 text-muted">It waits for the first sync of this repository.</p>
      ) : (
        <>
          <Part
            title="Commits"
            beside={whole.state === 'ready' ? counted(whole.content.commitCount, 'commit') : undefined}
          >
            <Commits repo={repo} branch={branch} shown={whole} dropped={dropped} chosen={commit} choose={setCommit} />
          </Part>
          {/* Below the commits, of which one knows with them how high they are. */}
          {whole.state !== 'pending' && (
            <Files
              repoId={repo.id}
              ask={filesAsk ?? ask}
              shown={files}
              of={commit ? `commit ${commit.id.slice(0, 8)}` : null}
              showAll={() => setCommit(null)}
              hideWhitespace={hideWhitespace}
              setHideWhitespace={setHideWhitespace}
            />
          )}
        </>
      )}
      {/* What one has come for goes first. */}
      {whole.state !== 'pending' && <History repoId={repo.id} branch={branch} />}
    </>
  );
}

/** What the forecast says of its own conflict; null where it has none. */
function conflictOf(name: string, { heldBack }: ForecastOutline) {
  const reason = heldBack.find(({ branch }) => branch === name)?.reason;
  return reason?.kind === 'conflict' ? reason : null;
}

/** Whether the branch has been shown for a moment, so that passing by asks nothing; at once for the first one. */
function useRested(): boolean {
  const [rested, setRested] = useState(() => performance.now() - lastOpened > PATIENCE_MS * 2);
  useEffect(() => {
    lastOpened = performance.now();
    const timer = setTimeout(() => setRested(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return rested;
}

let lastOpened = Number.NEGATIVE_INFINITY;
