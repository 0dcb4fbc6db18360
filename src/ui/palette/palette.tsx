'use client';

import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { useQuery } from '@tanstack/react-query';
import { usePathname } from 'next/navigation';
import { useEffect, useMemo, useState } from 'react';
import type { ActionKind } from '@/model/kinds';
import { filterCounts, restackCounts } from '@/repos/branch-state';
import { visible } from '@/text/visible';
import { newKey, type Problem, problemOf, problemWords } from '../api';
import { Trouble } from '../controls';
import { jobAddress } from '../job-link';
import { expectedOf } from '../jobs/ask/expected';
import { useIsRead } from '../jobs/ask/to-read';
import type { Ask } from '../jobs/job-button';
import { jobQuery } from '../jobs/query';
import { lastUndo } from '../jobs/undoable';
import { enteredBefore, typedBefore, useTypingHere } from '../later/typed-ahead';
import { useMe } from '../me';
import { middle } from '../middle';
import { useApi } from '../providers';
import { overviewQuery } from '../repos/overview';
import { repoListQuery } from '../repos/repo-list';
import { statesOf } from '../repos/use-states';
import { useGo } from '../shell/go';
import { useStable } from '../stable';
import { branchQuestion, restackQuestion, undoQuestion, wholeQuestion } from '../stack/groups/question';
import { AskForParent } from '../stack/move/ask-for-parent';
import { setTheme } from '../themes';
import { grouped, type Here, type Item, itemsOf, questionAt, search } from './items';
import { noteChosen, useRecent } from './recent';

