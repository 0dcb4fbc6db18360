'use client';

import { Menu } from '@base-ui/react/menu';
import { type RefObject, useState } from 'react';
import type { BranchRow } from '@/db/schema';
import type { ActionKind } from '@/model/kinds';
import { isKept } from '@/repos/kept';
import { keptWords } from '@/repos/kept-words';
import { historyAddress } from '../../activity/address';
import { problemOf, problemWords } from '../../api';
import { copyText } from '../../copy';
import { useIsRead } from '../../jobs/ask/to-read';
import type { Ask } from '../../jobs/job-button';
import { useMay } from '../../me';
import { useApi } from '../../providers';
import { useGo } from '../../shell/go';
import { restackQuestion } from '../groups/question';

/** What can be done with a branch beside its main button. Loaded when it is first opened. */
export default function RowMenu({
  repoId,
  branch,
  covered,
  refusal,
  anchor,
  finalFocus,
  start,
  send,
  expect,
  choose,
  close,
}: {
  repoId: string;
  branch: BranchRow;
  /** Why it cannot be moved just now. */
  covered: string | null;
  /** Why a Restack of it would move nothing, or cannot be asked for. */
  refusal: string | null;
  anchor: RefObject<HTMLButtonElement | null>;
  /** Gets the focus when it closes. */
  finalFocus: RefObject<HTMLElement | null>;
  /** What comes of it is shown by the row's own button. */
  start: (kind: ActionKind) => void;
  send: (name: string, ask: Ask) => void;
  /** What is about to be asked for gives rows other places. */
  expect?: () => void;
  choose: (kind: 'reparent_branch' | 'register_existing_branch') => void;
  close: () => void;
}) {
  const go = useGo();
  const api = useApi();
  const mayAct = useMay('act');
  const kept = isKept(branch);
  const of = { repoId, branch: branch.name };
  const question = restackQuestion([branch]);
  const [sure, setSure] = useState(false);
  // Where nothing is to be asked any more, what it does is: nobody has read that it would be done at once.
  const asked = sure ? (question ?? 'Rebase it?') : null;
  const isRead = useIsRead(asked);
  const pressRebase = () => {
    if (asked === null ? question === null : isRead) start('rebase_branch');
    else setSure(true);
  };
  return (
    <Menu.Root open onOpenChange={(open) => !open && close()} modal={false}>
      {/* Within the page's landmark, where who goes by landmarks finds it. */}
      <Menu.Portal container={document.getElementById('main')}>
        <Menu.Positioner anchor={anchor} side="bottom" align="end" sideOffset={4} className="z-20">
          <Menu.Popup
            finalFocus={finalFocus}
            className="min-w-52 max-w-(--available-width) rounded-popup border border-hairline bg-raised p-1 shadow-lg focus:outline-none"
          >
            {mayAct && (
              <>
                {kept || branch.gone ? null : branch.tracked ? (
                  <>
                    <Item first off={refusal} onClick={() => start('restack_subtree')} hint="with what stands on it">
                      Restack
                    </Item>
                    <Item
                      off={covered}
                      stays={asked === null ? question !== null : !isRead}
                      onClick={pressRebase}
                      hint={asked === null ? 'this branch alone' : `${asked} Choose it once more.`}
                    >
                      Rebase
                    </Item>
                    <Item off={covered} onClick={() => choose('reparent_branch')}>
                      Move onto…
                    </Item>
                  </>
                ) : (
                  <Item first onClick={() => choose('register_existing_branch')}>
                    Register on…
                  </Item>
                )}
                {!branch.gone && (
                  <AtOnce
                    first={kept}
                    label={kept ? 'Let it move' : 'Keep where it is'}
                    hint={kept ? `it ${keptWords(branch)}` : 'a long-lived branch'}
                    press={() => api.branches.update.mutate({ ...of, kept: !kept })}
                    close={close}
                  />
                )}
                {branch.tracked && (
                  <Item
                    first={branch.gone}
                    onClick={() =>
                      send('untrack', (idempotencyKey) => api.branches.untrack.mutate({ ...of, idempotencyKey }))
                    }
                    hint="its commits stay"
                  >
                    Untrack
                  </Item>
                )}
                {branch.gone && (
                  <AtOnce
                    first={!branch.tracked}
                    label="Forget"
                    hint="takes it off this list"
                    press={() => {
                      expect?.();
                      return api.branches.forget.mutate({ repoId, branches: [branch.name] });
                    }}
                    close={close}
                  />
                )}
                <Menu.Separator className="mx-2 my-1 h-px bg-hairline" />
              </>
            )}
            <Item
              first={!mayAct}
              onClick={() => go(historyAddress(repoId, { branch: branch.name }))}
              hint="what happened to it"
            >
              History
            </Item>
            <CopyName name={branch.name} />
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

/** What is done at once, by no job; the menu stays to say what went wrong. */
function AtOnce({
  label,
  hint,
  first = false,
  press,
  close,
}: {
  label: string;
  hint: string;
  first?: boolean;
  press: () => Promise<unknown>;
  close: () => void;
}) {
  const [problem, setProblem] = useState<string | null>(null);
  return (
    <Item
      stays
      first={first}
      onClick={() => void press().then(close, (error: unknown) => setProblem(problemWords(problemOf(error))))}
      hint={problem ?? hint}
    >
      {label}
    </Item>
  );
}

/** The menu stays, to say that it has copied. */
function CopyName({ name }: { name: string }) {
  const [copied, setCopied] = useState<boolean | null>(null);
  return (
    <Item
      stays
      onClick={() => void copyText(name).then(setCopied)}
      hint={copied === false ? 'the browser does not let this page' : ''}
    >
      {copied ? 'Copied' : 'Copy its name'}
    </Item>
  );
}

function Item({
  onClick,
  hint,
  off = null,
  first = false,
  stays = false,
  children,
}: {
  onClick: () => void;
  hint?: string;
  /** Why it cannot be chosen now. */
  off?: string | null;
  /** Gets the focus when the menu opens: the menu does not know how its button was pressed. */
  first?: boolean;
  /** The menu stays open. */
  stays?: boolean;
  children: string;
}) {
  return (
    <Menu.Item
      ref={first ? focus : undefined}
      onClick={off ? undefined : onClick}
      aria-disabled={off ? true : undefined}
      closeOnClick={!stays && !off}
      className="touch flex cursor-default items-baseline gap-2 rounded-control px-2 py-1 aria-disabled:text-muted data-highlighted:bg-selected"
    >
      {children}
      {(off ?? hint) && <span className="text-xs text-muted">{off ?? hint}</span>}
    </Menu.Item>
  );
}

function focus(element: HTMLElement | null): void {
  element?.focus();
}
