'use client';

import { ChevronDown } from 'lucide-react';
import { memo, type RefObject, Suspense, useEffect, useRef, useState } from 'react';
import type { JobDetail } from '@/api/jobs';
import type { BranchRow as Branch } from '@/db/schema';
import type { ActionKind } from '@/model/kinds';
import type { BranchState } from '@/repos/branch-state';
import { isKept } from '@/repos/kept';
import { restackRefusal } from '@/repos/state-words';
import { visible } from '@/text/visible';
import { counted } from '@/text/words';
import { isActive } from '../../jobs/active';
import { type Ask, JobButton, requestAt, type Sent } from '../../jobs/job-button';
import { errorStands } from '../../jobs/phase';
import { laterPart } from '../../later/later-part';
import { useMay } from '../../me';
import { middle } from '../../middle';
import { useApi } from '../../providers';
import { PullRequest } from '../../repos/pull-request';
import { Dot, Lanes, stateTone } from '../dot';
import type { Entry } from '../entries';
import type { DragModule } from '../move/drag-module';
import { pickUpProblem } from '../move/rules';
import { type BranchNews, coveredBy, isLive, standingOf } from '../state';
import { type AskKind, type RowActions, restoreButton } from './actions';
import { Age } from './age';
import { Author } from './author';

const RowMenu = laterPart(() => import('./row-menu'), { what: 'The menu', leave: ({ close }) => close });

interface Props {
  branch: Branch;
  place: Entry['place'];
  trunkLine: Entry['trunkLine'];
  dimmed: boolean;
  /** How many lanes the picture has. */
  lanes: number;
  /** What it is about to be put onto, and is not yet; null where it is where it stands. */
  onto: string | null;
  state: BranchState;
  /** How many a Restack of it moves, with what stands on it. */
  moves: number;
  news: BranchNews;
  /** All jobs of the repo, where any is about it. */
  jobs: JobDetail[];
  /** Whether how it stands is just being looked at again, which a Restack of it may depend on. */
  renewing: boolean;
  /** Whether any branch has a pull request: else no room is kept for them. */
  hasPullRequests: boolean;
  height: number;
  actions: RowActions;
  sent: Sent | undefined;
  /** Whether the keys act on it. Only its buttons are reached by Tab. */
  active: boolean;
  selected: boolean;
  menuOpen: boolean;
  /** Gets the focus back from a menu that was opened by a key. */
  tree: RefObject<HTMLElement | null>;
  /** Null until it is loaded. */
  drag: DragModule | null;
}

/** A button at rest shows where one is about to press it: on the row that is pointed at, or that the keys act on. */
const RESTING =
  'has-data-[phase=idle]:pointer-coarse:hidden has-[[data-phase=idle]:not(:focus-visible)]:opacity-0 group-hover:opacity-100! has-data-question:opacity-100!';

