'use client';

import { ChevronDown, Plus } from 'lucide-react';
import { Suspense, useEffect, useRef, useState } from 'react';
import type { BranchRow, RepoRow } from '@/db/schema';
import type { ActionKind } from '@/model/kinds';
import { isKept } from '@/repos/kept';
import { restackRefusal } from '@/repos/state-words';
import { Button, Skeleton } from '../controls';
import { type Ask, JobButton, useRequest } from '../jobs/job-button';
import { laterPart } from '../later/later-part';
import { useMay } from '../me';
import { useApi } from '../providers';
import type { Overview } from '../repos/overview';
import type { RepoStates } from '../repos/use-states';
import { branchQuestion } from '../stack/groups/question';
import { AskForParent } from '../stack/move/ask-for-parent';
import { requestName } from '../stack/move/pending';
import { restoreButton } from '../stack/row/actions';
import { type BranchNews, coveredBy, isLive, NO_STATE } from '../stack/state';
import { useDraft } from '../tasks/draft';
import { CHOOSE_PARENT } from './address';

const RowMenu = laterPart(() => import('../stack/row/row-menu'), { what: 'The menu', leave: ({ close }) => close });
const NewTask = laterPart(() => import('../tasks/new-task'), {
  what: 'The form for a task',
  leave: ({ close }) => close,
  stays: true,
});

/** What can be done with an opened branch: the same as in its row, a task on it, and with what number. */
export function Actions({
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
  const api = useApi();
  const request = useRequest();
  const more = useRef<HTMLButtonElement>(null);
  const main = useRef<HTMLDivElement>(null);
  const [menu, setMenu] = useState(false);
  const [choosing, setChoosing] = useState<'reparent_branch' | 'register_existing_branch' | null>(null);
  const [asking, setAsking] = useState(false);
  const isFree =
    branch.tracked &&
    isLive(branch) &&
    !isKept(branch) &&
    coveredBy(known.states.get(branch.name) ?? NO_STATE, news) === null;
  useEffect(() => {
    const { hash, pathname, search } = window.location;
    if (hash !== CHOOSE_PARENT) return;
    // Once: Back and a reload lead to the branch.
    window.history.replaceState(null, '', `${pathname}${search}`);
    if (isFree) setChoosing('reparent_branch');
  }, [isFree]);
  const [, changeDraft] = useDraft(repo.id);
  const mayAct = useMay('act');
  const { branches, jobs, tasks } = overview;
  const { states, renewing } = known;
  const { name } = branch;
  const moves = known.moves.get(name) ?? 0;
  if (!mayAct || branch.merged) return null;
  const run =
    (kind: ActionKind, parent?: string): Ask =>
    (idempotencyKey) =>
      api.jobs.run.mutate({
        ...{ repoId: repo.id, kind, branch: name, idempotencyKey, ...(parent ? { parent } : {}) },
        ...known.expected(kind),
      });
  const kept = isKept(branch);
  const state = states.get(name) ?? NO_STATE;
  const covered = coveredBy(state, news);
  // What is being looked at anew may be free again.
  const refusal = covered ?? (renewing ? null : restackRefusal(state, moves));
  const question = () => branchQuestion(name, branches, states);
  return (
    <>
      <div ref={main} className="flex flex-wrap items-center gap-2 pt-1.5">
        {branch.gone ? (
          <JobButton
            {...restoreButton(api, branch)}
            dense
            job={news.own}
            jobs={jobs}
            request={request}
            className="max-w-44 min-w-28 flex-1"
          />
        ) : kept ? null : branch.tracked ? (
          <>
            <JobButton
              label={moves > 0 ? `Restack ${moves}` : 'Restack'}
              look={moves > 0 ? 'primary' : 'plain'}
              dense
              job={news.own}
              jobs={jobs}
              request={request}
              press={run('restack_subtree')}
              question={question}
              foreseen={{ repoId: repo.id, kind: 'restack_subtree', branch: name }}
              impossible={refusal}
              className="max-w-44 min-w-28 flex-1"
            />
            <Button
              className="h-7!"
              aria-haspopup="dialog"
              aria-disabled={covered ? true : undefined}
              data-tip={covered ?? undefined}
              onClick={() => covered === null && setChoosing('reparent_branch')}
            >
              Move onto…
            </Button>
          </>
        ) : (
          <>
            <JobButton
              label="Register"
              look="primary"
              dense
              job={news.own}
              jobs={jobs}
              request={request}
              press={run('register_existing_branch', branch.suggestedParent ?? undefined)}
              className="max-w-44 min-w-28 flex-1"
            />
            <Button className="h-7!" aria-haspopup="dialog" onClick={() => setChoosing('register_existing_branch')}>
              Register on…
            </Button>
          </>
        )}
        {isLive(branch) && !tasks.some((task) => task.branch === name) && !asking && (
          <Button
            className="h-7!"
            onClick={() => {
              changeDraft({ on: 'existing', branch: name });
              setAsking(true);
            }}
          >
            <Plus size={14} aria-hidden /> New task
          </Button>
        )}
        <button
          ref={more}
          type="button"
          aria-haspopup="menu"
          aria-expanded={menu}
          aria-label="More for this branch"
          className="touch flex h-7 w-7 shrink-0 items-center justify-center rounded-control text-muted hover:bg-hover hover:text-text"
          onClick={() => setMenu(true)}
        >
          <ChevronDown size={14} aria-hidden />
        </button>
      </div>
      {asking && (
        <Suspense fallback={<Skeleton rows={5} label="Loading the form" />}>
          <div className="-mx-4 max-w-120">
            <NewTask repo={repo} tasks={tasks} branches={branches} asked close={() => setAsking(false)} />
          </div>
        </Suspense>
      )}
      <Suspense>
        {menu && (
          <RowMenu
            repoId={repo.id}
            branch={branch}
            covered={covered}
            refusal={refusal}
            anchor={more}
            finalFocus={more}
            start={(kind) => {
              // What is to be asked first, the button asks.
              if (kind === 'restack_subtree' && question() !== null) main.current?.querySelector('button')?.click();
              else void request.send(kind, run(kind));
            }}
            send={(what, ask) => void request.send(what, ask)}
            choose={setChoosing}
            close={() => setMenu(false)}
          />
        )}
        {choosing && (
          <AskForParent
            kind={choosing}
            branch={branch}
            repo={{ repoId: repo.id, trunk: repo.trunk, branches }}
            choose={(parent) => void request.send(requestName(choosing, parent), run(choosing, parent))}
            close={() => setChoosing(null)}
          />
        )}
      </Suspense>
    </>
  );
}
