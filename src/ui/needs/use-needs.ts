import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { useApi } from '../providers';
import { type RepoList, repoListQuery } from '../repos/repo-list';
import { isWorthKeeping, storedDraft } from '../tasks/draft';
import { useHidden } from './hidden';
import { type Item, itemsOf, shownOf } from './items';

const NONE: ReadonlyMap<string, string> = new Map();

export interface Needs {
  items: Item[];
  hidden: string[];
  repos: RepoList['repos'] | undefined;
}

/**
 * What all repos want of a person, without what somebody has hidden; `hidden` are the keys of that. Without `repos`
 * nothing is known yet.
 */
export function useNeeds(): Needs {
  const list = useQuery(repoListQuery(useApi()));
  const hidden = useHidden();
  const repos = list.data?.repos;
  const [drafts, setDrafts] = useState(NONE);
  useEffect(() => {
    const look = () => setDrafts(draftsOf((repos ?? []).map(({ id }) => id)));
    look();
    window.addEventListener('focus', look);
    return () => window.removeEventListener('focus', look);
  }, [repos]);
  return useMemo(() => {
    const all = itemsOf(repos ?? [], drafts);
    const items = shownOf(all, hidden);
    const shown = new Set(items);
    return { items, repos, hidden: all.flatMap((item) => (shown.has(item) ? [] : [item.key])) };
  }, [repos, drafts, hidden]);
}

/** How many things want a person, of one repo or of all: those that are shown, and those that the list has no room for. */
export function countNeeds({ items, repos = [] }: Pick<Needs, 'items' | 'repos'>, repoId?: string): number {
  const isOf = (id: string) => repoId === undefined || id === repoId;
  const shown = items.filter(({ repo }) => isOf(repo.id)).length;
  return repos.reduce((all, { id, counts }) => all + (isOf(id) ? (counts?.moreNeeds ?? 0) : 0), shown);
}

function draftsOf(repoIds: string[]): ReadonlyMap<string, string> {
  const found = repoIds.flatMap((id): Array<[string, string]> => {
    const draft = storedDraft(id);
    return isWorthKeeping(draft) ? [[id, draft.title.trim()]] : [];
  });
  return found.length > 0 ? new Map(found) : NONE;
}

/** The page's title with how many things want a person before it. */
export function titleOf(count: number, words: string): string {
  return `${count > 0 ? `(${count}) ` : ''}${words}`;
}
