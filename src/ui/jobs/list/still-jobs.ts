import { type FocusEvent, type PointerEvent, useState } from 'react';
import type { JobDetail } from '@/api/jobs';

/**
 * The jobs that stand in the list, and how many wait to: who is about to press a button of one has it stay where it is.
 * @param jobs newest first
 * @param held the ids of the jobs that somebody is at; null where nobody is
 */
export function stillJobs(
  jobs: JobDetail[],
  held: ReadonlySet<string> | null,
): { shown: JobDetail[]; waiting: number } {
  if (held === null) return { shown: jobs, waiting: 0 };
  const shown = jobs.filter(({ job }) => held.has(job.id));
  return { shown, waiting: jobs.length - shown.length };
}

/** A list that holds still under a mouse and under the focus of the keys: no row comes. */
export function useStillJobs(jobs: JobDetail[]) {
  const [at, setAt] = useState({ pointed: false, focused: false });
  const [held, setHeld] = useState<ReadonlySet<string> | null>(null);
  const { shown, waiting } = stillJobs(jobs, held);
  const hold = () => setHeld((ids) => ids ?? new Set(shown.map(({ job }) => job.id)));
  const leave = (left: Partial<typeof at>) => {
    const still = { ...at, ...left };
    setAt(still);
    if (!still.pointed && !still.focused) setHeld(null);
  };
  return {
    ...{ shown, waiting },
    /** Shows what waits. The next move of the mouse holds all of it. */
    show: () => setHeld(null),
    watching: {
      onPointerMove: ({ pointerType }: PointerEvent) => {
        if (pointerType !== 'mouse') return;
        if (!at.pointed) setAt({ ...at, pointed: true });
        if (held === null) hold();
      },
      onPointerLeave: () => leave({ pointed: false }),
      onFocus: ({ target }: FocusEvent) => {
        // A button that a mouse has pressed keeps the focus, and nobody is at it any more.
        if (!target.matches(':focus-visible')) return;
        setAt({ ...at, focused: true });
        hold();
      },
      onBlur: ({ currentTarget, relatedTarget }: FocusEvent) => {
        if (!currentTarget.contains(relatedTarget)) leave({ focused: false });
      },
    },
  };
}