/** One branch: its dot, its name, how it stands where that is not in place, its subject, and the button for what it wants. */
export const BranchRow = memo(function BranchRow({
  branch,
  place,
  trunkLine,
  dimmed,
  lanes,
  onto,
  state,
  moves,
  news,
  jobs,
  renewing,
  hasPullRequests,
  height,
  actions,
  sent,
  active,
  selected,
  menuOpen,
  tree,
  drag,
}: Props) {
  const { repoId } = branch;
  const request = requestAt(branch.name, sent, actions);
  const shown = visible(branch.name);
  const [start, end] = middle(shown);
  const { own } = news;
  const standing =
    onto === null || state.is === 'moving'
      ? standingOf(branch, state, news)
      : { word: 'waits to move', detail: `onto ${visible(onto)}` };
  // A conflict is said by the state already, with its files.
  const failed = own !== null && state.is !== 'conflict' && errorStands(own, jobs);
  // Where it would stand is seen.
  const detail = failed ? own.job.message : place?.isSuggested && !branch.renamedFrom ? '' : standing.detail;
  const api = useApi();
  const mayAct = useMay('act');
  const kept = isKept(branch);
  const main = branch.gone
    ? restoreButton(api, branch)
    : branch.tracked
      ? {
          label: moves > 0 ? `Restack ${moves}` : 'Restack',
          press: actions.run('restack_subtree', branch.name),
          question: () => actions.question(branch.name),
          foreseen: { repoId, kind: 'restack_subtree' as const, branch: branch.name },
        }
      : branch.renamedFrom
        ? {
            label: 'Accept',
            press: () => {
              actions.expectAll();
              return api.branches.acceptRename.mutate({ repoId, branch: branch.name });
            },
          }
        : {
            label: 'Register',
            press: actions.run('register_existing_branch', branch.name, branch.suggestedParent ?? undefined),
          };
  // On a phone, what is under way takes the room of the menu too.
  const busy = request.waiting || (own !== null && isActive(own.job.status));
  const tone = dimmed ? 'text-muted' : stateTone[state.is];
  const ended = !isLive(branch);
  const above = place?.above ?? 0;

  const covered = coveredBy(state, news);
  // What is being looked at anew may be free again.
  const refusal = covered ?? (renewing ? null : restackRefusal(state, moves));

  const row = useRef<HTMLDivElement>(null);
  const movable = mayAct && pickUpProblem(branch) === null;
  useEffect(() => {
    const element = row.current;
    if (!element || !drag) return;
    return drag.dragRow(element, { name: branch.name, above, movable });
  }, [drag, branch.name, above, movable]);
  const showPreview = mayAct && branch.tracked && !kept ? () => actions.preview(branch.name) : undefined;
  const hidePreview = () => actions.preview(null);

  return (
    <div
      ref={row}
      data-at={active || request.problem !== null || undefined}
      // Nothing of it has a place of its own, for that would lie over the line around the row.
      className={`group flex h-full items-center gap-2 px-4 ${selected ? 'bg-selected' : 'hover:bg-hover'} ${drag && movable ? 'cursor-grab' : ''}`}
    >
      {/* biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus */}
      {/* biome-ignore lint/a11y/useSemanticElements: rows are placed by hand, which no table can be */}
      <span role="gridcell" className="-ml-2 hidden w-4 shrink-0 md:flex">
        {mayAct && !ended && !kept && (
          <input
            type="checkbox"
            aria-label={`Select ${shown}`}
            checked={selected}
            tabIndex={active ? 0 : -1}
            onChange={() => actions.toggle(branch.name)}
            className={`size-3.5 accent-accent focus-visible:opacity-100 group-hover:opacity-100 ${selected || active ? '' : 'opacity-0'}`}
          />
        )}
      </span>
      <Lanes
        lane={place?.lane ?? 1}
        parentLane={place?.parentLane ?? null}
        below={place?.hasAbove ?? false}
        trunkLine={trunkLine}
        lanes={lanes}
        height={height}
        tone={tone}
        moving={onto !== null}
        suggested={place?.isSuggested ?? false}
      >
        <Dot state={state.is} />
      </Lanes>
      {/* biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus */}
      {/* biome-ignore lint/a11y/useSemanticElements: rows are placed by hand, which no table can be */}
      <div role="gridcell" className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-2 md:flex-nowrap md:gap-x-3">
        <span
          className={`flex w-full md:w-auto md:max-w-[75%] md:shrink-0 ${ended ? 'text-muted line-through' : dimmed ? 'text-muted' : 'font-medium'}`}
          data-tip={shown}
        >
          {/* The only place where it is cut: in two it would be no name any more. */}
          <span className="max-w-[38ch] truncate">{start}</span>
          <span className="shrink-0 whitespace-pre">{end}</span>
        </span>
        {/* Below `md` it is a second line. */}
        <span className="flex w-full min-w-0 items-baseline gap-x-2 md:contents">
          {/* Where a subject has room for no more than a letter, its line is below what is seen. */}
          <span className="flex h-4 min-w-0 flex-1 flex-wrap items-baseline gap-x-2 overflow-hidden text-xs md:gap-x-3">
            <span
              className={onto === null && isQuiet(state, detail) ? 'sr-only' : `max-w-full min-w-0 truncate ${tone}`}
              data-tip={detail || undefined}
            >
              <span className="group-data-renewing/tree:underline group-data-renewing/tree:decoration-dotted">
                {standing.word}
              </span>
              {detail && <span className={failed ? 'text-error' : 'text-muted'}> · {detail}</span>}
            </span>
            {/* One without a subject has a line all the same, or the name beside it would stand higher than its neighbours. */}
            <span
              className="min-w-0 grow basis-24 truncate text-muted empty:before:content-['\200b']"
              data-tip={visible(branch.subject) || undefined}
            >
              {visible(branch.subject)}
            </span>
          </span>
          {hasPullRequests && (
            <span className="shrink-0 md:w-22 md:max-[1279px]:acting:hidden md:group-data-beside/stack:acting:hidden">
              <PullRequest branch={branch} tabbable={active} />
            </span>
          )}
        </span>
      </div>
      <DiffStat branch={branch} />
      <span className="hidden w-6 shrink-0 text-xs text-muted min-[1000px]:flex acting:hidden group-data-beside/stack:hidden">
        <Author name={branch.author} />
      </span>
      <span className="hidden w-11 shrink-0 text-xs whitespace-nowrap text-muted md:inline acting:hidden group-data-beside/stack:hidden">
        {branch.committedAt && <Age iso={branch.committedAt} />}
      </span>
      {/* biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus */}
      {/* biome-ignore lint/a11y/useSemanticElements: rows are placed by hand, which no table can be */}
      <div role="gridcell" className="flex shrink-0 items-center gap-2">
        {branch.merged || (branch.gone && !mayAct) ? (
          <span className="w-7" />
        ) : (
          <>
            {/* biome-ignore lint/a11y/noStaticElementInteractions: it only shows what the button would do */}
            <span
              data-main
              onPointerEnter={showPreview}
              onPointerLeave={hidePreview}
              onFocus={showPreview}
              onBlur={hidePreview}
              // A key may have asked for what is refused. Of who may only read it has nothing, and lies over nothing.
              // It stands where size, author and age do, as wide as they are: what is before it ends before it, and
              // nothing moves. A phone has no such columns: there the name gives way to it.
              className={`absolute inset-y-0.5 right-12 items-center justify-end acting:static min-[1280px]:min-w-43 min-[1280px]:group-data-beside/stack:min-w-0 ${selected ? 'bg-selected' : 'bg-surface group-hover:bg-hover'} max-md:not-has-data-[phase=idle]:static empty:hidden ${kept && !busy && !request.problem ? 'hidden' : 'flex'} ${active || request.problem ? '' : RESTING}`}
            >
              <JobButton
                {...main}
                request={request}
                job={own}
                jobs={jobs}
                impossible={refusal}
                dense
                tabbable={active}
                className={`shrink-0 rounded-control bg-surface ${busy ? 'w-42 md:w-54 group-data-beside/stack:w-42' : 'w-28 md:w-40 group-data-beside/stack:w-28'}`}
              />
            </span>
            <span className={busy ? 'max-md:hidden' : undefined}>
              <MoreActions
                repoId={repoId}
                branch={branch}
                covered={covered}
                refusal={refusal}
                start={(kind) => {
                  // What is to be asked first, the row's own button asks.
                  if (kind === 'restack_subtree' && actions.question(branch.name) !== null) pressMain(row.current);
                  else void actions.send(branch.name, kind, actions.run(kind, branch.name));
                }}
                send={(name, ask) => {
                  actions.expectAll();
                  void actions.send(branch.name, name, ask);
                }}
                expect={actions.expectAll}
                choose={(kind) => actions.seek({ kind, branch: branch.name })}
                opened={menuOpen}
                open={actions.openMenu}
                tree={tree}
                tabbable={active}
              />
            </span>
          </>
        )}
      </div>
    </div>
  );
});

