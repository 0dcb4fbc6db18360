'use client';

import { Menu } from '@base-ui/react/menu';
import type { RefObject } from 'react';
import type { ActionKind, BranchRow } from '@/db/schema';

/** What can be done with a branch beside its main button. Loaded when it is first opened. */
export default function RowMenu({
  branch,
  anchor,
  finalFocus,
  start,
  choose,
  close,
}: {
  branch: BranchRow;
  anchor: RefObject<HTMLButtonElement | null>;
  /** Gets the focus when it closes. */
  finalFocus: RefObject<HTMLElement | null>;
  /** What comes of it is shown by the row's own button. */
  start: (kind: ActionKind) => void;
  choose: (kind: 'reparent_branch' | 'register_existing_branch') => void;
  close: () => void;
}) {
  return (
    <Menu.Root open onOpenChange={(open) => !open && close()} modal={false}>
      <Menu.Portal>
        <Menu.Positioner anchor={anchor} side="bottom" align="end" sideOffset={4} className="z-20">
          <Menu.Popup
            finalFocus={finalFocus}
            className="min-w-52 rounded-popup border border-hairline bg-raised p-1 shadow-lg focus:outline-none"
          >
            {branch.tracked ? (
              <>
                <Item first onClick={() => start('restack_subtree')} hint="with what stands on it">
                  Restack
                </Item>
                <Item onClick={() => start('rebase_branch')} hint="this branch alone">
                  Rebase
                </Item>
                <Item onClick={() => choose('reparent_branch')}>Move onto…</Item>
              </>
            ) : (
              <Item first onClick={() => choose('register_existing_branch')}>
                Register on…
              </Item>
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function Item({
  onClick,
  hint,
  first = false,
  children,
}: {
  onClick: () => void;
  hint?: string;
  /** Gets the focus when the menu opens: the menu does not know how its button was pressed. */
  first?: boolean;
  children: string;
}) {
  return (
    <Menu.Item
      ref={first ? focus : undefined}
      onClick={onClick}
      className="touch flex cursor-default items-baseline gap-2 rounded-control px-2 py-1 data-highlighted:bg-selected"
    >
      {children}
      {hint && <span className="text-xs text-muted">{hint}</span>}
    </Menu.Item>
  );
}

function focus(element: HTMLElement | null): void {
  element?.focus();
}
