'use client';

import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { RepoRow } from '@/db/schema';
import { problemOf } from '../api';
import { PageSkeleton } from '../controls';
import { Message } from '../message';
import { useApi } from '../providers';
import { type Overview, overviewQuery } from './overview';

/** A page of one repo, once that is loaded; else why it is not shown. */
export function OfRepo({
  repoId,
  removed = false,
  gone = 'Its rows and its clone are gone; the remote was not touched.',
  children,
}: {
  repoId: string;
  /** Whether it was removed here, which the feed may not have said yet. */
  removed?: boolean;
  /** What is said where it was removed. */
  gone?: string;
  children: (overview: Overview, repo: RepoRow) => ReactNode;
}) {
  const { data, error } = useQuery(overviewQuery(useApi(), repoId));
  if (error) {
    const { fields, message } = problemOf(error);
    return <Message title="This repository cannot be shown" detail={fields.repoId ?? message ?? ''} />;
  }
  if (!data) return <PageSkeleton label="Loading the repository" />;
  if (!data.repo || removed) return <Message title="This repository was removed" detail={gone} />;
  return children(data, data.repo);
}
