'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { problemOf } from '../api';
import { Button, Field, Skeleton, Trouble } from '../controls';
import { useMay } from '../me';
import { NeedsList } from '../needs/needs-list';
import { NothingWanted } from '../needs/nothing-wanted';
import { countNeeds, titleOf, useNeeds } from '../needs/use-needs';
import { useApi } from '../providers';
import { useSending } from '../sending';
import { branchesWord } from './counts';
import { Freshness } from './freshness';
import { type RepoList, repoListQuery } from './repo-list';
import { RepoMark } from './repo-mark';
import { FAILED, repoState } from './repo-state';

/** All repos, and the one field that adds another. */
export function ReposPage() {
  const list = useQuery(repoListQuery(useApi()));
  const needs = countNeeds(useNeeds());
  const mayAdd = useMay('administer');
  const none = list.data?.repos.length === 0;
  const first = none && mayAdd;
  const isThere = list.data !== undefined && !none;
  return (
    <div className="mx-auto flex max-w-200 flex-col gap-6 p-4 md:py-12">
      <title>{titleOf(needs, 'Repositories · Spicerack')}</title>
      {isThere && (
        <section aria-labelledby="needs" className="flex flex-col gap-3">
          <h1 id="needs" className="text-xl font-semibold">
            Needs you
          </h1>
          <NeedsList empty={<NothingWanted repos={list.data.repos} />} />
        </section>
      )}
      <div className="flex flex-col gap-1">
        {isThere ? (
          <h2 className="text-xl font-semibold">Repositories</h2>
        ) : (
          <h1 className="text-xl font-semibold">{first ? 'Add your first repository' : 'Repositories'}</h1>
        )}
        {first && (
          <p className="text-muted">
            Give the address that you clone from. It is cloned in the background, its branches are read, and nothing is
            pushed until you press a button.
          </p>
        )}
      </div>
      {mayAdd && <AddRepo />}
      {none && !mayAdd && <p className="text-muted">There is none yet. Who administers this server adds them.</p>}
      {first && <TryDemo />}
      {list.isPending && <Skeleton rows={3} label="Loading the repositories" />}
      {list.error && <Trouble>{problemOf(list.error).message}</Trouble>}
      {!none && list.data && (
        <ul className="overflow-hidden rounded-popup border border-hairline bg-surface">
          {list.data.repos.map((repo) => (
            <li key={repo.id} className="border-b border-hairline last:border-b-0">
              <RepoLink repo={repo} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** With the age of what was looked at longest ago. */
function RepoLink({ repo }: { repo: RepoList['repos'][number] }) {
  const { mark, words } = repoState(repo);
  // That a job has failed, and why, is said with its age.
  const wants = words.filter((word) => word !== FAILED);
  const branches = repo.counts?.branches;
  return (
    <Link href={`/repos/${repo.id}`} prefetch={false} className="flex gap-3 px-4 py-3 hover:bg-hover">
      <span className="flex h-5 items-center">
        <RepoMark mark={mark} />
      </span>
      <span className="flex min-w-0 flex-1 flex-col gap-1">
        <span className="flex flex-wrap items-baseline gap-x-3">
          <span className="font-medium">{repo.name}</span>
          {repo.trunk && <span className="font-mono text-xs text-muted">{repo.trunk}</span>}
          <Freshness repo={repo} />
        </span>
        {branches !== undefined && <span className="text-xs">{[branchesWord(branches), ...wants].join(' · ')}</span>}
        <span className="truncate text-xs text-muted">{repo.url}</span>
      </span>
    </Link>
  );
}

/** For whoever has no repository at hand: a small shop's, made on the spot. */
function TryDemo() {
  const api = useApi();
  const router = useRouter();
  const { sending, problem, send } = useSending();
  const add = () =>
    send(async () => {
      const { repo } = await api.repos.addDemo.mutate();
      router.push(`/repos/${repo.id}`);
    });
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <Button disabled={sending} onClick={() => void add()}>
          {sending ? 'Making the demo…' : 'Try the demo'}
        </Button>
        <span className="text-muted">A small shop’s repository with four stacks, made on this server.</span>
      </div>
      {problem && <Trouble>{problem.message}</Trouble>}
    </div>
  );
}

function AddRepo() {
  const api = useApi();
  const router = useRouter();
  const [url, setUrl] = useState('');
  const { sending, problem, send } = useSending();
  const add = () =>
    send(async () => {
      const { repo } = await api.repos.add.mutate({ url: url.trim() });
      router.push(`/repos/${repo.id}`);
    });

  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <div className="flex items-start gap-2">
        <div className="flex-1">
          <Field label="Address of a repository" hideLabel problem={problem?.fields.url}>
            {(props) => (
              <input
                {...props}
                name="url"
                value={url}
                onChange={(event) => setUrl(event.target.value)}
                placeholder="https://… or git@host:owner/name.git"
                autoComplete="off"
                autoCapitalize="off"
                spellCheck={false}
              />
            )}
          </Field>
        </div>
        <Button type="submit" look="primary" disabled={sending}>
          {sending ? 'Adding…' : 'Add'}
        </Button>
      </div>
      {problem?.message && <Trouble>{problem.message}</Trouble>}
    </form>
  );
}
