import type { RepoRow } from '@/db/schema';
import { visible } from '@/text/visible';
import { counted, named } from '@/text/words';
import { order } from '../order';
import { Freshness, PullRequestFreshness } from '../repos/freshness';

type Read = Pick<RepoRow, 'name' | 'counts' | 'syncedAt' | 'syncErrorAt' | 'syncError'>;

/** What is said where nothing wants a person: that all is in place only where that is known, and nothing is held back. */
export function nothingWords(repos: readonly Pick<Read, 'name' | 'counts'>[]): string {
  const unread = repos.filter(({ counts }) => counts === null).map(({ name }) => visible(name));
  if (unread.length > 0) return `Not read yet: ${named(unread)}`;
  const unforeseen = repos.filter(({ counts }) => counts?.noForecast !== undefined).map(({ name }) => visible(name));
  if (unforeseen.length > 0) return `What a Restack would move is not known: ${named(unforeseen)}`;
  const heldBack = repos.reduce((sum, { counts }) => sum + (counts?.heldBack ?? 0), 0);
  return heldBack === 0
    ? 'All in place'
    : `Nothing to press here, but ${counted(heldBack, 'branch is', 'branches are')} held back`;
}

/** How old what is said of these repos is: of the oldest, and of each whose pull requests cannot be read. */
export function ReadAge({ repos }: { repos: readonly (Read & Parameters<typeof PullRequestFreshness>[0]['repo'])[] }) {
  const refused = repos.filter(({ prErrorCode }) => prErrorCode !== null && prErrorCode !== 'token_missing');
  const isOne = repos.length === 1;
  return (
    <p className="flex flex-wrap gap-x-3 text-xs text-muted">
      {oldestOf(repos).map((repo) => (
        <span key={repo.name}>
          {!isOne && `Oldest: ${visible(repo.name)}, `}
          <Freshness repo={repo} />
        </span>
      ))}
      {(isOne ? repos : refused).map((repo) => (
        <span key={repo.name}>
          {!isOne && `${visible(repo.name)}: `}
          <PullRequestFreshness repo={repo} />
        </span>
      ))}
    </p>
  );
}

/** The one that was read longest ago; none of none. */
function oldestOf<Repo extends Read>(repos: readonly Repo[]): Repo[] {
  return [...repos].sort((a, b) => order(a.syncedAt ?? '', b.syncedAt ?? '')).slice(0, 1);
}

/** What `nothingWords` says, with the age of what is known of these repos: of the oldest. */
export function NothingWanted({ repos }: { repos: readonly Read[] }) {
  const [oldest] = oldestOf(repos);
  return (
    <>
      {nothingWords(repos)}
      {oldest && ' · '}
      {oldest && <Freshness repo={oldest} />}
    </>
  );
}
