'use client';

import { ChevronDown } from 'lucide-react';
import { Fragment, Suspense, useRef, useState } from 'react';
import type { JobDetail } from '@/api/jobs';
import type { BranchRow } from '@/db/schema';
import { visible } from '@/text/visible';
import { counted } from '@/text/words';
import { isActive } from '../../jobs/active';
import { JobButton, requestAt, type Sent } from '../../jobs/job-button';
import { laterPart } from '../../later/later-part';
import { useMay } from '../../me';
import { useApi } from '../../providers';
import { branchesWord } from '../../repos/counts';
import { Lanes } from '../dot';
import type { Entry, Head } from '../entries';
import type { RowActions } from '../row/actions';
import { Age } from '../row/age';
import type { BranchNews } from '../state';
import { standsApart } from './groups';

const HeadMenu = laterPart(() => import('./head-menu'), { what: 'The menu', leave: ({ close }) => close });

/** The line above the rows that belong together: what they are, how they stand, and the button that moves a stack. */
export function HeadRow({
  repoId,
  head,
  trunkLine,
  lanes,
  height,
  news,
  covered,
  branches: all,
  jobs,
  actions,
  sent,
  active,
  select,
}: {
  repoId: string;
  head: Head;
  trunkLine: Entry['trunkLine'];
  lanes: number;
  height: number;
  /** Of the branch whose Restack moves the stack. */
  news: BranchNews;
  /** Why it cannot be moved now; null where it can. */
  covered: string | null;
  branches: BranchRow[];
  jobs: JobDetail[];
  actions: RowActions;
  /** What was asked for on that branch. */
  sent: Sent | undefined;
  /** Whether the keys act on it. Only its buttons are reached by Tab. */
  active: boolean;
  /** Selects all of its branches. */
  select: (names: string[]) => void;
}) {
  const api = useApi();
  const mayAct = useMay('act');
  const button = useRef<HTMLButtonElement>(null);
  const [menu, setMenu] = useState(false);
  const {
    restack,
    title,
    branches,
    count,
    byOthers = 0,
    moves,
    conflicts,
    heldBack,
    lost,
    newest,
    owner,
    folded,
  } = head;
  const request = requestAt(restack?.name ?? '', sent, actions);
  const underWay = request.waiting || request.jobId !== null || (news.own !== null && isActive(news.own.job.status));
  // How far it is, the row of that branch says, and what went wrong; where that is folded away, it is said here.
  const told = folded ? request : { ...request, waiting: false, jobId: null, problem: null };
  const wrong = [
    // Where no single Restack moves them all, no button says how many they are.
    ...(restack === null && moves > 0 ? [['text-restack', `${moves} will move`]] : []),
    ...(conflicts > 0 ? [['text-conflict', counted(conflicts, 'conflict')]] : []),
    ...(heldBack > 0 ? [['text-held', `${heldBack} held back`]] : []),
    ...(lost > 0 ? [['text-restack', `leaves ${counted(lost, 'commit')} on no branch`]] : []),
  ];
  const attached = folded && !standsApart(head.kind);
  return (
    <div className="group flex h-full items-center gap-2 px-4 hover:bg-hover">
      <span className="-ml-2 hidden w-4 shrink-0 md:flex" />
      <Lanes
        lane={1}
        parentLane={attached ? 0 : null}
        below={false}
        trunkLine={trunkLine}
        lanes={lanes}
        height={height}
        tone="text-muted"
        suggested={head.kind === 'suggested'}
      >
        <path
          d={folded ? 'M-2-4 2 0-2 4' : 'M-4-2 0 2 4-2'}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.6"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </Lanes>
      {/* biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus */}
      {/* biome-ignore lint/a11y/useSemanticElements: rows are placed by hand, which no table can be */}
      <div role="gridcell" className="flex min-w-0 flex-1 items-baseline gap-x-2 text-xs text-muted max-md:flex-wrap">
        <span
          className={`max-w-[60%] shrink-0 truncate font-semibold max-md:w-full max-md:max-w-full text-text ${head.kind === 'owner' ? 'text-base' : 'text-sm'}`}
        >
          {visible(title)}
        </span>
        <span className="min-w-0 truncate">
          {/* A phone has room for what is wrong, where something is. */}
          <span className={wrong.length > 0 ? 'max-sm:hidden' : undefined}>
            {branchesWord(count)}
            {byOthers > 0 && `, ${byOthers} by others`}
            {wrong.length > 0 && ' · '}
          </span>
          {wrong.map(([tone, words], at) => (
            <Fragment key={words}>
              {at > 0 && ' · '}
              <span className={tone}>{words}</span>
            </Fragment>
          ))}
        </span>
        {/* Beside an open branch there is room for how they stand, and no more. */}
        <span className="min-w-0 truncate max-sm:hidden group-data-beside/stack:hidden">
          {newest && (
            <>
              · <Age iso={newest} />
            </>
          )}
          {owner && ` · ${visible(owner)}`}
        </span>
      </div>
      {/* biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus */}
      {/* biome-ignore lint/a11y/useSemanticElements: rows are placed by hand, which no table can be */}
      <div role="gridcell" className="flex shrink-0 items-center gap-2">
        {restack && (moves > 0 || underWay) && (
          <span
            data-main
            className="flex"
            onPointerEnter={mayAct ? () => actions.preview(restack.name) : undefined}
            onPointerLeave={() => actions.preview(null)}
          >
            <JobButton
              label={moves > 0 ? `Restack ${moves}` : 'Restack'}
              press={actions.run('restack_subtree', restack.name)}
              request={told}
              question={() => actions.question(restack.name)}
              foreseen={{ repoId, kind: 'restack_subtree', branch: restack.name }}
              // How it ended, the row says.
              job={underWay && folded ? news.own : null}
              impossible={covered ?? (underWay ? 'It is just asked for.' : null)}
              jobs={jobs}
              dense
              tabbable={active}
              className={underWay && folded ? 'w-42 md:w-54 group-data-beside/stack:w-42' : 'min-w-24'}
            />
          </span>
        )}
        <button
          ref={button}
          type="button"
          aria-haspopup="menu"
          aria-expanded={menu}
          aria-label={`More for all of ${visible(title)}`}
          tabIndex={active ? 0 : -1}
          className="touch flex size-7 shrink-0 items-center justify-center rounded-control text-muted hover:bg-selected hover:text-text"
          onClick={() => setMenu(true)}
        >
          <ChevronDown size={14} aria-hidden />
        </button>
        {menu && (
          <Suspense>
            <HeadMenu
              head={head}
              branches={all}
              anchor={button}
              select={mayAct && head.kind !== 'ended' && head.kind !== 'long_lived' ? () => select(branches) : null}
              forget={
                mayAct
                  ? (names) => {
                      actions.expectAll();
                      return api.branches.forget.mutate({ repoId, branches: names });
                    }
                  : null
              }
              close={() => setMenu(false)}
            />
          </Suspense>
        )}
      </div>
    </div>
  );
}
