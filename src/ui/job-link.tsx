import Link from 'next/link';
import type { ReactNode } from 'react';

/**
 * The address of a job's page.
 * @param part the name of a part of it
 */
export function jobAddress(jobId: string, part?: string): string {
  return `/jobs/${jobId}${part === undefined ? '' : `#${encodeURIComponent(part)}`}`;
}

/** A link to a job's page. Lists have many, of which few are followed: none is loaded before. */
export function JobLink({
  id,
  part,
  className,
  children,
}: {
  id: string;
  part?: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    <Link href={jobAddress(id, part)} prefetch={false} className={className}>
      {children}
    </Link>
  );
}
