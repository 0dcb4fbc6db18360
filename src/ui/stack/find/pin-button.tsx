'use client';

import { Pin, PinOff } from 'lucide-react';
import { isNarrowed, type StackView, viewQuery } from '../filter';
import { isSame, togglePinned, usePinned } from './pinned';

/** Pins what the stack shows now, so that the rail leads back to it; pressed again it is pinned no more. */
export function PinButton({ repoId, view }: { repoId: string; view: StackView }) {
  // An order is of stacks, which are not told apart where branches are left out.
  const query = viewQuery(isNarrowed(view) ? { ...view, sort: 'name' } : view).toString();
  const pinned = usePinned().some((each) => isSame(each, { repoId, query }));
  const Icon = pinned ? PinOff : Pin;
  const label = pinned ? 'Unpin this view' : 'Pin this view';
  return (
    <button
      type="button"
      aria-label={label}
      data-tip={label}
      onClick={() => togglePinned({ repoId, query })}
      className="touch flex size-7 shrink-0 items-center justify-center rounded-control text-muted hover:bg-hover hover:text-text"
    >
      <Icon size={14} aria-hidden />
    </button>
  );
}
