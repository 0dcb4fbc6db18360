'use client';

import { ChevronDown } from 'lucide-react';
import { lazy, memo, Suspense, useRef, useState } from 'react';
import type { JobDetail } from '@/api/jobs';
import type { ActionKind, BranchRow as Branch } from '@/db/schema';
import { isActive } from '../feed/merge';
import { JobButton, useRequest } from '../jobs/job-button';
import { errorStands } from '../jobs/phase';
import { useApi } from '../providers';
import { Dot, Lanes, stateTone } from './dot';
import type { StackRow } from './layout';
import { type BranchJobs, standingOf } from './state';

const RowMenu = lazy(() => import('./row-menu'));
const ChooseBranch = lazy(() => import('./choose-branch'));

/** What every row needs to know of its repo. */
export interface RowContext {
  repoId: string;
  trunk: string | null;
  branches: Branch[];
  jobs: JobDetail[];
}

interface Props {
  branch: Branch;
  /** Where it is in the picture; null for what stands beside it. */
  place: StackRow | null;
  /** How many lanes the picture has. */
  lanes: number;
  jobs: BranchJobs;
  context: RowContext;
  height: number;
}

/** One branch: its dot, its state in a word, its pull request and size, and the button for what it wants. */
export const BranchRow = memo(function BranchRow({ branch, place, lanes, jobs, context, height }: Props) {
  const api = useApi();
  const [choosing, setChoosing] = useState<'reparent_branch' | 'register_existing_branch' | null>(null);
  const request = useRequest();
  const { own } = jobs;
  const standing = standingOf(branch, jobs);
  // A conflict is said by the state already, with its files.
  const failed = own !== null && standing.state !== 'conflict' && errorStands(own, context.jobs);
  const detail = failed ? own.job.message : standing.detail;
  const run = (kind: ActionKind, parent?: string) => (idempotencyKey: string) =>
    api.jobs.run.mutate({
      repoId: context.repoId,
      kind,
      branch: branch.name,
      ...(parent ? { parent } : {}),
      idempotencyKey,
    });
  const main = branch.tracked
    ? { label: 'Restack', press: run('restack_subtree') }
    : { label: 'Register', press: run('register_existing_branch', branch.suggestedParent ?? undefined) };
  // On a phone, what is under way takes the room of the menu too.
  const busy = request.waiting || (own !== null && isActive(own.job.status));
  const tone = stateTone[standing.state];
  return (
    <div className="group flex h-full items-center gap-2 px-4 hover:bg-hover">
      <Lanes
        lane={place?.lane ?? 0}
        parentLane={place?.parentLane ?? null}
        below={place?.hasAbove ?? false}
        lanes={lanes}
        height={height}
        tone={tone}
      >
        <Dot state={standing.state} />
      </Lanes>
      <div className="flex min-w-0 flex-1 flex-col sm:flex-row sm:items-baseline sm:gap-3">
        <span className="flex min-w-0 shrink-0 items-baseline gap-2 sm:max-w-[45%]">
          <span
            className={`truncate ${branch.merged || branch.gone ? 'text-muted line-through' : 'font-medium'}`}
            title={branch.name}
          >
            {branch.name}
          </span>
          <PullRequest branch={branch} />
        </span>
        <span className={`min-w-0 truncate text-xs ${tone}`} title={detail || undefined}>
          {standing.word}
          {detail && <span className={failed ? 'text-error' : 'text-muted'}> · {detail}</span>}
        </span>
        <span className="hidden min-w-0 flex-1 truncate text-right text-xs text-muted lg:inline" title={branch.subject}>
          {branch.subject}
        </span>
      </div>
      <DiffStat branch={branch} />
      {branch.merged || branch.gone ? (
        <span className="w-37 shrink-0 sm:w-53" />
      ) : (
        <>
          <JobButton
            {...main}
            request={request}
            job={own}
            jobs={context.jobs}
            look={branch.tracked && !branch.needsRestack ? 'quiet' : 'plain'}
            dense
            className={`shrink-0 sm:w-44 ${busy ? 'w-37' : 'w-28'}`}
          />
          <span className={busy ? 'max-sm:hidden' : undefined}>
            <MoreActions branch={branch} start={(kind) => void request.send(kind, run(kind))} choose={setChoosing} />
          </span>
        </>
      )}
      {choosing && (
        <Suspense>
          <ChooseBranch
            title={choosing === 'reparent_branch' ? `Move ${branch.name} onto…` : `Register ${branch.name} on…`}
            action={choosing === 'reparent_branch' ? movesWords(place?.above ?? 0) : 'Register on'}
            choices={possibleParents(branch, context)}
            suggested={branch.tracked ? null : branch.suggestedParent}
            choose={(parent) => void request.send(`${choosing} ${parent}`, run(choosing, parent))}
            close={() => setChoosing(null)}
          />
        </Suspense>
      )}
    </div>
  );
});

