'use client';

import { useQuery } from '@tanstack/react-query';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { BranchRow, RepoRow } from '@/db/schema';
import type { ChangedCommit, Changes } from '@/model/changes';
import { visible } from '@/text/visible';
import { counted } from '@/text/words';
import { Skeleton } from '../controls';
import { CopyButton } from '../copy';
import { useApi, useNow } from '../providers';
import { ago, exactUtc } from '../time';
import { historyQuery } from './history-query';
import { NotShown } from './not-shown';
import { Size } from './size';
import type { Shown } from './use-changes';

/** A branch's commits, newest first; one of them can be chosen, and what it changes is shown then. */
export function Commits({
  repo,
  branch,
  shown,
  dropped,
  chosen,
  choose,
}: {
  repo: RepoRow;
  branch: BranchRow;
  shown: Shown<Changes>;
  /** Commits that a Restack would drop, because their change is below already. */
  dropped: string[];
  chosen: ChangedCommit | null;
  choose: (commit: ChangedCommit | null) => void;
}) {
  const api = useApi();
  const history = useQuery(historyQuery(api, repo.id, branch));
  if (shown.state === 'pending') return <Skeleton rows={3} label="Loading the commits" />;
  if (shown.state === 'error') return <NotShown repoId={repo.id} shown={shown} />;
  const { commits, commitCount } = shown.content;
  if (commits.length === 0) return <p className="text-muted">It has no commits of its own.</p>;
  const landed = landedOf(commits, history.data?.landings ?? []);
  return (
    <>
      <ul>
        {commits.map((commit) => (
          <Commit
            key={commit.id}
            commit={commit}
            marks={marksOf(commit, dropped, landed)}
            chosen={chosen?.id === commit.id}
            choose={() => choose(chosen?.id === commit.id ? null : commit)}
          />
        ))}
      </ul>
      {commitCount > commits.length && (
        <p className="text-xs text-muted">and {counted(commitCount - commits.length, 'older commit')}</p>
      )}
    </>
  );
}

type Landing = { upTo: string; into: string };

/** What each landed commit is in: those that a landing's last one reaches among the listed ones. */
function landedOf(commits: ChangedCommit[], landings: Landing[]): ReadonlyMap<string, string> {
  const byId = new Map(commits.map((commit) => [commit.id, commit]));
  const found = new Map<string, string>();
  for (const { upTo, into } of landings) {
    const open = [upTo];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const commit = byId.get(id);
      if (!commit || found.has(id)) continue;
      found.set(id, into);
      open.push(...commit.parents);
    }
  }
  return found;
}

function marksOf({ id, parents, size, signed }: ChangedCommit, dropped: string[], landed: ReadonlyMap<string, string>) {
  const into = landed.get(id);
  const merge = parents.length > 1;
  return [
    ...(into === undefined ? [] : [{ word: `merged into ${visible(into)}`, tone: 'bg-held-tint text-held' }]),
    ...(dropped.includes(id) ? [{ word: 'a Restack drops it', tone: 'bg-restack-tint text-restack' }] : []),
    ...(merge ? [{ word: 'merge', tone: 'bg-queued-tint text-queued' }] : []),
    ...(size?.files === 0 && !merge ? [{ word: 'empty', tone: 'bg-cancelled-tint text-cancelled' }] : []),
    ...(signed ? [{ word: 'signed', tone: 'bg-cancelled-tint text-cancelled' }] : []),
  ];
}

function Commit({
  commit,
  marks,
  chosen,
  choose,
}: {
  commit: ChangedCommit;
  marks: Array<{ word: string; tone: string }>;
  chosen: boolean;
  choose: () => void;
}) {
  const [open, setOpen] = useState(false);
  const { id, subject, body, author, committer, size } = commit;
  return (
    <li data-commit={id} className={`-mx-2 rounded-control px-2 py-1 ${chosen ? 'bg-selected' : ''}`}>
      <div className="flex flex-wrap items-baseline gap-x-2">
        {body ? (
          <button
            type="button"
            aria-expanded={open}
            aria-label={`Message of ${id.slice(0, 8)}`}
            onClick={() => setOpen(!open)}
            className="touch flex h-5 w-4 shrink-0 items-center justify-center self-center text-muted hover:text-text"
          >
            {open ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />}
          </button>
        ) : (
          <span className="w-4 shrink-0" />
        )}
        <button
          type="button"
          aria-pressed={chosen}
          data-tip="Show what it changes"
          onClick={choose}
          className="touch min-w-0 flex-1 text-left break-words hover:underline"
        >
          {subject || <span className="text-muted">no subject</span>}
        </button>
        {marks.map(({ word, tone }) => (
          <span key={word} className={`rounded-chip px-1 text-xs ${tone}`}>
            {word}
          </span>
        ))}
        {size && <Size additions={size.additions} deletions={size.deletions} />}
      </div>
      <p className="flex flex-wrap items-baseline gap-x-2 pl-6 text-xs text-muted">
        <CopyButton text={id} label={`the commit ${id.slice(0, 8)}`} className="-ml-1">
          <code className="font-mono">{id.slice(0, 8)}</code>
        </CopyButton>
        <span className="break-all">{author.name || author.email || 'nobody'}</span>
        <When iso={author.at} />
        {committer.name !== author.name && committer.name && <span>committed by {committer.name}</span>}
      </p>
      {open && <pre className="mt-1 ml-6 font-mono text-xs break-words whitespace-pre-wrap">{body}</pre>}
    </li>
  );
}

export function When({ iso }: { iso: string | null }): ReactNode {
  const now = useNow();
  if (iso === null) return null;
  return (
    <time dateTime={iso} data-tip={exactUtc(iso)}>
      {ago(iso, now)}
    </time>
  );
}
