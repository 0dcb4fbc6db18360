'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ROLES, type Role } from '@/model/access';
import { named } from '@/text/words';
import { problemOf, problemWords } from '../api';
import { Button, Field, Skeleton, Trouble } from '../controls';
import { CopyButton } from '../copy';
import { useApi, useNow } from '../providers';
import { repoListQuery } from '../repos/repo-list';
import { useSending } from '../sending';
import { ago, exact } from '../time';
import { type Token, tokensQuery } from './query';

const ROLE_WORDS: Record<Role, string> = {
  read: 'Read: looks at everything',
  act: 'Act: runs actions and tasks, too',
  administer: 'Administer: repositories, settings and tokens, too',
};

/** Days until a token expires, as one chooses it; null is never. */
const ENDS: Array<[words: string, days: number | null]> = [
  ['in 7 days', 7],
  ['in 30 days', 30],
  ['in 90 days', 90],
  ['in a year', 365],
  ['never', null],
];

/** The tokens of people and programs, and the form that makes another one. */
export function Tokens() {
  const list = useQuery(tokensQuery(useApi()));
  return (
    <section className="flex min-w-0 flex-col gap-3" aria-label="Tokens">
      <div className="flex flex-col gap-1">
        <h2 className="text-base font-semibold">Tokens</h2>
        <p className="text-muted">
          One for each person and each program: its name stands in jobs and in the audit log.
        </p>
      </div>
      <NewToken />
      {list.isPending && <Skeleton rows={3} label="Loading the tokens" />}
      {list.error && <Trouble>{problemOf(list.error).message}</Trouble>}
      {list.data && list.data.tokens.length > 0 && (
        <ul className="rounded-popup border border-hairline bg-surface">
          {list.data.tokens.map((token) => (
            <TokenRow key={token.id} token={token} />
          ))}
        </ul>
      )}
    </section>
  );
}

function TokenRow({ token }: { token: Token }) {
  const api = useApi();
  const client = useQueryClient();
  const now = useNow();
  const repos = useQuery(repoListQuery(api)).data?.repos;
  const nameOf = (id: string) => repos?.find((repo) => repo.id === id)?.name ?? id;
  const [asking, setAsking] = useState(false);
  const { sending, problem, send } = useSending();
  const over = token.expiresAt !== null && Date.parse(token.expiresAt) <= now;
  const revoke = () =>
    send(async () => {
      await api.access.revokeToken.mutate({ tokenId: token.id });
      await client.invalidateQueries({ queryKey: ['access'] });
    });
  return (
    <li
      data-token={token.name}
      className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-hairline px-4 py-2 last:border-b-0"
    >
      <span className="min-w-0 flex-1 basis-40 font-medium break-words">{token.name}</span>
      <span className="w-24">
        {token.role}
        {token.repoIds && (
          <span className="block text-xs break-words text-muted">in {named(token.repoIds.map(nameOf))}</span>
        )}
      </span>
      <span className={`w-40 text-xs ${over ? 'text-error' : 'text-muted'}`}>
        {token.expiresAt === null ? (
          'until it is revoked'
        ) : (
          <time dateTime={token.expiresAt} data-tip={exact(token.expiresAt)}>
            {over ? 'expired' : 'until'} {token.expiresAt.slice(0, 10)}
          </time>
        )}
      </span>
      <span className="w-40 text-xs text-muted">
        {token.lastUsedAt === null ? (
          'never used'
        ) : (
          <time dateTime={token.lastUsedAt} data-tip={exact(token.lastUsedAt)}>
            used {ago(token.lastUsedAt, now)}
          </time>
        )}
      </span>
      {asking ? (
        <span className="flex gap-2">
          <Button disabled={sending} onClick={() => void revoke()}>
            {sending ? 'Revoking…' : `Revoke ${token.name}`}
          </Button>
          <Button look="quiet" onClick={() => setAsking(false)}>
            Keep it
          </Button>
        </span>
      ) : (
        <Button look="quiet" aria-label={`Revoke ${token.name}…`} onClick={() => setAsking(true)}>
          Revoke…
        </Button>
      )}
      {problem && <Trouble>{problemWords(problem)}</Trouble>}
    </li>
  );
}

