import type { ActionKind } from '@/model/kinds';
import type { ForecastAsk } from '../../stack/forecast';

/** What is asked for on a branch beside what its button does, some of it with a parent behind its name. */
const OTHERS: ReadonlySet<string> = new Set<ActionKind>([
  'reparent_branch',
  'register_existing_branch',
  'rebase_branch',
  'restack_subtree',
]);

const isOther = (kind: string): kind is ActionKind => OTHERS.has(kind);

/**
 * What a request was for, as one asks for its forecast: it may have come from a menu, or from a branch that was dropped.
 * @param name of the request
 * @param own what the button itself does
 */
export function askedFor(name: string, own: ForecastAsk): ForecastAsk {
  const [kind = '', parent] = name.split(' ');
  if (own.branch === undefined || !isOther(kind)) return own;
  return { repoId: own.repoId, kind, branch: own.branch, ...(parent ? { parent } : {}) };
}
