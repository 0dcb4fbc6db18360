import type { RepoRow } from '@/db/schema';
import { visible } from '@/text/visible';
import { counted, named } from '@/text/words';
import { order } from '../order';
import { Freshness } from '../repos/freshness';

type Read = Pick<RepoRow, 'name' | 'counts' | 'syncedAt' | 'syncErrorAt' | 'syncError'>;

/** What is said where nothing wants a person: that all is in place only where that is known, and nothing is held back. */
export function nothingWords(repos: readonly Pick<Read, 'name' | 'counts'>[]): string {
  const unread = repos.filter(({ counts }) => counts === null).map(({ name }) => visible(name));
  if (unread.length > 0) return `Not read yet: ${named(unread)}`;
  const heldBack = repos.reduce((sum, { counts }) => sum + (counts?.heldBack ?? 0), 0);
  return heldBack === 0
    ? 'All in place'
    : `Nothing to press here, but ${counted(heldBack, 'branch is', 'branches are')} held back`;
}

/** The same, with the age of what is known of these repos: of the oldest. */
export function NothingWanted({ repos }: { repos: readonly Read[] }) {
  const [oldest] = [...repos].sort((a, b) => order(a.syncedAt ?? '', b.syncedAt ?? ''));
  return (
    <>
      {nothingWords(repos)}
      {oldest && ' · '}
      {oldest && <Freshness repo={oldest} />}
    </>
  );
}
