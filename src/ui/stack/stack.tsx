'use client';

import {
  type MouseEvent,
  type RefObject,
  Suspense,
  useDeferredValue,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react';
import { flushSync } from 'react-dom';
import type { JobDetail } from '@/api/jobs';
import type { BranchRow as Branch, RepoRow } from '@/db/schema';
import { visible } from '@/text/visible';
import { Pill } from '../controls';
import { copyText } from '../copy';
import { type Ask, type JobRequest, useRequests } from '../jobs/job-button';
import { laterPart } from '../later/later-part';
import { useMay } from '../me';
import { useApi } from '../providers';
import type { RepoStates } from '../repos/use-states';
import { lookAtRemote } from '../sync/look';
import type { Entry } from './entries';
import { isNarrowed } from './filter';
import { FilterBar } from './filter-bar';
import { bottomOf } from './groups/bottom';
import { useFolds } from './groups/folds';
import { restackQuestion } from './groups/question';
import { AskForParent } from './move/ask-for-parent';
import { useDragModule } from './move/drag-module';
import { pickUpWords, useHand } from './move/hand';
import { requestName } from './move/pending';
import { usePicture, useStackView } from './picture';
import { type AskKind, useRowActions } from './row/actions';
import { type Drawing, EntryRow } from './row/entry-row';
import type { BranchNews } from './state';
import { type Doing, stripSubject } from './strip-subject';
import { useAnnouncements } from './tree/announcements';
import { clicked, isForPart } from './tree/clicks';
import { rowFrom, useCursor } from './tree/cursor';
import { type Command, isOnRow, onTreeKey, useLostKeys } from './tree/keys';
import { obey } from './tree/obey';
import { useOpened } from './tree/opened';
import { focusCame, usePresence } from './tree/presence';
import { useSelection } from './tree/selection';
import { useStillEntries } from './tree/still-entries';
import { useVirtualRows } from './tree/virtual-rows';

/** The place of what is asked for all that is selected. No branch is called so. */
const SELECTION = 'the selection';

const Strip = laterPart(() => import('./strip'), { what: 'What would come of it' });
const NothingKept = laterPart(() => import('./nothing-kept'), { what: 'What the filter found' });

interface Props {
  repo: RepoRow;
  branches: Branch[];
  jobs: JobDetail[];
  /** How they stand. */
  known: RepoStates;
  /** By branch. */
  news: ReadonlyMap<string, BranchNews>;
  /** The page's one request for a sync. */
  sync: JobRequest;
  /** The branch that is opened beside it, and what opens another one, or none. */
  open: string | null;
  show: (branch: string | null) => void;
  /** Is given what opens the branch so many rows further down. */
  walk: RefObject<((by: number) => void) | null>;
}

/**
 * The stack as a picture: the trunk on top, a lane a stack, a dot a branch; below it what stands in no stack. It is
 * a tree grid: one stop of Tab, in which keys go from row to row and act on the row they are at.
 */
export default function Stack({ repo, branches, jobs, known, news, sync, open, show: showBranch, walk }: Props) {
  const { states, renewing, counts, expected } = known;
  const api = useApi();
  const mayAct = useMay('act');
  const id = useId();
  const tree = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const { words, say } = useAnnouncements(jobs);
  const [asked, go] = useStackView(field);
  // What is typed stands in the field at once; the tree follows when there is time.
  const view = useDeferredValue(asked);
  const { sent, send, dismiss } = useRequests();
  const [folds, fold] = useFolds(repo.id);
  const { whole, moves, filtered, wanted } = usePicture({ branches, jobs, states }, sent, view, repo.trunk, folds);
  const { held, pickUp, drop, tell } = useHand({ trunk: repo.trunk, branches, picture: whole }, say);
  const drag = useDragModule(tell, drop);
  const { selected, chosen, toggle, extend, clear } = useSelection(branches, whole);
  const [menu, setMenu] = useState<string | null>(null);
  const [preview, setPreview] = useState<string | null>(null);
  /** The branch for which a parent is sought by name; what was in hand in the tree goes back to it. */
  const [seeking, setSeeking] = useState<{ kind: AskKind; branch: string; wasInHand?: true } | null>(null);
  const { presence, change, watching, isByItself } = usePresence(tree);
  const { pointed, inside, focused } = presence;

  const busy = pointed || inside || held !== null || menu !== null;
  // What somebody has chosen to see need not wait.
  const chosenView = JSON.stringify([view, [...folds]]);
  const { entries, waiting, show, expect } = useStillEntries(wanted, chosenView, busy);
  const { active, at, current, put } = useCursor(entries);

  const narrowed = isNarrowed(view);
  const nothing = narrowed && filtered.kept === 0 && waiting === 0;
  useEffect(() => {
    // A tree that is gone does not say that the pointer has left it.
    if (nothing) change({ pointed: false });
  }, [nothing, change]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is new is said when the person changes the view
  useEffect(() => {
    if (narrowed) say(`${filtered.kept} of ${branches.length} branches`);
  }, [view.filter, view.search]);

  /** What the last key at a row has come to, for who looks. */
  const [answer, setAnswer] = useState<Doing['answer']>(null);
  const tellAtRow = (words: string) => {
    say(words);
    setAnswer({ row: active, states, words });
  };
  /** The row whose button a key has pressed last: what that asks must not leave the page, wherever one has scrolled. */
  const [pressed, setPressed] = useState<string | null>(null);

  const indexOf = (row: string | null | undefined) => entries.findIndex(({ name }) => name === row);
  const kept = [at, indexOf(held?.hand.branch), indexOf(pressed)];
  const rows = useVirtualRows(tree, entries, kept, nothing);
  // Those of the whole, so that no filter moves what stands beside them.
  const lanes = useMemo(
    () => Math.max(whole.lanes, 2, ...entries.map(({ place }) => 1 + (place?.lane ?? 0))),
    [whole.lanes, entries],
  );
  const toTree = () => tree.current?.focus({ preventScroll: true });
  const showChanges = () => {
    show();
    // The button goes, and the focus must not go with it.
    toTree();
  };

  const askForSync: Ask = (idempotencyKey) => lookAtRemote(api, repo.id, idempotencyKey);
  const actions = useRowActions(
    { repoId: repo.id, branches, states, expected, expect },
    { send, dismiss, toggle, openMenu: setMenu, preview: setPreview, seek: setSeeking },
  );
  const hasPullRequests = useMemo(() => branches.some(({ prNumber }) => prNumber !== null), [branches]);

  const leave = () => {
    tell({ is: 'left' });
    toTree();
  };
  const confirm = () => {
    if (held?.hand.target) {
      const { branch, target } = held.hand;
      void send(branch, requestName('reparent_branch', target), actions.run('reparent_branch', branch, target));
      put(branch);
    }
    leave();
  };
  const runChosen = (kind: 'restack_subtree' | 'register_existing_branch') =>
    send(SELECTION, kind, async (idempotencyKey) => {
      const names = kind === 'restack_subtree' ? chosen.restack : chosen.register;
      if (kind === 'register_existing_branch') expect(...names);
      const accepted = await api.jobs.run.mutate({
        repoId: repo.id,
        kind,
        branches: names,
        ...expected(kind),
        idempotencyKey,
      });
      // What was refused is still selected.
      clear();
      toTree();
      say('One job asked for.');
      return accepted;
    });

  const goTo = (target: Entry) => {
    put(target.name);
    rows.show(target);
  };
  const goBy = (by: number, extending: boolean) => {
    const target = rowFrom(entries, at, by, held !== null);
    if (!target) return;
    goTo(target);
    if (held && !held.hand.dropped) tell({ is: 'over', target: target.name });
    else if (extending && mayAct) extend([target]);
    else if (open !== null && target.branch) showBranch(target.name);
  };
  const pressMain = (name: string) => {
    // It may be far from where one looks, and is drawn for this.
    flushSync(() => setPressed(name));
    const entry = entries[indexOf(name)];
    if (entry) rows.show(entry);
    const button = document.getElementById(`${id}${name}`)?.querySelector<HTMLElement>('[data-main] button');
    // Who presses a key sees no tooltip.
    if (button?.ariaDisabled && button.dataset.tip) tellAtRow(button.dataset.tip);
    button?.click();
  };
  const pickUpOrSay = (name: string) => {
    const { can, words } = pickUpWords(name, { trunk: repo.trunk, branches, picture: whole });
    if (can) pickUp(name);
    else tellAtRow(words);
  };
  const openHeadMenu = (name: string) =>
    document.getElementById(`${id}${name}`)?.querySelector<HTMLElement>('[aria-haspopup=menu]')?.click();
  const select = (names: string[]) => {
    const of = new Set(names);
    extend(wanted.filter(({ name }) => of.has(name)));
  };
  const undoLast = async () => {
    const undoable = await import('../jobs/undoable').catch(() => null);
    if (undoable) undoable.leadToUndo(jobs, branches, tellAtRow);
    else tellAtRow('Undo could not be loaded. The list of jobs has it too.');
  };
  const rebase = (name: string) => {
    // What is to be asked first, the menu asks.
    if (restackQuestion(branches.filter((branch) => branch.name === name)) !== null) setMenu(name);
    else void send(name, 'rebase_branch', actions.run('rebase_branch', name));
  };
  const seek = () => {
    setSeeking(held && { kind: 'reparent_branch', branch: held.hand.branch, wasInHand: true });
    tell({ is: 'left' });
  };
  const leaveHand = () => {
    say(`${visible(held?.hand.branch ?? '')} stays where it is.`);
    leave();
  };
  // Of those that one has narrowed it to, where one has.
  const first = () => entries.find(({ branch, dimmed }) => branch && !dimmed) ?? entries[0];
  const toFirst = () => put(first()?.name ?? null);
  const leaveField = () => {
    const to = current && !current.dimmed ? current : first();
    put(to?.name ?? null);
    toTree();
    if (to) rows.show(to);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: where the keys are stays in sight when other rows are chosen
  useEffect(() => {
    if (current && document.activeElement === tree.current) rows.show(current);
  }, [chosenView]);
  const onCommand = (command: Command) => {
    if (!focused) change(focusCame(true));
    setAnswer(null);
    // The first key shows where one is; what it would do to that row, nobody can have meant.
    if (!current) toFirst();
    if (current || !isOnRow(command)) obeyAt(command);
  };
  const obeyAt = (command: Command) =>
    obey(command, {
      ...{ entries, at, mayAct, isOpen: open !== null },
      ...{
        goBy,
        goTo,
        fold,
        show: showBranch,
        openMenu: setMenu,
        openHeadMenu,
        pressMain,
        toggle,
        select,
        clear,
        say: tellAtRow,
      },
      pickUp: pickUpOrSay,
      bottomOf: (name) => bottomOf(name, branches, repo.trunk),
      drop: () => drop(held?.hand.target ?? null),
      leave: leaveHand,
      seek,
      rebase,
      sync: () => void sync.send('Sync', askForSync),
      undo: () => void undoLast(),
      openPullRequest: (url) => void window.open(url, '_blank', 'noopener,noreferrer'),
      copy: (name) => void copyText(name).then((done) => done && tellAtRow(`${visible(name)} copied.`)),
      find: () => field.current?.focus(),
    });
  useLostKeys(tree, held !== null, onCommand);
  const onRowClick = (event: MouseEvent, index: number) => {
    const entry = entries[index];
    if (!entry || isForPart(event)) return;
    toTree();
    put(entry.name);
    const what = clicked(entries, index, event, { at, mayAct, holds: held !== null });
    if (what.do === 'fold') fold(what.head, what.fold);
    else if (what.do === 'extend') extend(what.entries);
    else if (what.do === 'toggle') toggle(what.branch);
    else if (what.do === 'show') showBranch(what.branch);
  };
  useOpened(open, walk, {
    ...{ entries, wanted, active, goTo, put, toTree },
    goBy: (by) => goBy(by, false),
    unfold: (head) => fold(head, false),
  });

  const sought = branches.find(({ name }) => name === seeking?.branch);
  const drawn: Drawing = {
    ...{ id, repo, branches, jobs, known, news, moves, sent, actions, select, selected, active, menu, held, mayAct },
    ...{ lanes, height: rows.height, hasPullRequests, tree, drag },
  };
  // A head's button is that of a branch that may be folded away.
  const isShown = (row: string) => indexOf(row) !== -1 || entries.some(({ head }) => head?.restack?.name === row);
  // Of a row that goes, nobody is told that the pointer has left it.
  if (preview !== null && !isShown(preview)) setPreview(null);
  const subject = stripSubject(
    { held, chosen, preview, active, focused, isShown, mayAct, answer },
    { branches, trunk: repo.trunk, picture: whole, states, moves: known.moves },
  );
  return (
    <div className="flex flex-col lg:min-h-[max(100%,calc(100dvh-112px))]">
      <FilterBar
        repoId={repo.id}
        branches={branches}
        view={asked}
        go={go}
        counts={counts}
        field={field}
        leave={leaveField}
      />
      <p role="status" className="sr-only">
        {words}
      </p>
      {nothing ? (
        <Suspense>
          <NothingKept repo={repo} jobs={jobs} view={view} go={go} sync={sync} press={askForSync} />
        </Suspense>
      ) : (
        <div className="relative flex-1 pb-14">
          <div {...watching}>
            <Pill count={waiting} of="change" show={showChanges} className="top-24 *:mt-2" />
            <div
              ref={tree}
              role="treegrid"
              tabIndex={0}
              aria-label="Branches"
              aria-busy={renewing}
              data-renewing={renewing || undefined}
              aria-rowcount={entries.length}
              aria-multiselectable
              aria-activedescendant={current ? `${id}${current.name}` : undefined}
              aria-keyshortcuts={mayAct ? 'j k r R b m p x s o c z [ ] / Enter Escape' : 'j k o c [ ] / Enter Escape'}
              className="group/tree relative max-w-360 normal-nums focus-visible:outline-none"
              style={{ height: rows.total }}
              onFocus={() => {
                if (!current && !isByItself()) toFirst();
              }}
              onKeyDown={(event) => onTreeKey(event, held !== null, onCommand)}
            >
              {rows.drawn.map((row) => (
                <EntryRow key={row.entry.name} {...row} of={drawn} onClick={(event) => onRowClick(event, row.index)} />
              ))}
            </div>
          </div>
        </div>
      )}
      {seeking && sought && (
        <AskForParent
          kind={seeking.kind}
          branch={sought}
          repo={{ repoId: repo.id, trunk: repo.trunk, branches }}
          choose={(parent) =>
            void send(sought.name, requestName(seeking.kind, parent), actions.run(seeking.kind, sought.name, parent))
          }
          close={() => {
            setSeeking(null);
            if (seeking.wasInHand) toTree();
          }}
        />
      )}
      {subject && (
        <div className="sticky bottom-(--dock) z-10 h-0 max-sm:fixed max-sm:inset-x-0">
          <div className="absolute inset-x-0 bottom-0">
            <Suspense>
              <Strip
                repoId={repo.id}
                subject={subject}
                confirm={confirm}
                cancel={held ? leave : clear}
                run={(kind) => void runChosen(kind)}
                asked={sent.get(SELECTION)}
                branches={branches}
                say={say}
              />
            </Suspense>
          </div>
        </div>
      )}
    </div>
  );
}
