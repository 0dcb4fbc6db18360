import type { MouseEvent, RefObject } from 'react';
import type { JobDetail } from '@/api/jobs';
import type { BranchRow as Branch, RepoRow } from '@/db/schema';
import type { Requests } from '../../jobs/job-button';
import type { RepoStates } from '../../repos/use-states';
import type { Entry } from '../entries';
import { HeadRow } from '../groups/head-row';
import type { DragModule } from '../move/drag-module';
import type { Held } from '../move/hand';
import type { PendingMoves } from '../move/pending';
import { type BranchNews, coveredBy, NO_NEWS, NO_STATE } from '../state';
import { canBeSelected } from '../tree/selection';
import type { RowActions } from './actions';
import { BranchRow } from './branch-row';
import { GhostRow } from './ghost-row';
import { rowLabel } from './label';
import { TreeRow } from './tree-row';
import { TrunkRow } from './trunk-row';

const NO_JOBS: JobDetail[] = [];

/** What all rows of the tree are drawn from; names of rows are those of their entries. */
export interface Drawing {
  /** Of the tree: what the elements of its rows are called begins with it. */
  id: string;
  repo: RepoRow;
  branches: Branch[];
  jobs: JobDetail[];
  known: RepoStates;
  news: ReadonlyMap<string, BranchNews>;
  moves: PendingMoves;
  sent: Requests['sent'];
  actions: RowActions;
  select: (names: string[]) => void;
  selected: ReadonlySet<string>;
  /** The row that the keys act on. */
  active: string | null;
  /** The row whose menu is open. */
  menu: string | null;
  held: Held | null;
  mayAct: boolean;
  lanes: number;
  height: number;
  hasPullRequests: boolean;
  tree: RefObject<HTMLElement | null>;
  drag: DragModule | null;
}

/** One entry of the tree as what it is: a branch, the place that one leaves, the head of a group, or the trunk. */
export function EntryRow({
  entry,
  index,
  top,
  of,
  onClick,
}: {
  entry: Entry;
  index: number;
  top: number;
  of: Drawing;
  onClick: (event: MouseEvent) => void;
}) {
  const { name, branch, place, ghost, head, trunkLine } = entry;
  const { id, repo, jobs, known, moves, sent, actions, selected, held, lanes, height, drag } = of;
  const { states, renewing } = known;
  if (ghost) {
    return <GhostRow branch={ghost} onto={moves.get(ghost)} {...{ place, lanes, height, trunkLine, top }} />;
  }
  const active = name === of.active;
  const restacked = known.moves.get(name) ?? 0;
  const newsOf = (row: string) => of.news.get(row) ?? NO_NEWS;
  const restack = head?.restack?.name ?? '';
  const firstCovered = (names: readonly string[]) => {
    for (const each of names) {
      const covered = coveredBy(states.get(each) ?? NO_STATE, newsOf(each));
      if (covered !== null) return covered;
    }
    return null;
  };
  return (
    <TreeRow
      id={`${id}${name}`}
      entry={entry}
      index={index}
      label={rowLabel(entry, states, moves)}
      height={height}
      top={top}
      active={active}
      selected={of.mayAct && canBeSelected(branch) ? selected.has(name) : undefined}
      held={held}
      onClick={onClick}
    >
      {branch ? (
        <BranchRow
          {...{ branch, place, lanes, height, trunkLine, actions, active, drag }}
          dimmed={entry.dimmed}
          onto={moves.get(name) ?? null}
          state={states.get(name) ?? NO_STATE}
          moves={restacked}
          news={newsOf(name)}
          // A row that no job is about is not drawn anew for what jobs say.
          jobs={newsOf(name).own || sent.has(name) ? jobs : NO_JOBS}
          renewing={renewing && restacked === 0}
          hasPullRequests={of.hasPullRequests}
          sent={sent.get(name)}
          selected={selected.has(name)}
          menuOpen={of.menu === name}
          tree={of.tree}
        />
      ) : head ? (
        <HeadRow
          {...{ head, trunkLine, lanes, height, jobs, actions, active }}
          repoId={repo.id}
          news={newsOf(restack)}
          covered={head.restack ? firstCovered(head.branches) : null}
          branches={of.branches}
          sent={sent.get(restack)}
          select={of.select}
        />
      ) : (
        <TrunkRow {...{ repo, trunkLine, lanes, height, drag }} />
      )}
    </TreeRow>
  );
}
