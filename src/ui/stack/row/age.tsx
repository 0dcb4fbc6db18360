'use client';

import { useMinute } from '../../providers';
import { age, exact } from '../../time';

/** How old something is, with the exact time in its title. */
export function Age({ iso }: { iso: string }) {
  const now = useMinute();
  return (
    <time dateTime={iso} data-tip={now > 0 ? exact(iso) : undefined} className="tabular-nums">
      {now > 0 && age(iso, now)}
    </time>
  );
}
