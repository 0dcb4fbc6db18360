import { type FocusEvent, type PointerEvent, type RefObject, useState } from 'react';
import type { JobDetail } from '@/api/jobs';

/** The heights of the rows that somebody is at, in pixels by the job's id. */
export type Heights = ReadonlyMap<string, number>;

/**
 * The jobs that stand in the list, and how many wait to: who is about to press a button of one has it stay where it is.
 * @param jobs newest first
 * @param held the rows that somebody is at; null where nobody is
 */
export function stillJobs(jobs: JobDetail[], held: Heights | null): { shown: JobDetail[]; waiting: number } {
  if (held === null) return { shown: jobs, waiting: 0 };
  const shown = jobs.filter(({ job }) => held.has(job.id));
  return { shown, waiting: jobs.length - shown.length };
}

/**
 * A list that holds still under a mouse and under the focus of the keys: no row comes, and none gets another height.
 * @param list what has a child for each job that is shown
 */
export function useStillJobs(jobs: JobDetail[], list: RefObject<HTMLElement | null>) {
  const [at, setAt] = useState({ pointed: false, focused: false });
  const [heights, setHeights] = useState<Heights | null>(null);
  const { shown, waiting } = stillJobs(jobs, heights);
  const hold = () => {
    const rows = [...(list.current?.children ?? [])];
    setHeights(
      (held) => held ?? new Map(shown.map(({ job }, i) => [job.id, rows[i]?.getBoundingClientRect().height ?? 0])),
    );
  };
  const leave = (left: Partial<typeof at>) => {
    const still = { ...at, ...left };
    setAt(still);
    if (!still.pointed && !still.focused) setHeights(null);
  };
  return {
    ...{ shown, heights, waiting },
    /** Shows what waits. The next move of the mouse holds all of it. */
    show: () => setHeights(null),
    watching: {
      onPointerMove: ({ pointerType }: PointerEvent) => {
        if (pointerType !== 'mouse') return;
        if (!at.pointed) setAt({ ...at, pointed: true });
        if (heights === null) hold();
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
