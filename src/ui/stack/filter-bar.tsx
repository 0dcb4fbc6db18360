'use client';

import { ArrowUpDown, Search } from 'lucide-react';
import type { RefObject } from 'react';
import type { BranchRow } from '@/db/schema';
import { type StateFilter, stateFilters } from '@/repos/branch-state';
import { filterWord, isNarrowed, ORDER_WORDS, orderOf, STACK_ORDERS, type StackView } from './filter';
import { PinButton } from './find/pin-button';
import { WhoseChoice } from './find/whose-choice';

const WORDS = 'Words of names and subjects, author:mara, is:conflict, pr:open, age:>7d; - before one turns it around';

/** The filters with what each keeps, and the search. */
export function FilterBar({
  repoId,
  branches,
  view,
  go,
  counts,
  field,
  leave,
}: {
  repoId: string;
  branches: BranchRow[];
  view: StackView;
  go: (view: StackView) => void;
  counts: Record<StateFilter, number>;
  field: RefObject<HTMLInputElement | null>;
  /** Back to the tree. */
  leave: () => void;
}) {
  return (
    <search
      aria-label="Branches"
      className="sticky top-12 z-10 flex items-center sm:flex-wrap gap-x-2 sm:gap-x-1 gap-y-1 border-b border-hairline bg-surface px-4 sm:pl-3 py-1.5 max-sm:py-0.5"
    >
      {/* A phone has them in a line that scrolls sideways; elsewhere all of them are seen, in two lines where they must. */}
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset does not scroll sideways */}
      <div
        role="group"
        aria-label="Filter"
        className="-ml-2 flex min-w-0 gap-1 overflow-x-auto px-1 py-0.5 sm:flex-wrap"
      >
        {stateFilters.map((filter) => (
          <button
            key={filter}
            type="button"
            aria-pressed={view.filter === filter}
            onClick={() => go({ ...view, filter })}
            className="touch flex h-7 shrink-0 items-center gap-1.5 rounded-control px-2 text-muted hover:bg-hover hover:text-text aria-pressed:bg-selected aria-pressed:font-medium aria-pressed:text-text"
          >
            {filterWord(filter)}
            {counts[filter] > 0 && (
              // What keeps nothing needs no number to say so, and leaves room to the others.
              <span className="text-xs font-normal text-muted"> {counts[filter]}</span>
            )}
          </button>
        ))}
      </div>
      <span className="ml-auto flex items-center gap-x-2">
        <WhoseChoice branches={branches} search={view.search} find={(search) => go({ ...view, search })} />
        {(isNarrowed(view) || view.sort !== 'name') && <PinButton repoId={repoId} view={view} />}
        {!isNarrowed(view) && (
          <span
            data-tip={`Order of the stacks: ${ORDER_WORDS[view.sort].toLowerCase()}`}
            className="relative flex size-7 shrink-0 items-center justify-center rounded-control text-muted hover:bg-hover has-focus-visible:outline-2 has-focus-visible:outline-accent max-sm:hidden"
          >
            <ArrowUpDown size={14} aria-hidden />
            <select
              aria-label="Order of the stacks"
              value={view.sort}
              onChange={(event) => go({ ...view, sort: orderOf(event.target.value) })}
              className="absolute inset-0 cursor-pointer opacity-0"
            >
              {STACK_ORDERS.map((by) => (
                <option key={by} value={by}>
                  {ORDER_WORDS[by]}
                </option>
              ))}
            </select>
          </span>
        )}
        <label className="relative flex w-24 shrink-0 items-center sm:w-38" data-tip={WORDS}>
          <Search size={14} aria-hidden className="pointer-events-none absolute left-2 text-muted" />
          <span className="sr-only">Find a branch</span>
          <input
            ref={field}
            type="search"
            value={view.search}
            maxLength={244}
            placeholder="Find…"
            aria-keyshortcuts="/"
            onChange={(event) => go({ ...view, search: event.target.value })}
            onKeyDown={(event) => {
              if (event.key === 'Escape') {
                event.preventDefault();
                if (view.search) go({ ...view, search: '' });
                else leave();
              } else if (event.key === 'Enter' || event.key === 'ArrowDown') {
                event.preventDefault();
                leave();
              }
            }}
            className="touch h-7 w-full rounded-control border border-line bg-surface pr-1 pl-7"
          />
        </label>
      </span>
    </search>
  );
}
