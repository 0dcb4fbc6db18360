import { useMemo } from 'react';
import type { BranchRow as Branch } from '@/db/schema';
import type { ActionKind } from '@/model/kinds';
import type { Api } from '../../api';
import type { Ask, Requests } from '../../jobs/job-button';
import { useApi } from '../../providers';
import { useStable } from '../../stable';
import type { States } from '../filter';
import { branchQuestion } from '../groups/question';
import { ghostName } from '../move/pending';

/** What a parent is asked for. */
export type AskKind = 'reparent_branch' | 'register_existing_branch';

/** What rows ask for. */
export interface RowActions extends Pick<Requests, 'send' | 'dismiss'> {
  run: (kind: ActionKind, branch: string, parent?: string) => Ask;
  toggle: (branch: string) => void;
  /** The next change of places was asked for here. */
  expectAll: () => void;
  openMenu: (branch: string | null) => void;
  /** What is asked before a Restack of it. */
  question: (branch: string) => string | null;
  /** Asks by name what the branch shall stand on. */
  seek: (asked: { kind: AskKind; branch: string }) => void;
  /** Shows what a Restack of the branch would do; null shows nothing. */
  preview: (branch: string | null) => void;
}

interface Stack {
  repoId: string;
  branches: Branch[];
  states: States;
  /** What the press of such an action goes by. */
  expected: (kind: ActionKind) => { expected?: string };
  /** Names the rows whose next change of place was asked for here. */
  expect: (...names: string[]) => void;
}

/** The same functions for ever, for rows are drawn anew only for what concerns them. */
export function useRowActions(
  { repoId, branches, states, expected, expect }: Stack,
  { send, dismiss, toggle, openMenu, preview, seek }: Omit<RowActions, 'run' | 'expectAll' | 'question'>,
): RowActions {
  const api = useApi();
  const askFor = useStable((idempotencyKey: string, kind: ActionKind, branch: string, parent?: string) => {
    if (kind === 'reparent_branch' || kind === 'register_existing_branch') expect(branch, ghostName(branch));
    return api.jobs.run.mutate({
      ...{ repoId, kind, branch, idempotencyKey, ...(parent ? { parent } : {}) },
      ...expected(kind),
    });
  });
  // A rename, or an end of tracking, gives what stands on the branch another place too.
  const expectAll = useStable(() => expect(...branches.map(({ name }) => name)));
  const question = useStable((name: string) => branchQuestion(name, branches, states));
  return useMemo(
    () => ({
      ...{ send, dismiss, toggle, openMenu, preview, seek, expectAll, question },
      run: (kind, branch, parent) => (key) => askFor(key, kind, branch, parent),
    }),
    [send, dismiss, toggle, openMenu, preview, seek, askFor, expectAll, question],
  );
}

/** The button of a branch that is gone from the remote: it is pushed again, which is asked about first. */
export function restoreButton(api: Api, { repoId, name, tip }: Branch) {
  const press: Ask = (idempotencyKey) => api.branches.restore.mutate({ repoId, branch: name, idempotencyKey });
  return { label: 'Restore', press, question: () => `It will be pushed again, at ${tip.slice(0, 8)}.` };
}
