'use client';

import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { FeedEvent, ForecastView } from '@/feed/events';
import type { ForecastOutline } from '@/model/forecast';
import type { ActionKind } from '@/model/kinds';
import { type Api, problemOf, problemWords } from '../api';
import { fedQuery } from '../feed/contract';
import { useApi } from '../providers';
import { outlineWords } from './outline-words';

/** The action that one wants to know about. */
export interface ForecastAsk {
  repoId: string;
  kind: ActionKind;
  branch?: string;
  branches?: readonly string[];
  parent?: string;
}

/** A loaded forecast, kept up to date by the feed. */
export interface Forecast {
  forecast: ForecastView;
  cursor: number;
}

const forecastQuery = (api: Api, ask: ForecastAsk) =>
  fedQuery<Forecast>({
    key: ['forecast', ask],
    load: async () => {
      const { feedCursor: cursor, ...forecast } = await api.forecast.get.query(ask);
      return { forecast, cursor };
    },
    merge: mergeForecast,
  });

/** How the feed's changes go into a forecast. A row that is gone was for branches as they were. */
export function mergeForecast(loaded: Forecast, events: FeedEvent[]): Forecast {
  let { forecast } = loaded;
  for (const event of events) {
    if (event.type !== 'forecasts' || event.row.id !== forecast.id) continue;
    forecast = event.op === 'delete' ? { ...forecast, stale: true } : event.row;
  }
  return forecast === loaded.forecast ? loaded : { ...loaded, forecast };
}

/** What is known of what an action would do. */
export type Foreseen =
  | { state: 'pending'; words: string }
  | {
      state: 'ready';
      words: string;
      conflicts: boolean;
      outline: ForecastOutline;
      /** The branches that it is for: what `expected` takes. */
      tipsKey: string;
    }
  /** It is not allowed, or could not be computed. */
  | { state: 'refused'; words: string };

/** What one looks at again soon is there at once. Milliseconds. */
const KEPT_MS = 60_000;

/** A pointer that passes by asks nothing. Milliseconds. */
const PATIENCE_MS = 120;

/**
 * The forecast of an action once it has been wanted for a moment; null asks for none. It is asked for anew when the
 * branches have changed.
 * @param clean what is said of a branch that can be moved
 * @param pace how soon it is asked for anew, in milliseconds
 */
export function useForecast(ask: ForecastAsk | null, clean: string, pace = PATIENCE_MS): Foreseen | null {
  const api = useApi();
  const key = ask && JSON.stringify(ask);
  const [settled, setSettled] = useState<{ key: string; ask: ForecastAsk } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all of what is asked
  useEffect(() => {
    if (!ask || !key) return setSettled(null);
    const timer = setTimeout(() => setSettled({ key, ask }), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [key]);
  const current = settled !== null && settled.key === key ? settled.ask : null;
  const query = useQuery({
    ...forecastQuery(api, current ?? { repoId: '', kind: 'restack_repo' }),
    gcTime: KEPT_MS,
    enabled: current !== null,
  });
  const { refetch } = query;
  const outdated = current !== null && (query.data?.forecast.stale ?? false);
  useEffect(() => {
    if (!outdated) return;
    // Branches change one after the other.
    const timer = setTimeout(() => void refetch(), pace);
    return () => clearTimeout(timer);
  }, [outdated, refetch, pace]);
  if (!ask) return null;
  if (current === null) return { state: 'pending', words: '' };
  return foreseenOf(query, clean);
}

/**
 * What is known of an action by how the question after its forecast stands.
 * @param query as React Query has it: a failure is asked again where nobody answered, without end
 */
export function foreseenOf(
  query: { data?: Forecast | undefined; error: unknown; failureReason: unknown },
  clean: string,
): Foreseen {
  const forecast = query.data?.forecast;
  const isWanting = !forecast || forecast.stale || forecast.status === 'pending';
  // Until somebody answers, that nobody does is what is known.
  const failed = query.error ?? (isWanting ? query.failureReason : null);
  if (failed) return { state: 'refused', words: problemWords(problemOf(failed)) };
  if (isWanting) {
    return { state: 'pending', words: forecast?.message || 'forecast…' };
  }
  if (forecast.status === 'error' || !forecast.outline) return { state: 'refused', words: forecast.message };
  const { outline } = forecast;
  return {
    state: 'ready',
    words: outlineWords(outline, clean),
    conflicts: outline.failure !== null || outline.heldBack.length > 0,
    outline,
    tipsKey: forecast.tipsKey,
  };
}
