'use client';

import { Dialog } from '@base-ui/react/dialog';
import type { BranchRow } from '@/db/schema';
import { visible } from '@/text/visible';
import { Button, LongList } from '../../controls';
import { branchesWord } from '../counts';
import { leftOut, previewSuggestions } from './suggestions';

/** Shows which branch would stand on which before every suggestion is registered. Loaded on first use. */
export default function RegisterAll({
  trunk,
  branches,
  confirm,
  close,
}: {
  trunk: string | null;
  branches: BranchRow[];
  confirm: () => void;
  close: () => void;
}) {
  const rows = previewSuggestions(branches);
  const without = leftOut(branches);
  const count = rows.filter((row) => row.fresh).length;
  return (
    <Dialog.Root open onOpenChange={(open) => !open && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-30 bg-canvas/70" />
        <Dialog.Popup className="fixed top-[8dvh] left-1/2 z-30 flex max-h-[84dvh] w-130 max-w-[calc(100vw-24px)] -translate-x-1/2 flex-col gap-3 rounded-popup border border-hairline bg-raised p-4 shadow-lg">
          <Dialog.Title className="text-base font-semibold">Register these stacks?</Dialog.Title>
          <Dialog.Description className="text-muted">
            Each branch is tracked on the one that it seems to stand on. Nothing is moved or pushed, and each can be
            moved onto another branch later.
          </Dialog.Description>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <section aria-label="Stacks to register" tabIndex={0} className="min-h-0 overflow-y-auto">
            <p className="py-0.5 font-mono text-xs text-muted">{visible(trunk ?? 'the trunk')}</p>
            <LongList items={rows} className="font-mono text-xs">
              {(row) => (
                <li
                  key={row.name}
                  data-suggestion={row.name}
                  className="flex min-w-0 items-baseline gap-2 border-hairline py-0.5"
                  style={{ paddingLeft: Math.min(row.level, 8) * 16 }}
                >
                  <span className={`min-w-0 break-all ${row.fresh ? 'font-medium' : 'text-muted'}`}>
                    <span aria-hidden className="mr-2 text-line">
                      └
                    </span>
                    {visible(row.name)}
                    <span className="sr-only"> on {visible(row.parent ?? '')}</span>
                  </span>
                  {!row.fresh && <span className="shrink-0 font-sans text-muted">registered already</span>}
                </li>
              )}
            </LongList>
            {without.length > 0 && (
              <>
                <h3 className="pt-3 text-xs font-medium text-muted">Left out</h3>
                <LongList items={without} className="text-xs">
                  {({ name, why }) => (
                    <li key={name} data-left-out={name} className="py-0.5 break-words">
                      <span className="font-mono break-all">{name}</span> <span className="text-muted">{why}</span>
                    </li>
                  )}
                </LongList>
              </>
            )}
          </section>
          <div className="flex flex-wrap justify-end gap-2">
            <Button onClick={close}>Cancel</Button>
            <Button
              look="primary"
              disabled={count === 0}
              onClick={() => {
                confirm();
                close();
              }}
            >
              Register {branchesWord(count)}
            </Button>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
