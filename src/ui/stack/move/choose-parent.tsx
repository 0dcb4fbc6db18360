'use client';

import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { useMemo, useState } from 'react';
import type { BranchRow } from '@/db/schema';
import { visible } from '@/text/visible';
import { Button } from '../../controls';
import { typedBefore, useTypingHere } from '../../later/typed-ahead';
import { CommitList } from '../commit-list';
import { useForecast } from '../forecast';
import { outlineQuestion } from '../groups/question';
import { layoutStack } from '../layout';
import { moveWords, possibleParents } from './choices';

/** More are found by typing. */
const SHOWN = 50;

/**
 * Asks which branch another one shall stand on, by typing or from the list, and says what comes of it before it is
 * done. Loaded on first use.
 */
export default function ChooseParent({
  kind,
  branch,
  repo,
  choose,
  close,
}: {
  kind: 'reparent_branch' | 'register_existing_branch';
  branch: BranchRow;
  repo: { repoId: string; trunk: string | null; branches: BranchRow[] };
  choose: (parent: string) => void;
  close: () => void;
}) {
  const { repoId, trunk, branches } = repo;
  const picture = useMemo(() => layoutStack(branches), [branches]);
  const choices = useMemo(
    () => possibleParents(branch.name, { trunk, branches, picture }),
    [branch.name, trunk, branches, picture],
  );
  const moves = kind === 'reparent_branch';
  const [typed, setTyped] = useState(() => typedBefore() || (moves ? '' : (branch.suggestedParent ?? '')));
  useTypingHere(setTyped);
  const [aimed, setAimed] = useState<string | undefined>();
  const parent = typed.trim();
  const known = choices.includes(parent);
  const foreseen = useForecast(known ? { repoId, kind, branch: branch.name, parent } : null, 'clean');
  const own = (foreseen?.state === 'ready' && foreseen.outline.registered[0]?.own) || [];
  // What comes of a move is read before it is done; where that cannot be known, it says so. To register moves nothing.
  const isForeseen = !moves || (foreseen !== null && foreseen.state !== 'pending');
  const confirm = () => {
    if (!known || !isForeseen) return;
    choose(parent);
    close();
  };

  return (
    <Dialog.Root open onOpenChange={(open) => !open && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-30 bg-canvas/70" />
        <Dialog.Popup className="fixed top-[12dvh] left-1/2 z-30 flex w-110 max-w-[calc(100vw-24px)] -translate-x-1/2 flex-col gap-3 rounded-popup border border-hairline bg-raised p-4 shadow-lg">
          <Dialog.Title className="text-base font-semibold break-words">
            {moves ? `Move ${visible(branch.name)} onto…` : `Register ${visible(branch.name)} on…`}
          </Dialog.Title>
          <form
            className="flex min-h-0 flex-col gap-3"
            onSubmit={(event) => {
              event.preventDefault();
              confirm();
            }}
          >
            <Autocomplete.Root
              items={choices}
              limit={SHOWN}
              value={typed}
              onValueChange={setTyped}
              onItemHighlighted={setAimed}
              inline
              open
            >
              <Autocomplete.Input
                aria-label="Branch"
                onKeyDown={(event) => {
                  // Enter first picks the branch that is aimed at, then confirms it.
                  if (event.key !== 'Enter' || (aimed !== undefined && aimed !== typed)) return;
                  event.preventDefault();
                  confirm();
                }}
                placeholder="Find a branch…"
                className="touch h-8 w-full rounded-control border border-line bg-surface px-2 font-mono text-xs"
              />
              <Autocomplete.Empty className="px-2 text-muted empty:hidden">
                No such branch can be below it.
              </Autocomplete.Empty>
              <Autocomplete.List className="max-h-60 overflow-y-auto">
                {(name: string) => (
                  <Autocomplete.Item
                    key={name}
                    value={name}
                    onClick={() => setTyped(name)}
                    className="touch cursor-default truncate rounded-control px-2 py-1 font-mono text-xs data-highlighted:bg-selected"
                  >
                    {visible(name)}
                  </Autocomplete.Item>
                )}
              </Autocomplete.List>
            </Autocomplete.Root>
            <p
              role="status"
              className={`min-h-5 text-xs ${foreseen?.state === 'ready' && foreseen.conflicts ? 'text-conflict' : 'text-muted'}`}
            >
              {known && `Forecast: ${foreseen?.words || 'asked for…'}`}
            </p>
            {own.length > 0 && (
              <section aria-label="Its own commits" className="text-xs text-muted">
                Its own commits then:
                <ul className="max-h-24 overflow-y-auto">
                  {own.map(({ commit, subject }) => (
                    <li key={commit} className="truncate">
                      <code className="font-mono">{commit.slice(0, 8)}</code> {subject}
                    </li>
                  ))}
                </ul>
              </section>
            )}
            {foreseen?.state === 'ready' && (
              <>
                <p className="text-xs text-restack empty:hidden">{outlineQuestion(foreseen.outline, branches)}</p>
                <CommitList outline={foreseen.outline} />
              </>
            )}
            <div className="flex flex-wrap justify-end gap-2">
              <Button onClick={close}>Cancel</Button>
              <Button
                type="submit"
                look="primary"
                disabled={!known}
                aria-disabled={(known && !isForeseen) || undefined}
                className="max-w-full"
              >
                <span className="truncate">
                  {known
                    ? `${moves ? moveWords(branch.name, picture) : 'Register on'} ${visible(parent)}`
                    : 'Choose a branch'}
                </span>
                {known && !isForeseen && <span className="sr-only"> (not now: its forecast is asked for)</span>}
              </Button>
            </div>
          </form>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
