'use client';

import { useQuery } from '@tanstack/react-query';
import { LogOut, RotateCw } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { problemOf } from '../api';
import { Button, PageSkeleton, Pill, Trouble } from '../controls';
import { JobLink } from '../job-link';
import { isActive } from '../jobs/active';
import { outcomeOf } from '../jobs/outcome';
import { StatusChip } from '../jobs/status';
import { intent } from '../jobs/words';
import { useMe } from '../me';
import { Message } from '../message';
import { useApi, useNow } from '../providers';
import { repoListQuery } from '../repos/repo-list';
import { useStill } from '../still/still';
import { ago, duration, exact } from '../time';
import { bytes } from './bytes';
import { shownJobs } from './open-jobs';
import { openJobsQuery, type SystemStatus, statusQuery } from './query';
import { waitsFor } from './waits';

/** How this server stands: what runs its jobs and why, what is wrong or missing, and what mends it. */
export function StatusPage() {
  const api = useApi();
  const status = useQuery(statusQuery(api));
  const { hasSession } = useMe();
  if (status.error && !status.data) {
    return <Message title="The server does not say how it stands" detail={problemOf(status.error).message ?? ''} />;
  }
  if (!status.data) return <PageSkeleton label="Asking the server" />;
  const { problems, programs, executor, engine, startedAt, disk } = status.data;
  return (
    <div className="mx-auto flex max-w-240 flex-col gap-8 p-4 md:p-6">
      <title>Status · Spicerack</title>
      <header className="flex flex-wrap items-center gap-3">
        <h1 className="text-xl font-semibold">Status</h1>
        <span className="text-xs text-muted">
          <Ago iso={status.data.now} before="as of " /> · <Ago iso={startedAt} before="server started " />
        </span>
        <span className="flex-1" />
        <Button disabled={status.isFetching} onClick={() => void status.refetch()}>
          <RotateCw size={14} aria-hidden /> {status.isFetching ? 'Looking…' : 'Look again'}
        </Button>
        {hasSession && <SignOut />}
      </header>
      {status.error && <Trouble>{problemOf(status.error).message}</Trouble>}
      <Problems problems={problems} programs={programs} />
      <Section title="What runs the jobs">
        <Facts
          facts={[
            ['Executor', executor.name, executor.why],
            ['Engine', engine.name ?? 'none', engine.why],
          ]}
        />
      </Section>
      <Nodes nodes={status.data.nodes} />
      <Queue status={status.data} />
      <Errors status={status.data} />
      <Section title="Versions">
        <Facts facts={programs.map(({ name, version, why }) => [name, version ?? '–', why])} />
      </Section>
      <Section title="Disk">
        {disk ? (
          <>
            <Facts
              facts={[
                ['Clones', bytes(disk.clones), 'A cache: each is made again when it is missing.'],
                ['Database', bytes(disk.database), 'All that Spicerack knows.'],
                ['Free', bytes(disk.free), 'On the disk of the data directory.'],
              ]}
            />
            <p className="text-xs text-muted">
              <Ago iso={disk.at} before="Measured " />.
            </p>
          </>
        ) : (
          <p className="text-muted">It has not been measured yet.</p>
        )}
      </Section>
    </div>
  );
}

/** Ends this browser's session; the page that asks for the token comes next. */
function SignOut() {
  const [problem, setProblem] = useState(false);
  const signOut = async () => {
    const answer = await fetch('/api/sign-out', { method: 'POST', redirect: 'manual' }).catch(() => null);
    if (answer) window.location.assign('/');
    else setProblem(true);
  };
  return (
    <>
      <Button onClick={() => void signOut()}>
        <LogOut size={14} aria-hidden /> Sign out
      </Button>
      {problem && <Trouble>The server does not answer, so you are still signed in. Try again.</Trouble>}
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex min-w-0 flex-col gap-2" aria-label={title}>
      <h2 className="text-base font-semibold">{title}</h2>
      {children}
    </section>
  );
}