function MoreActions({
  repoId,
  branch,
  covered,
  refusal,
  start,
  send,
  expect,
  choose,
  opened,
  open,
  tree,
  tabbable,
}: {
  repoId: string;
  branch: Branch;
  covered: string | null;
  refusal: string | null;
  start: (kind: ActionKind) => void;
  send: (name: string, ask: Ask) => void;
  expect: () => void;
  choose: (kind: AskKind) => void;
  opened: boolean;
  open: (branch: string | null) => void;
  tree: RefObject<HTMLElement | null>;
  tabbable: boolean;
}) {
  const button = useRef<HTMLButtonElement>(null);
  // Opened by a key of the tree, the menu gives the focus back to the tree.
  const [pressed, setPressed] = useState(false);
  return (
    <>
      <button
        ref={button}
        type="button"
        aria-haspopup="menu"
        aria-expanded={opened}
        aria-label={`More for ${visible(branch.name)}`}
        tabIndex={tabbable ? 0 : -1}
        className="touch flex h-7 w-7 shrink-0 items-center justify-center rounded-control text-muted hover:bg-selected hover:text-text"
        onClick={() => {
          setPressed(true);
          open(branch.name);
        }}
      >
        <ChevronDown size={14} aria-hidden />
      </button>
      {opened && (
        <Suspense>
          <RowMenu
            repoId={repoId}
            branch={branch}
            covered={covered}
            refusal={refusal}
            anchor={button}
            // The row of one that is gone may be forgotten, and its button with it.
            finalFocus={pressed && !branch.gone ? button : tree}
            start={start}
            send={send}
            expect={expect}
            choose={choose}
            close={() => {
              setPressed(false);
              open(null);
            }}
          />
        </Suspense>
      )}
    </>
  );
}

function pressMain(row: HTMLElement | null): void {
  row?.querySelector<HTMLElement>('[data-main] button')?.click();
}

/** Whether its state need not be read: it is in place, and nothing is said of it. */
function isQuiet({ is }: BranchState, detail: string): boolean {
  return is === 'in_place' && detail === '';
}

function DiffStat({ branch }: { branch: Branch }) {
  const { additions, deletions, ahead } = branch;
  return (
    <span
      className="hidden w-22 shrink-0 gap-1.5 text-xs whitespace-nowrap text-muted tabular-nums min-[1280px]:flex acting:hidden group-data-beside/stack:hidden"
      data-tip={`${counted(ahead, 'commit')} of its own`}
    >
      {additions > 0 && <span className="text-completed">+{additions}</span>}
      {deletions > 0 && <span className="text-error">−{deletions}</span>}
    </span>
  );
}
