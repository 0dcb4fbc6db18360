import type { ReactNode } from 'react';

/** A part of what is shown of a branch, with its heading. */
export function Part({ title, beside, children }: { title: string; beside?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title} className="min-w-0 border-b border-hairline px-4 py-3">
      <div className="mb-1 flex flex-wrap items-baseline gap-2">
        <h3 className="font-semibold">{title}</h3>
        {beside !== undefined && <span className="text-xs text-muted">{beside}</span>}
      </div>
      {children}
    </section>
  );
}
