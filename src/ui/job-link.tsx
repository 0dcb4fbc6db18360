import Link from 'next/link';
import type { ReactNode } from 'react';

/** The address of a job's page. */
export function jobAddress(jobId: string): string {
  return `/jobs/${jobId}`;
}

/** A link to a job's page. Lists have many, of which few are followed: none is loaded before. */
export function JobLink({ id, className, children }: { id: string; className?: string; children: ReactNode }) {
  return (
    <Link href={jobAddress(id)} prefetch={false} className={className}>
      {children}
    </Link>
  );
}