/** Goes to a page, a repo, a branch or a job, or runs an action, by typing. Loaded on first use. */
export default function Palette({ close }: { close: () => void }) {
  const api = useApi();
  const go = useGo();
  const path = usePathname();
  const { repos, here, questionOf, expected } = useLoaded(path);
  const { role } = useMe();
  const items = useMemo(() => itemsOf(repos, here, role), [repos, here, role]);
  const [typed, setTyped] = useState(typedBefore);
  useTypingHere(setTyped);
  const recent = useRecent();
  const results = useMemo(() => grouped(search(items, typed, recent)), [items, typed, recent]);
  const [asked, setAsked] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [sure, setSure] = useState<string | null>(null);
  const question = questionAt(items, sure, questionOf);
  const isRead = useIsRead(question);
  const [moving, setMoving] = useState<string | null>(null);

  const run = async (text: string, repoId: string, ask: Ask) => {
    setAsked(text);
    setProblem(null);
    try {
      const { jobId } = await ask(newKey());
      close();
      // The repo's own page shows the job where its button is.
      const page = `/repos/${repoId}`;
      if (path !== page && !path.startsWith(`${page}/branches`)) go(jobAddress(jobId));
    } catch (error) {
      setProblem(problemOf(error));
      setAsked(null);
    }
  };
  const choose = (item: Item) => {
    if (asked !== null) return;
    const { does } = item;
    if (item.key === sure ? !isRead : questionOf(does) !== null) {
      setSure(item.key);
      return;
    }
    noteChosen(item.key);
    if ('run' in does) {
      const what = does.run;
      void run(item.text, what.repoId, (idempotencyKey) =>
        api.jobs.run.mutate({ ...what, ...expected(what.kind), idempotencyKey }),
      );
      return;
    }
    if ('undo' in does) {
      const jobId = does.undo;
      if (here) void run(item.text, here.repo.id, (idempotencyKey) => api.jobs.undo.mutate({ jobId, idempotencyKey }));
      return;
    }
    if ('move' in does) {
      setMoving(does.move);
      return;
    }
    close();
    if ('theme' in does) setTheme(does.theme);
    else if ('go' in does) go(does.go);
    else window.open(does.leave, '_blank', 'noopener,noreferrer');
  };

  const chooseFirst = useStable(() => {
    const [first] = results[0]?.items ?? [];
    // Whoever has pressed Enter already has not seen what it does: it leads there, and moves nothing.
    if (first && ('go' in first.does || 'move' in first.does)) choose(first);
  });
  useEffect(() => {
    if (enteredBefore()) chooseFirst();
  }, [chooseFirst]);

  const mover = here?.branches.find(({ name }) => name === moving);
  if (here && mover) {
    const repo = { repoId: here.repo.id, trunk: here.repo.trunk, branches: here.branches };
    const move = { repoId: repo.repoId, kind: 'reparent_branch', branch: mover.name } as const;
    return (
      <AskForParent
        kind={move.kind}
        branch={mover}
        repo={repo}
        choose={(parent) =>
          void run(`Move ${visible(mover.name)} onto ${visible(parent)}`, repo.repoId, (idempotencyKey) =>
            api.jobs.run.mutate({ ...move, parent, ...expected(move.kind), idempotencyKey }),
          )
        }
        close={() => setMoving(null)}
      />
    );
  }
  return (
    <Dialog.Root open onOpenChange={(open) => !open && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-30 bg-canvas/70" />
        <Dialog.Popup className="fixed top-[10dvh] left-1/2 z-30 flex max-h-[70dvh] w-150 max-w-[calc(100vw-24px)] -translate-x-1/2 flex-col overflow-hidden rounded-popup border border-hairline bg-raised shadow-lg">
          <Dialog.Title className="sr-only">Find or do something</Dialog.Title>
          <Autocomplete.Root
            items={results}
            itemToStringValue={(item: Item) => item.text}
            mode="none"
            value={typed}
            onValueChange={(value, { reason }) => {
              // Choosing an item does it; it is not written into the field.
              if (reason !== 'item-press') setTyped(value);
            }}
            autoHighlight="always"
            inline
            open
          >
            <Autocomplete.Input
              aria-label="Find or do something"
              placeholder="A branch, a repository, a job, or what to do…"
              className="h-12 w-full shrink-0 border-b border-hairline bg-raised px-4 text-base outline-none"
            />
            {problem && (
              <div className="p-2">
                <Trouble>{problemWords(problem)}</Trouble>
              </div>
            )}
            {question !== null && (
              <p role="alert" className="px-4 py-2">
                {question} <span className={isRead ? '' : 'opacity-60'}>Choose it once more to do it.</span>
              </p>
            )}
            <p role="status" className={asked === null ? 'sr-only' : 'px-4 py-2 text-muted'}>
              {asked !== null && `Asking for it: ${asked}`}
            </p>
            <Autocomplete.Empty className="px-4 py-3 text-muted empty:hidden">
              Nothing is called that here.
            </Autocomplete.Empty>
            <Autocomplete.List className="min-h-0 overflow-y-auto p-1 empty:hidden">
              {(group: (typeof results)[number]) => (
                <Autocomplete.Group key={group.value} items={group.items}>
                  <Autocomplete.GroupLabel className="px-3 pt-2 pb-0.5 text-xs font-medium text-muted">
                    {group.value}
                  </Autocomplete.GroupLabel>
                  <Autocomplete.Collection>
                    {(item: Item) => (
                      <Autocomplete.Item
                        key={item.key}
                        value={item}
                        // Of the two halves of a name that is cut, a screen reader makes two words.
                        aria-label={[item.text, item.kind, item.keys].filter(Boolean).join(' ')}
                        onClick={() => choose(item)}
                        className="touch flex cursor-default items-center gap-3 rounded-control px-3 py-1 data-highlighted:bg-selected"
                      >
                        <Cut text={item.text} className="grow" />
                        {/* What it does is read before of what. */}
                        <Cut text={item.kind} className="shrink-[1000] text-xs text-muted" />
                        {item.keys && (
                          <kbd className="shrink-0 rounded-chip border border-hairline px-1 font-mono text-xs text-muted">
                            {item.keys}
                          </kbd>
                        )}
                      </Autocomplete.Item>
                    )}
                  </Autocomplete.Collection>
                </Autocomplete.Group>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Where there is less room, it is cut in its middle. */
function Cut({ text, className }: { text: string; className: string }) {
  const [start, end] = middle(text);
  return (
    <span className={`flex min-w-0 ${className}`}>
      <span className="min-w-0 truncate whitespace-pre">{start}</span>
      <span className="shrink-0 whitespace-pre">{end}</span>
    </span>
  );
}

/** The repos, and what is loaded of the one that the page is about; of the only one where the page is about none. */
function useLoaded(path: string): {
  repos: RepoChoice[];
  here: Here | null;
  /** What is to be confirmed before it is done; null where nothing is. */
  questionOf: (does: Item['does']) => string | null;
  /** What the press of an action goes by. */
  expected: (kind: ActionKind) => { expected?: string };
} {
  const api = useApi();
  const [, part, id = ''] = path.split('/');
  const repos = useQuery(repoListQuery(api)).data?.repos;
  const job = useQuery({ ...jobQuery(api, id), enabled: part === 'jobs' && id !== '' }).data?.job;
  const only = repos?.length === 1 ? repos[0]?.id : undefined;
  const repoId = (part === 'repos' ? id : job?.repoId) ?? only;
  const overview = useQuery({ ...overviewQuery(api, repoId ?? ''), enabled: repoId !== undefined }).data;
  const loaded = useMemo(() => {
    if (!overview?.repo) return null;
    const { repo, branches, jobs } = overview;
    const states = statesOf(overview);
    const moves = filterCounts(states).needs_restack;
    const movesOf = restackCounts(branches, states);
    const undo = lastUndo(jobs, branches);
    const undoable = 'job' in undo ? undo.job : null;
    return { states, here: { repo, branches, jobs, undoable, moves, movesOf } };
  }, [overview]);
  const questionOf = (does: Item['does']) => {
    if (!loaded) return null;
    const { branches, jobs } = loaded.here;
    if ('undo' in does) {
      const undone = jobs.find(({ job: { id: of } }) => of === does.undo);
      return undone ? undoQuestion(undone, branches) : null;
    }
    if (!('run' in does)) return null;
    const { kind, branch } = does.run;
    if (kind === 'rebase_branch') return restackQuestion(branches.filter(({ name }) => name === branch));
    if (kind !== 'restack_repo' && kind !== 'restack_subtree') return null;
    if (branch !== undefined) return branchQuestion(branch, branches, loaded.states);
    return wholeQuestion(branches, loaded.states);
  };
  const expected = (kind: ActionKind) => (overview ? expectedOf(kind, overview) : {});
  return { repos: repos ?? NONE, here: loaded?.here ?? null, questionOf, expected };
}

type RepoChoice = Parameters<typeof itemsOf>[0][number];
const NONE: RepoChoice[] = [];
