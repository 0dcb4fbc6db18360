'use client';

import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { useState } from 'react';
import { visible } from '@/text/visible';
import { Button } from '../controls';
import { type ForecastAsk, useForecast } from './forecast';

/** More are found by typing. */
const SHOWN = 50;

/** Asks for a branch, by typing or from the list, and says what will be done with it before it is done. Loaded on first use. */
export default function ChooseBranch({
  title,
  action,
  choices,
  suggested,
  foresee,
  choose,
  close,
}: {
  title: string;
  /** The confirming button's words, before the branch's name. */
  action: string;
  choices: string[];
  suggested: string | null;
  /** The action whose forecast is shown for the branch that is chosen. */
  foresee?: (branch: string) => ForecastAsk;
  choose: (branch: string) => void;
  close: () => void;
}) {
  const [typed, setTyped] = useState(suggested ?? '');
  const [aimed, setAimed] = useState<string | undefined>();
  const known = choices.includes(typed.trim());
  const foreseen = useForecast(known && foresee ? foresee(typed.trim()) : null, 'clean');
  const confirm = () => {
    if (!known) return;
    choose(typed.trim());
    close();
  };

  return (
    <Dialog.Root open onOpenChange={(open) => !open && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-30 bg-canvas/70" />
        <Dialog.Popup className="fixed top-[12dvh] left-1/2 z-30 flex w-110 max-w-[calc(100vw-24px)] -translate-x-1/2 flex-col gap-3 rounded-popup border border-hairline bg-raised p-4 shadow-lg">
          <Dialog.Title className="text-base font-semibold break-words">{title}</Dialog.Title>
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
            {foresee && (
              <p
                role="status"
                className={`min-h-5 text-xs ${foreseen?.state === 'ready' && foreseen.conflicts ? 'text-conflict' : 'text-muted'}`}
              >
                {foreseen?.words && `Forecast: ${foreseen.words}`}
              </p>
            )}
            <div className="flex flex-wrap justify-end gap-2">
              <Button onClick={close}>Cancel</Button>
              <Button type="submit" look="primary" disabled={!known} className="max-w-full">
                <span className="truncate">{known ? `${action} ${typed.trim()}` : 'Choose a branch'}</span>
              </Button>
            </div>
          </form>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