function Facts({ facts }: { facts: Array<[name: string, value: ReactNode, about: string]> }) {
  return (
    <dl className="rounded-popup border border-hairline bg-surface">
      {facts.map(([name, value, about]) => (
        <div
          key={name}
          className="flex flex-wrap items-baseline gap-x-4 border-b border-hairline px-4 py-2 last:border-b-0"
        >
          <dt className="w-24 text-muted">{name}</dt>
          <dd className="w-32 font-medium break-words">{value}</dd>
          <dd className="min-w-0 flex-1 basis-60 break-words text-muted">{about}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The servers of one database. One alone is told all the same: that there is no other one is worth knowing. */
function Nodes({ nodes }: Pick<SystemStatus, 'nodes'>) {
  if (nodes.length === 0) return null;
  const several = new Set(nodes.filter((node) => !node.isAway).map(({ version }) => version)).size > 1;
  return (
    <Section title="Servers">
      <ul className="rounded-popup border border-hairline bg-surface">
        {nodes.map((node) => (
          <li
            key={node.machine}
            data-node={node.machine}
            className="flex flex-wrap items-baseline gap-x-4 border-b border-hairline px-4 py-2 last:border-b-0"
          >
            <span className="min-w-0 flex-1 basis-40 break-words" data-tip={node.machine}>
              <span className="font-medium">{node.host}</span>
              {node.isThis && <span className="text-muted"> (this one)</span>}
            </span>
            <span className="w-24">{node.version}</span>
            <span className="w-24 text-muted">{node.executor}</span>
            <span className={node.isAway || !node.takesJobs ? 'text-error' : 'text-muted'}>
              {node.isAway ? (
                <Ago iso={node.seenAt} before="not heard since " />
              ) : node.takesJobs ? (
                <Ago iso={node.startedAt} before="started " />
              ) : (
                'takes no jobs: its own status says why'
              )}
            </span>
          </li>
        ))}
      </ul>
      {several && (
        <p className="text-muted">Their versions differ. That is fine while they are upgraded one after the other.</p>
      )}
    </Section>
  );
}

function Ago({ iso, before }: { iso: string; before: string }) {
  const now = useNow();
  return (
    <time dateTime={iso} data-tip={exact(iso)}>
      {before}
      {ago(iso, now)}
    </time>
  );
}

/** What is wrong now, and what is missing, with what mends it. */
function Problems({ problems, programs }: Pick<SystemStatus, 'problems' | 'programs'>) {
  const mends = programs.flatMap(({ name, why, mend }) => (mend ? [{ name, why, mend }] : []));
  const needed = mends.filter(({ mend }) => mend.needed);
  const wanted = mends.filter(({ mend }) => !mend.needed);
  return (
    <Section title="What is wrong or missing">
      {problems.length + needed.length === 0 && (
        <p className="rounded-control bg-completed-tint px-3 py-2 text-completed">Nothing is wrong.</p>
      )}
      {problems.map(({ what, hint, since }) => (
        <div key={what} role="alert" className="rounded-control bg-error-tint px-3 py-2">
          <p className="font-medium text-error">{what}</p>
          <p>{hint}</p>
          <p className="text-xs text-muted">
            <Ago iso={since} before="Since " />
          </p>
        </div>
      ))}
      {[...needed, ...wanted].map(({ name, why, mend }) => (
        <div
          key={name}
          className={`rounded-control px-3 py-2 ${mend.needed ? 'bg-error-tint' : 'border border-hairline bg-surface'}`}
        >
          <p className={`font-medium ${mend.needed ? 'text-error' : ''}`}>
            {why.startsWith(name) ? why : `${name}: ${why}`}
          </p>
          <p className={mend.needed ? '' : 'text-muted'}>{mend.words}</p>
          {mend.command && (
            <code className="mt-1 block w-fit rounded-chip bg-canvas px-2 py-0.5 font-mono text-xs select-all">
              {mend.command}
            </code>
          )}
        </div>
      ))}
    </Section>
  );
}

/** The queue of all repos, live. */
function Queue({ status }: { status: SystemStatus }) {
  const api = useApi();
  const open = useQuery(openJobsQuery(api));
  const repos = useQuery(repoListQuery(api)).data?.repos ?? [];
  const now = useNow();
  // Where the jobs cannot be had, or are too many for one answer, the server's count has to do.
  const jobs = open.data?.jobs ?? [];
  const { shown, watching } = useStill((held) => shownJobs({ jobs, ended: open.data?.ended ?? [] }, held), idOf);
  const running = jobs.filter((job) => job.status === 'running').length;
  const queued = jobs.length - running;
  const more = status.queue ? status.queue.queued + status.queue.running - jobs.length : 0;
  return (
    <Section title="Queue">
      {shown.length === 0 ? (
        <p className="text-muted">
          {open.error || status.queue === null
            ? 'The database does not answer, so the queue is not known.'
            : open.isPending
              ? 'Loading…'
              : 'Empty: no job is running or queued.'}
        </p>
      ) : (
        <>
          <p>
            {running} running, {queued} queued
            {more > 100 && ` and more: ${status.queue?.queued} queued when it was last asked`}
          </p>
          <ul {...watching} className="rounded-popup border border-hairline bg-surface">
            {shown.map((job) => {
              const since = job.startedAt ?? job.createdAt;
              const waits = isActive(job.status) && waitsFor(job, jobs, { places: status.concurrency, now });
              return (
                <li
                  key={job.id}
                  data-open={job.seq}
                  className="flex flex-wrap items-baseline gap-x-3 border-b border-hairline px-4 py-2 last:border-b-0"
                >
                  <JobLink id={job.id} className="min-w-0 flex-1 basis-60 break-words hover:underline">
                    <span className="text-muted">#{job.seq}</span> {intent(job)}
                  </JobLink>
                  <span className="text-muted">{repos.find((repo) => repo.id === job.repoId)?.name}</span>
                  {waits && <span className="text-xs text-muted">{waits}</span>}
                  <StatusChip status={outcomeOf(job)} />
                  <time dateTime={since} data-tip={exact(since)} className="text-xs text-muted">
                    for {duration(Math.max(0, (job.finishedAt ? Date.parse(job.finishedAt) : now) - Date.parse(since)))}
                  </time>
                </li>
              );
            })}
          </ul>
        </>
      )}
    </Section>
  );
}

const idOf = ({ id }: { id: string }) => id;

/** As many as the server names. */
const ERRORS = 5;

function Errors({ status }: { status: SystemStatus }) {
  const open = useQuery(openJobsQuery(useApi()));
  const now = useNow();
  const fresh = (open.data?.failed ?? []).map((job) => ({
    jobId: job.id,
    seq: job.seq,
    code: job.errorCode,
    message: job.message,
    at: job.finishedAt,
  }));
  const known = new Set(fresh.map((error) => error.jobId));
  const errors = [...fresh, ...status.errors.filter((error) => !known.has(error.jobId))];
  const { shown, waiting, show, watching } = useStill(
    (held) => errors.filter(({ jobId }, at) => at < ERRORS || held.has(jobId)),
    ({ jobId }) => jobId,
  );
  return (
    <Section title="Last errors">
      {errors.length === 0 ? (
        <p className="text-muted">No job has ended with an error.</p>
      ) : (
        <div {...watching}>
          <Pill count={waiting} of="new error" show={show} className="top-16 *:-mt-9" />
          <ul className="rounded-popup border border-hairline bg-surface">
            {shown.map(({ jobId, seq, code, message, at }) => (
              <li
                key={jobId}
                data-error={seq}
                className="flex flex-wrap items-baseline gap-x-3 border-b border-hairline px-4 py-2 last:border-b-0"
              >
                <JobLink id={jobId} className="text-accent underline">
                  #{seq}
                </JobLink>
                {code && <code className="font-mono text-xs text-error">{code}</code>}
                <span className="min-w-0 flex-1 basis-60 break-words">{message}</span>
                {at && (
                  <time dateTime={at} data-tip={exact(at)} className="text-xs text-muted">
                    {ago(at, now)}
                  </time>
                )}
              </li>
            ))}
          </ul>
        </div>
      )}
    </Section>
  );
}
