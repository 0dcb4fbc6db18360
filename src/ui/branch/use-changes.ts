'use client';

import { useQuery } from '@tanstack/react-query';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import { useEffect } from 'react';
import type { AppRouter } from '@/api/router';
import type { FeedEvent } from '@/feed/events';
import type { ChangedCommit, Changes, RangeDiff, ShownImage } from '@/model/changes';
import { type Api, problemOf, problemWords } from '../api';
import { fedQuery } from '../feed/contract';
import { useApi } from '../providers';

type Inputs = inferRouterInputs<AppRouter>['changes'];
export type ChangesAsk = Inputs['get'];
export type RangeDiffAsk = Inputs['rangeDiff'];

type State = Omit<inferRouterOutputs<AppRouter>['changes']['get'], 'changes' | 'feedCursor'>;

interface Loaded<C> extends State {
  content: C | null;
  cursor: number;
}

/** What is known of what commits change. */
export type Shown<C> =
  | { state: 'pending' }
  | { state: 'ready'; content: C }
  /** In words that say what can be done; `again` asks once more. */
  | { state: 'error'; words: string; noClone: boolean; again: () => void };

/** What was looked at is there at once for so long, in milliseconds: it never changes. */
const KEPT_MS = 10 * 60_000;

/** What a commit has over another one; null asks for nothing. */
export function useChanges(ask: ChangesAsk | null): Shown<Changes> {
  const api = useApi();
  return useShown(ask && ['changes', ask], async () => {
    const { changes, ...state } = await api.changes.get.query(ask as ChangesAsk);
    return { ...state, content: changes };
  });
}

/** A branch's commits before a move against those after it. */
export function useRangeDiff(ask: RangeDiffAsk | null): Shown<RangeDiff> {
  const api: Api = useApi();
  return useShown(ask && ['range_diff', ask], async () => {
    const { rangeDiff, ...state } = await api.changes.rangeDiff.query(ask as RangeDiffAsk);
    return { ...state, content: rangeDiff };
  });
}

/** Commits by their ids; null asks for nothing. */
export function useCommits(ask: Inputs['commits'] | null): Shown<ChangedCommit[]> {
  const api = useApi();
  return useShown(ask && ['commits', ask], async () => {
    const { commits, ...state } = await api.changes.commits.query(ask as Inputs['commits']);
    return { ...state, content: commits };
  });
}

/** A picture by the id of its blob; null asks for nothing. */
export function useImage(ask: Inputs['image'] | null): Shown<ShownImage> {
  const api = useApi();
  return useShown(ask && ['image', ask], async () => {
    const { image, ...state } = await api.changes.image.query(ask as Inputs['image']);
    return { ...state, content: image };
  });
}

/** @param key names all of what is asked; null asks for nothing */
function useShown<C>(
  key: readonly unknown[] | null,
  load: () => Promise<State & { content: C | null; feedCursor: number }>,
): Shown<C> {
  const view = fedQuery<Loaded<C>>({
    key: key ?? ['changes'],
    load: async () => {
      const { feedCursor: cursor, ...loaded } = await load();
      return { ...loaded, cursor };
    },
    merge: mergeState,
  });
  const { data, error, refetch } = useQuery({ ...view, gcTime: KEPT_MS, enabled: key !== null });
  // The feed says that it is there, and does not carry it.
  const arrived = data?.status === 'ready' && data.content === null;
  useEffect(() => {
    // Several parts of the page may show the same: one question is enough.
    if (arrived) void refetch({ cancelRefetch: false });
  }, [arrived, refetch]);
  const again = () => void refetch();
  if (error) return { state: 'error', words: problemWords(problemOf(error)), noClone: false, again };
  if (data?.content) return { state: 'ready', content: data.content };
  if (data?.status === 'error')
    return { state: 'error', words: data.message, noClone: data.errorCode === 'NO_CLONE', again };
  return { state: 'pending' };
}

/** How the feed's changes go into it. A row that is gone has made room: asking makes it anew. */
export function mergeState<C>(loaded: Loaded<C>, events: FeedEvent[]): Loaded<C> {
  if (loaded.content !== null) return loaded;
  let merged = loaded;
  for (const event of events) {
    if (event.type !== 'changes' || event.row.id !== loaded.id) continue;
    merged = event.op === 'delete' ? { ...merged, status: 'ready' } : { ...merged, ...event.row };
  }
  return merged;
}
