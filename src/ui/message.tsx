'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import { useMe } from './me';

/** A page that is for who administers the server alone. */
export function ForAdministrators({ title }: { title: string }) {
  const { name, hasSession } = useMe();
  return <Message title={title} detail={name !== null || hasSession ? 'Ask them.' : 'Ask them, or sign in.'} />;
}

/** A page or a part of one that has nothing else to show: what it is, why, and the way on. */
export function Message({ title, detail, children }: { title: string; detail?: string; children?: ReactNode }) {
  return (
    <div className="mx-auto flex max-w-120 flex-col items-center gap-2 px-4 py-16 text-center">
      <h1 className="text-lg font-semibold">{title}</h1>
      {detail && <p className="text-muted">{detail}</p>}
      <div className="mt-2">
        {children ?? (
          <Link href="/" className="text-accent underline">
            All repositories
          </Link>
        )}
      </div>
    </div>
  );
}
