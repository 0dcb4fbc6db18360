'use client';

import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { JobDetail } from '@/api/jobs';
import type { BranchRow as Branch, RepoRow } from '@/db/schema';
import { BranchRow } from './branch-row';
import { Lanes } from './dot';
import { layoutStack } from './layout';
import { jobsByBranch } from './state';

const ROW = 32;
/** Where a finger points and a line has too little room. */
const TALL_ROW = 52;
const NO_JOBS = { own: null, heldBack: null };

/** The stack as a picture: the trunk on top, a lane a stack, a dot a branch; below it what stands in no stack. */
export function Stack({ repo, branches, jobs }: { repo: RepoRow; branches: Branch[]; jobs: JobDetail[] }) {
  const picture = useMemo(() => layoutStack(branches), [branches]);
  const byBranch = useMemo(() => jobsByBranch(jobs), [jobs]);
  const context = useMemo(
    () => ({ repoId: repo.id, trunk: repo.trunk, branches, jobs }),
    [repo.id, repo.trunk, branches, jobs],
  );
  const height = useNarrow() ? TALL_ROW : ROW;
  const list = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop(list.current?.offsetTop ?? 0), []);
  const { rows, beside, lanes } = picture;
  const total = 1 + rows.length + beside.length;
  const virtual = useWindowVirtualizer({
    count: total,
    estimateSize: () => height,
    overscan: 12,
    scrollMargin: top,
    getItemKey: (index) => rows[index - 1]?.branch.name ?? beside[index - 1 - rows.length]?.name ?? '',
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: sizes are measured again when the height changes
  useLayoutEffect(() => virtual.measure(), [height, virtual]);

  return (
    <ul ref={list} aria-label="Branches" className="relative" style={{ height: virtual.getTotalSize() }}>
      {virtual.getVirtualItems().map((item) => {
        const row = rows[item.index - 1];
        const branch = row?.branch ?? beside[item.index - 1 - rows.length];
        return (
          <li
            key={item.key}
            data-branch={branch?.name ?? repo.trunk}
            aria-posinset={item.index + 1}
            aria-setsize={total}
            className="absolute top-0 left-0 w-full"
            style={{ height, transform: `translateY(${item.start - top}px)` }}
          >
            {branch ? (
              <BranchRow
                branch={branch}
                place={row ?? null}
                lanes={lanes}
                jobs={byBranch.get(branch.name) ?? NO_JOBS}
                context={context}
                height={height}
              />
            ) : (
              <div className="flex h-full items-center gap-2 px-4">
                <Lanes
                  lane={0}
                  parentLane={null}
                  below={rows.length > 0}
                  lanes={lanes}
                  height={height}
                  tone="text-text"
                >
                  <circle r="4" fill="none" stroke="currentColor" strokeWidth="1.6" />
                </Lanes>
                <span className="font-medium">{repo.trunk ?? 'trunk'}</span>
                <span className="text-xs text-muted">trunk</span>
                {repo.trunkTip && <code className="font-mono text-xs text-muted">{repo.trunkTip.slice(0, 8)}</code>}
              </div>
            )}
          </li>
        );
      })}
    </ul>
  );
}

const narrow = '(max-width: 640px)';

function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const query = matchMedia(narrow);
      query.addEventListener('change', listener);
      return () => query.removeEventListener('change', listener);
    },
    () => matchMedia(narrow).matches,
    () => false,
  );
}