function NewToken() {
  const api = useApi();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('act');
  const [only, setOnly] = useState('');
  const [ends, setEnds] = useState('in 90 days');
  const list = useQuery(repoListQuery(api));
  const repos = list.data?.repos ?? [];
  const [made, setMade] = useState<{ name: string; secret: string } | null>(null);
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<ReturnType<typeof problemOf> | null>(null);
  // Who administers does so everywhere, and who only reads changes nothing anywhere.
  const limits = role === 'act' && only !== '';
  const make = async () => {
    setSending(true);
    setProblem(null);
    try {
      const days = ENDS.find(([words]) => words === ends)?.[1] ?? null;
      const { secret, token } = await api.access.createToken.mutate({
        name,
        role,
        days,
        ...(limits ? { repoIds: [only] } : {}),
      });
      setMade({ name: token.name, secret });
      setName('');
      await client.invalidateQueries({ queryKey: ['access'] });
    } catch (error) {
      setProblem(problemOf(error));
    }
    setSending(false);
  };
  return (
    <>
      <form
        className="flex flex-wrap items-start gap-3 rounded-popup border border-hairline bg-surface p-4"
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <div className="min-w-0 flex-1 basis-48">
          <Field label="Name" problem={problem?.fields.name}>
            {(props) => (
              <input
                {...props}
                name="name"
                value={name}
                required
                maxLength={60}
                placeholder="Mara, or nightly"
                autoComplete="off"
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
        </div>
        <div className="min-w-0 basis-72">
          <Field label="May" problem={problem?.fields.role}>
            {(props) => (
              <select
                {...props}
                name="role"
                value={role}
                onChange={(event) => setRole(ROLES.find((each) => each === event.target.value) ?? 'read')}
              >
                {ROLES.map((each) => (
                  <option key={each} value={each}>
                    {ROLE_WORDS[each]}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
        {/* Its room is there before the repositories are. */}
        {role === 'act' && (list.isPending || repos.length > 0) && (
          <div className="min-w-0 basis-48">
            <Field label="In" problem={problem?.fields.repoIds}>
              {(props) => (
                <select {...props} name="only" value={only} onChange={(event) => setOnly(event.target.value)}>
                  <option value="">all repositories</option>
                  {repos.map(({ id, name: repo }) => (
                    <option key={id} value={id}>
                      {repo} alone
                    </option>
                  ))}
                </select>
              )}
            </Field>
          </div>
        )}
        <div className="basis-32">
          <Field label="Expires" problem={problem?.fields.days}>
            {(props) => (
              <select {...props} name="ends" value={ends} onChange={(event) => setEnds(event.target.value)}>
                {ENDS.map(([words]) => (
                  <option key={words}>{words}</option>
                ))}
              </select>
            )}
          </Field>
        </div>
        <Button type="submit" look="primary" className="mt-5" disabled={sending}>
          {sending ? 'Making…' : 'Make a token'}
        </Button>
        {problem?.message && <Trouble>{problem.message}</Trouble>}
      </form>
      {made && (
        <div role="status" className="flex flex-col gap-2 rounded-control bg-completed-tint px-3 py-2">
          <p className="font-medium text-completed">The token of {made.name}. It is shown this once.</p>
          <div className="flex flex-wrap items-center gap-2">
            <code className="min-w-0 rounded-chip bg-canvas px-2 py-0.5 font-mono text-xs break-all select-all">
              {made.secret}
            </code>
            <CopyButton text={made.secret} label="the token" />
            <Button look="quiet" onClick={() => setMade(null)}>
              Done
            </Button>
          </div>
        </div>
      )}
    </>
  );
}
