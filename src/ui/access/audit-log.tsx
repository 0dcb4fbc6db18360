'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { visible } from '@/text/visible';
import { problemOf } from '../api';
import { Button, Skeleton, Trouble } from '../controls';
import { useApi, useNow } from '../providers';
import { ago, exact } from '../time';
import type { AuditEntry } from './query';
import { deedOf } from './words';

/** Who did what, newest first. */
export function AuditLog() {
  const api = useApi();
  const log = useInfiniteQuery({
    queryKey: ['access', 'audit'],
    queryFn: ({ pageParam }) => api.access.audit.query(pageParam === null ? {} : { cursor: pageParam }),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.nextCursor,
    staleTime: 0,
  });
  const entries = log.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <section className="flex min-w-0 flex-col gap-2" aria-label="Audit log">
      <h2 className="text-base font-semibold">Audit log</h2>
      {log.isPending && <Skeleton rows={5} label="Loading the audit log" />}
      {log.error && <Trouble>{problemOf(log.error).message}</Trouble>}
      {log.data && entries.length === 0 && <p className="text-muted">Nobody has done anything yet.</p>}
      {entries.length > 0 && (
        <ol className="rounded-popup border border-hairline bg-surface">
          {entries.map((entry) => (
            <Row key={entry.seq} entry={entry} />
          ))}
        </ol>
      )}
      {log.hasNextPage && (
        <Button className="self-start" disabled={log.isFetching} onClick={() => void log.fetchNextPage()}>
          {log.isFetching ? 'Loading…' : 'Older'}
        </Button>
      )}
    </section>
  );
}

function Row({ entry }: { entry: AuditEntry }) {
  const now = useNow();
  const via = entry.via === null ? undefined : visible(entry.via);
  const failed = entry.action === 'sign_in_failed';
  return (
    <li
      data-audit={entry.action}
      className="flex flex-wrap items-baseline gap-x-3 border-b border-hairline px-4 py-2 last:border-b-0"
    >
      <span className={`min-w-0 flex-1 basis-60 break-words ${failed ? 'text-error' : ''}`}>
        {entry.who !== null && <span className="font-medium">{visible(entry.who)} </span>}
        {deedOf(entry)}
      </span>
      <span className="min-w-0 max-w-64 truncate text-xs text-muted" data-tip={via}>
        {via}
      </span>
      <span className="text-xs text-muted">{entry.address}</span>
      <time dateTime={entry.at} data-tip={exact(entry.at)} className="text-xs text-muted">
        {ago(entry.at, now)}
      </time>
    </li>
  );
}
