'use client';

import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  lazy,
  type MouseEvent,
  type RefObject,
  Suspense,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import type { JobDetail } from '@/api/jobs';
import type { BranchFilter } from '@/api/repos';
import type { BranchRow as Branch, RepoRow } from '@/db/schema';
import type { ActionKind } from '@/model/kinds';
import { visible } from '@/text/visible';
import { Button } from '../controls';
import { isActive } from '../feed/merge';
import { JobButton, type JobRequest, useRequests } from '../jobs/job-button';
import { resultWords } from '../jobs/phase';
import { intent } from '../jobs/words';
import { useApi } from '../providers';
import { Freshness } from '../repos/freshness';
import { BranchRow, type RowActions } from './branch-row';
import { Lanes } from './dot';
import type { DragModule } from './drag';
import { type Entry, entriesOf, useStillEntries } from './entries';
import { filterNone, filterStack, type StackView } from './filter';
import { FilterBar, useStackView } from './filter-bar';
import { layoutStack } from './layout';
import { dropProblem, type MoveInHand, movedWith, pickUpProblem } from './move';
import { afterMoves, ghostName, pendingMoves, requestName, withGhosts } from './moving';
import { type BranchNews, NO_NEWS } from './state';
import type { StripSubject } from './strip';

const Strip = lazy(() => import('./strip'));

const ROW = 32;
/** Where a finger points and a line has too little room. */
const TALL_ROW = 52;
/** What covers the rows at the window's top and bottom: the page's header with the filters, and the strip. */
const COVERED = { scrollPaddingStart: 96, scrollPaddingEnd: 56 };
const PAGE = 10;

interface Props {
  repo: RepoRow;
  branches: Branch[];
  jobs: JobDetail[];
  /** By branch. */
  news: ReadonlyMap<string, BranchNews>;
  /** How many branches each filter keeps. */
  counts: Record<BranchFilter, number>;
  /** The page's one request for a sync. */
  sync: JobRequest;
}

/**
 * The stack as a picture: the trunk on top, a lane a stack, a dot a branch; below it what stands in no stack. It is
 * a tree grid: one stop of Tab, in which keys go from row to row and act on the row they are at.
 */