function movesWords(above: number): string {
  return above === 0 ? 'Move onto' : `Move it and ${above} above it onto`;
}

/** The trunk and every branch that does not stand on this one. */
function possibleParents(branch: Branch, { trunk, branches }: RowContext): string[] {
  const above = new Set([branch.name]);
  for (let grown = -1; grown !== above.size; ) {
    grown = above.size;
    for (const other of branches) if (other.parent !== null && above.has(other.parent)) above.add(other.name);
  }
  const names = branches.flatMap((other) =>
    other.tracked && !other.merged && !other.gone && !above.has(other.name) ? [other.name] : [],
  );
  return trunk ? [trunk, ...names] : names;
}

function MoreActions({
  branch,
  start,
  choose,
}: {
  branch: Branch;
  start: (kind: ActionKind) => void;
  choose: (kind: 'reparent_branch' | 'register_existing_branch') => void;
}) {
  const [opened, setOpened] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        ref={button}
        type="button"
        aria-haspopup="menu"
        aria-expanded={opened}
        aria-label={`More for ${branch.name}`}
        className="touch flex h-7 w-7 shrink-0 items-center justify-center rounded-control text-muted hover:bg-selected hover:text-text"
        onClick={() => setOpened(true)}
      >
        <ChevronDown size={14} aria-hidden />
      </button>
      {opened && (
        <Suspense>
          <RowMenu branch={branch} anchor={button} start={start} choose={choose} close={() => setOpened(false)} />
        </Suspense>
      )}
    </>
  );
}

const prWord = { open: 'open', draft: 'draft', closed: 'closed', merged: 'merged' };
const ciShape = { success: '✓', failure: '✕', pending: '·' };

function PullRequest({ branch }: { branch: Branch }) {
  if (branch.prNumber === null) return null;
  const words = `pull request ${branch.prNumber}${branch.prState ? `, ${prWord[branch.prState]}` : ''}${branch.ci ? `, CI ${branch.ci}` : ''}`;
  const text = `#${branch.prNumber}${branch.ci ? ` ${ciShape[branch.ci]}` : ''}`;
  return branch.prUrl ? (
    <a
      href={branch.prUrl}
      title={words}
      aria-label={words}
      className="text-xs text-accent hover:underline"
      rel="noreferrer"
    >
      {text}
    </a>
  ) : (
    <span title={words} className="text-xs text-muted">
      {text}
    </span>
  );
}

function DiffStat({ branch }: { branch: Branch }) {
  const { additions, deletions, ahead } = branch;
  return (
    <span
      className="hidden w-24 shrink-0 text-right text-xs whitespace-nowrap text-muted md:inline"
      title={`${ahead} ${ahead === 1 ? 'commit' : 'commits'} of its own`}
    >
      {additions + deletions > 0 && (
        <>
          <span className="text-completed">+{additions}</span> <span className="text-error">−{deletions}</span>
        </>
      )}
    </span>
  );
}