export function Stack({ repo, branches, jobs, news, counts, sync }: Props) {
  const api = useApi();
  const tree = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const { words, say } = useAnnouncements(jobs);

  const [view, go] = useStackView(field);
  const whole = useMemo(() => layoutStack(branches), [branches]);
  const requests = useRequests();
  const { sent, send, dismiss } = requests;
  const moves = useMemo(() => pendingMoves(branches, jobs, sent), [branches, jobs, sent]);
  const after = useMemo(() => afterMoves(branches, moves), [branches, moves]);
  const { filter, search } = view;
  const filtered = useMemo(
    () => filterStack(after, news, after === branches ? whole : layoutStack(after), { filter, search }),
    [branches, after, news, whole, filter, search],
  );
  const wanted = useMemo(
    () => withGhosts(entriesOf(filtered, repo.trunk), branches, moves, repo.trunk),
    [filtered, branches, moves, repo.trunk],
  );
  const narrowed = filter !== 'all' || search.trim() !== '';
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is new is said when the person changes the view
  useEffect(() => {
    if (narrowed) say(`${filtered.kept} of ${branches.length} branches`);
  }, [filter, search]);

  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const [hand, setHand] = useState<MoveInHand | null>(null);
  const [menu, setMenu] = useState<string | null>(null);
  const [inside, setInside] = useState(false);
  const held = pointed || inside || hand !== null || menu !== null;
  const { entries, waiting, show, expect } = useStillEntries(wanted, `${filter} ${search}`, held);

  const nothing = narrowed && filtered.kept === 0 && waiting === 0;
  useEffect(() => {
    // A tree that is gone does not say that the pointer has left it.
    if (nothing) setPointed(false);
  }, [nothing]);
  const lanes = useMemo(() => 1 + Math.max(0, ...entries.map((entry) => entry.place?.lane ?? 0)), [entries]);

  const [active, setActive] = useState<string | null>(null);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [preview, setPreview] = useState<string | null>(null);
  const at = entries.findIndex((entry) => entry.name === active);
  const current = entries[at] ?? null;

  const act = (kind: ActionKind, branch: string, parent?: string) => (idempotencyKey: string) => {
    if (kind === 'reparent_branch' || kind === 'register_existing_branch') expect(branch, ghostName(branch));
    return api.jobs.run.mutate({ repoId: repo.id, kind, branch, ...(parent ? { parent } : {}), idempotencyKey });
  };
  const pickUp = (name: string) => {
    const branch = branches.find((each) => each.name === name);
    const problem = branch ? pickUpProblem(branch) : 'It is the trunk';
    if (problem) return say(`${visible(name)} cannot be moved. ${problem}.`);
    setHand({ branch: name, target: null, dropped: false });
    const count = movedWith(name, whole).length - 1;
    say(
      `Picked up ${visible(name)}${count > 0 ? ` and ${count} above` : ''}. Aim with j and k, drop with Enter, leave it with Escape.`,
    );
  };
  const toggle = (name: string) =>
    setSelected((names) => {
      const others = new Set(names);
      if (!others.delete(name)) others.add(name);
      return others;
    });

  const problemOf = (target: string | null) =>
    hand && target ? dropProblem(hand.branch, target, { trunk: repo.trunk, branches, picture: whole }) : null;
  const drop = (target: string | null) => {
    const problem = problemOf(target);
    if (problem) say(`${problem}.`);
    setHand((now) => (now && target && !problem ? { ...now, target, dropped: true } : null));
  };
  const leave = () => {
    setHand(null);
    tree.current?.focus({ preventScroll: true });
  };
  const confirm = () => {
    if (hand?.target) {
      const { branch, target } = hand;
      void send(branch, requestName('reparent_branch', target), act('reparent_branch', branch, target));
      setActive(branch);
    }
    leave();
  };

  // Rows are drawn anew only for what concerns them: they get the same functions for ever.
  const latest = useRef({ act, pickUp, drop });
  useLayoutEffect(() => {
    latest.current = { act, pickUp, drop };
  });
  const [actions] = useState<RowActions>(() => ({
    send,
    dismiss,
    toggle,
    run: (kind, branch, parent) => (key) => latest.current.act(kind, branch, parent)(key),
    openMenu: setMenu,
    pickUp: (branch) => latest.current.pickUp(branch),
    preview: setPreview,
  }));

  const drag = useDragModule();
  useEffect(
    () =>
      drag?.watchDrags({
        start: (branch) => setHand({ branch, target: null, dropped: false }),
        over: (target) => setHand((now) => now && { ...now, target }),
        drop: (target) => latest.current.drop(target),
      }),
    [drag],
  );

  const context = useMemo(
    () => ({ repoId: repo.id, trunk: repo.trunk, branches, jobs }),
    [repo.id, repo.trunk, branches, jobs],
  );
  const height = useNarrow() ? TALL_ROW : ROW;
  const top = useTop(tree, nothing);
  const carried = entries.findIndex((entry) => entry.name === hand?.branch);
  const virtual = useWindowVirtualizer({
    count: entries.length,
    estimateSize: () => height,
    overscan: 8,
    scrollMargin: top,
    ...COVERED,
    getItemKey: (index) => entries[index]?.name ?? '',
    // The row with the keys and the one that is dragged must not leave the page.
    rangeExtractor: (range) =>
      [...new Set([...defaultRangeExtractor(range), at, carried])].filter((i) => i >= 0).sort((a, b) => a - b),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: sizes are measured again when the height changes
  useLayoutEffect(() => virtual.measure(), [height, virtual]);

  const goTo = (wish: number, extend = false) => {
    let index = wish;
    // Nothing can be done at an old place.
    while (entries[index]?.ghost) index += wish < at ? -1 : 1;
    const target = entries[Math.max(0, Math.min(entries.length - 1, index))];
    if (!target) return;
    setActive(target.name);
    virtual.scrollToIndex(entries.indexOf(target), { align: 'auto' });
    if (hand && !hand.dropped) setHand({ ...hand, target: target.name });
    else if (extend && canBeSelected(target.branch)) setSelected((names) => new Set([...names, target.name]));
  };
  const name = current?.name ?? '';
  const branch = current?.branch ?? null;
  /** Does what a key stands for. Returns whether it stands for anything. */
  const press = (key: string, shift: boolean): boolean => {
    switch (key) {
      case 'j':
      case 'ArrowDown':
        goTo(at + 1, shift);
        return true;
      case 'k':
      case 'ArrowUp':
        goTo(at - 1, shift);
        return true;
      case 'PageDown':
        goTo(at + PAGE);
        return true;
      case 'PageUp':
        goTo(at - PAGE);
        return true;
      case 'Home':
        goTo(0);
        return true;
      case 'End':
        goTo(entries.length - 1);
        return true;
      case 'Enter':
        if (hand) drop(hand.target);
        else if (canBeSelected(branch)) setMenu(name);
        return true;
      case 'Escape':
        if (hand) say(`${visible(hand.branch)} stays where it is.`);
        if (hand) leave();
        else setSelected(new Set());
        return true;
    }
    if (hand) return false;
    switch (key) {
      case 'r':
        // The row's own button, with all that it knows: what is under way, and Retry.
        document.getElementById(`${id}${name}`)?.querySelector<HTMLElement>('[data-main] button')?.click();
        return true;
      case 'b':
        if (branch?.tracked && canBeSelected(branch)) void send(name, 'rebase_branch', act('rebase_branch', name));
        else say(`${visible(name)} cannot be rebased.`);
        return true;
      case 'p':
        pickUp(name);
        return true;
      case 's':
        void sync.send('Sync', (idempotencyKey) =>
          api.jobs.run.mutate({ repoId: repo.id, kind: 'sync_repo', idempotencyKey }),
        );
        return true;
      case 'x':
        if (canBeSelected(branch)) toggle(name);
        return true;
      case '/':
        field.current?.focus();
        return true;
      default:
        return false;
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Keys belong to the tree while it has the focus itself, not a button in it.
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    if (press(event.key.length === 1 ? event.key.toLowerCase() : event.key, event.shiftKey)) event.preventDefault();
  };
  const onRowClick = (event: MouseEvent, index: number) => {
    if (event.target instanceof Element && event.target.closest('button, a, input, [role="dialog"], [role="menu"]'))
      return;
    const entry = entries[index];
    if (!entry) return;
    tree.current?.focus({ preventScroll: true });
    setActive(entry.name);
    if (event.shiftKey && at >= 0) {
      const range = entries.slice(Math.min(at, index), Math.max(at, index) + 1);
      setSelected(
        (names) => new Set([...names, ...range.filter((each) => canBeSelected(each.branch)).map((each) => each.name)]),
      );
    } else if ((event.ctrlKey || event.metaKey) && canBeSelected(entry.branch)) toggle(entry.name);
  };

  const chosen = useMemo(() => chosenFor(branches, whole, selected), [branches, whole, selected]);
  const runChosen = async (kind: 'restack_subtree' | 'register_existing_branch') => {
    const names = kind === 'restack_subtree' ? chosen.restack : chosen.register;
    setSelected(new Set());
    tree.current?.focus({ preventScroll: true });
    say(`${names.length} ${names.length === 1 ? 'job' : 'jobs'} asked for.`);
    // One after the other, so that they queue in the order of the picture.
    for (const each of names) {
      const parent = branches.find((row) => row.name === each)?.suggestedParent ?? undefined;
      if (kind === 'restack_subtree') await send(each, 'Restack', act(kind, each));
      else await send(each, 'Register', act(kind, each, parent));
    }
  };

  const moved = hand ? movedWith(hand.branch, whole) : [];
  const carriedNames = new Set(moved);
  const looked = branches.find((each) => each.name === (preview ?? (focused ? active : null)));
  const lookedAt = looked?.tracked && canBeSelected(looked) ? looked.name : null;
  const subject: StripSubject | null = hand
    ? { kind: 'move', hand, moved, problem: problemOf(hand.target) }
    : chosen.restack.length + chosen.register.length > 0
      ? { kind: 'selection', restack: chosen.restack, register: chosen.register }
      : lookedAt || focused
        ? {
            kind: 'preview',
            branch: lookedAt,
            above: lookedAt ? movedWith(lookedAt, whole).length - 1 : 0,
            keys: focused,
          }
        : null;

  return (
    <div className="flex flex-col lg:min-h-[calc(100dvh-112px)]">
      <FilterBar view={view} go={go} counts={counts} field={field} leave={() => tree.current?.focus()} />
      <p role="status" className="sr-only">
        {words}
      </p>
      {nothing ? (
        <NothingKept repo={repo} jobs={jobs} view={view} go={go} sync={sync} />
      ) : (
        <div className="relative flex-1 pb-14">
          {waiting > 0 && (
            <div className="pointer-events-none sticky top-24 z-10 flex h-0 justify-center">
              <Button onClick={show} className="pointer-events-auto mt-2 rounded-full shadow-lg">
                {waiting} {waiting === 1 ? 'change' : 'changes'}, show
              </Button>
            </div>
          )}
          <div
            ref={tree}
            role="treegrid"
            tabIndex={0}
            aria-label="Branches"
            aria-rowcount={entries.length}
            aria-multiselectable
            aria-activedescendant={current ? `${id}${current.name}` : undefined}
            aria-keyshortcuts="j k r b p x s / Enter Escape"
            className="group/tree relative focus-visible:outline-none"
            style={{ height: virtual.getTotalSize() }}
            onKeyDown={onKeyDown}
            onPointerEnter={(event) => event.pointerType === 'mouse' && setPointed(true)}
            onPointerLeave={() => setPointed(false)}
            onFocus={(event) => {
              setInside(true);
              setFocused(event.target === event.currentTarget);
              if (!current) setActive((entries[1] ?? entries[0])?.name ?? null);
            }}
            onBlur={(event) => {
              setInside(event.currentTarget.contains(event.relatedTarget));
              setFocused(false);
            }}
          >
            {virtual.getVirtualItems().map((item) => {
              const entry = entries[item.index];
              if (!entry) return null;
              const isActiveRow = entry.name === active;
              const problem = hand?.target === entry.name ? problemOf(entry.name) : null;
              const aimed = hand?.target === entry.name && hand.branch !== entry.name;
              // Not by a transform, within which nothing of a row could stand above the other rows.
              const place = { height, top: item.start - top };
              if (entry.ghost) {
                return (
                  <div
                    key={item.key}
                    aria-hidden
                    data-ghost={entry.ghost}
                    className="absolute left-0 w-full"
                    style={place}
                  >
                    <GhostRow
                      branch={entry.ghost}
                      place={entry.place}
                      onto={moves.get(entry.ghost)}
                      lanes={lanes}
                      height={height}
                    />
                  </div>
                );
              }
              return (
                // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus
                // biome-ignore lint/a11y/useSemanticElements: rows are placed by hand, which no table can be
                // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys
                <div
                  key={item.key}
                  id={`${id}${entry.name}`}
                  role="row"
                  data-branch={entry.name}
                  data-dimmed={entry.dimmed || undefined}
                  aria-level={entry.level}
                  aria-posinset={entry.position}
                  aria-setsize={entry.siblings}
                  aria-rowindex={item.index + 1}
                  aria-selected={canBeSelected(entry.branch) ? selected.has(entry.name) : undefined}
                  className={`absolute left-0 w-full ${
                    aimed
                      ? problem
                        ? 'z-1 outline-2 -outline-offset-2 outline-line outline-dashed'
                        : 'z-1 bg-selected outline-2 -outline-offset-2 outline-accent'
                      : isActiveRow
                        ? 'group-focus-visible/tree:z-1 group-focus-visible/tree:outline-2 group-focus-visible/tree:-outline-offset-2 group-focus-visible/tree:outline-accent'
                        : ''
                  } ${carriedNames.has(entry.name) ? 'bg-running-tint' : ''}`}
                  style={place}
                  onClick={(event) => onRowClick(event, item.index)}
                >
                  {entry.branch ? (
                    <BranchRow
                      branch={entry.branch}
                      place={entry.place}
                      dimmed={entry.dimmed}
                      lanes={lanes}
                      onto={moves.get(entry.name) ?? null}
                      news={news.get(entry.name) ?? NO_NEWS}
                      context={context}
                      height={height}
                      actions={actions}
                      sent={sent.get(entry.name)}
                      active={isActiveRow}
                      selected={selected.has(entry.name)}
                      menuOpen={menu === entry.name}
                      tree={tree}
                      drag={drag}
                    />
                  ) : (
                    <TrunkRow repo={repo} below={entries[1]?.place != null} lanes={lanes} height={height} drag={drag} />
                  )}
                </div>
              );
            })}
          </div>
        </div>
      )}
      {subject && (
        <div className="sticky bottom-0 z-10 h-0 max-sm:fixed max-sm:inset-x-0">
          <div className="absolute inset-x-0 bottom-0">
            <Suspense>
              <Strip
                repoId={repo.id}
                subject={subject}
                confirm={confirm}
                cancel={hand ? leave : () => setSelected(new Set())}
                run={(kind) => void runChosen(kind)}
                say={say}
              />
            </Suspense>
          </div>
        </div>
      )}
    </div>
  );
}

function canBeSelected(branch: Branch | null): boolean {
  return branch !== null && !branch.merged && !branch.gone;
}

/** Which of the selected branches to restack and which to register. A restack takes along what stands on the branch. */
function chosenFor(branches: Branch[], picture: ReturnType<typeof layoutStack>, selected: ReadonlySet<string>) {
  const along = new Set<string>();
  const restack: string[] = [];
  for (const { branch } of picture.rows) {
    if (!selected.has(branch.name) || along.has(branch.name) || !canBeSelected(branch)) continue;
    restack.push(branch.name);
    for (const name of movedWith(branch.name, picture)) along.add(name);
  }
  const register = branches.filter((each) => selected.has(each.name) && !each.tracked && canBeSelected(each));
  return { restack, register: register.map(({ name }) => name) };
}

function TrunkRow({
  repo,
  below,
  lanes,
  height,
  drag,
}: {
  repo: RepoRow;
  below: boolean;
  lanes: number;
  height: number;
  drag: DragModule | null;
}) {
  const row = useRef<HTMLDivElement>(null);
  const name = repo.trunk ?? '';
  useEffect(() => {
    if (row.current && drag) return drag.dragRow(row.current, { name, above: 0, movable: false });
  }, [drag, name]);
  return (
    <div ref={row} className="flex h-full items-center gap-2 px-4">
      <span className="-ml-2 hidden w-4 shrink-0 sm:flex" />
      <Lanes lane={0} parentLane={null} below={below} lanes={lanes} height={height} tone="text-text">
        <circle r="4" fill="none" stroke="currentColor" strokeWidth="1.6" />
      </Lanes>
      {/* biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus */}
      {/* biome-ignore lint/a11y/useSemanticElements: rows are placed by hand, which no table can be */}
      <span role="gridcell" className="flex items-center gap-2">
        <span className="font-medium">{repo.trunk ?? 'trunk'}</span>
        <span className="text-xs text-muted">trunk</span>
        {repo.trunkTip && <code className="font-mono text-xs text-muted">{repo.trunkTip.slice(0, 8)}</code>}
      </span>
    </div>
  );
}

/** The old place of a branch that is about to move. */
function GhostRow({
  branch,
  place,
  onto,
  lanes,
  height,
}: {
  branch: string;
  place: Entry['place'];
  /** Undefined where the move has just been made and its row is still to go. */
  onto: string | undefined;
  lanes: number;
  height: number;
}) {
  return (
    <div className="flex h-full items-center gap-2 px-4 text-muted">
      <span className="-ml-2 hidden w-4 shrink-0 sm:flex" />
      <Lanes
        lane={place?.lane ?? 0}
        parentLane={place?.parentLane ?? null}
        below={false}
        lanes={lanes}
        height={height}
        tone="text-line"
      >
        <circle r="4" fill="none" stroke="currentColor" strokeWidth="1.4" />
      </Lanes>
      <span className="min-w-0 truncate">
        {visible(branch)}
        {onto !== undefined && <span className="text-xs"> · moves onto {visible(onto)}</span>}
      </span>
    </div>
  );
}

/** In the place of the tree where the view keeps nothing: what that means, and the way on. */
function NothingKept({
  repo,
  jobs,
  view,
  go,
  sync,
}: Omit<Props, 'branches' | 'news' | 'counts'> & { view: StackView; go: (view: StackView) => void }) {
  const api = useApi();
  const search = view.search.trim();
  return (
    <div className="flex flex-1 flex-col items-center gap-3 px-4 py-16 text-center">
      <p>
        {search ? (
          <>
            No branch {view.filter !== 'all' && 'here '}has “<span className="break-all">{search}</span>” in its name or
            subject
          </>
        ) : (
          <span className="font-medium">{filterNone(view.filter)}</span>
        )}
        {' · '}
        <Freshness repo={repo} />
      </p>
      <div className="flex flex-wrap justify-center gap-2">
        {search && <Button onClick={() => go({ ...view, search: '' })}>Clear the search</Button>}
        {view.filter !== 'all' && <Button onClick={() => go({ ...view, filter: 'all' })}>Show all</Button>}
        <JobButton
          label="Sync"
          job={jobs.find(({ job }) => job.kind === 'sync_repo') ?? null}
          jobs={jobs}
          request={sync}
          press={(idempotencyKey) => api.jobs.run.mutate({ repoId: repo.id, kind: 'sync_repo', idempotencyKey })}
          className="w-48"
        />
      </div>
    </div>
  );
}

/** Words for who does not see the page: what was asked to be said, and how jobs ended. */
function useAnnouncements(jobs: JobDetail[]): { words: string; say: (words: string) => void } {
  const [words, say] = useState('');
  const before = useRef<JobDetail[]>([]);
  useEffect(() => {
    const open = new Set(before.current.filter(({ job }) => isActive(job.status)).map(({ job }) => job.id));
    before.current = jobs;
    const ended = jobs.find(({ job }) => open.has(job.id) && !isActive(job.status));
    if (!ended) return;
    const { job } = ended;
    say(`${intent(job)}: ${job.status === 'completed' ? resultWords(ended) : `${job.status}. ${job.message}`}`);
  }, [jobs]);
  return { words, say: useCallback((next: string) => say(next), []) };
}

/** The drag module once the page stands: it is no part of the first load. */
function useDragModule(): DragModule | null {
  const [drag, setDrag] = useState<DragModule | null>(null);
  useEffect(() => {
    let gone = false;
    void import('./drag').then((module) => {
      if (!gone) setDrag(module);
    });
    return () => {
      gone = true;
    };
  }, []);
  return drag;
}

/**
 * How far below the page's top an element begins, in pixels. Measured when the page's size changes, and never while
 * it scrolls: that would lay the page out twice a frame.
 * @param gone whether the element is not there now
 */
function useTop(element: RefObject<HTMLElement | null>, gone: boolean): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    if (gone) return;
    const measure = () => {
      const box = element.current?.getBoundingClientRect();
      if (box) setTop(Math.round(box.top + window.scrollY));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [element, gone]);
  return top;
}

const narrow = '(max-width: 640px)';

function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const query = matchMedia(narrow);
      query.addEventListener('change', listener);
      return () => query.removeEventListener('change', listener);
    },
    () => matchMedia(narrow).matches,
    () => false,
  );
}
