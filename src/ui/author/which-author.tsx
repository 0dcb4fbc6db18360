'use client';

import { Dialog } from '@base-ui/react/dialog';
import type { BranchRow } from '@/db/schema';
import { visible } from '@/text/visible';
import { Button } from '../controls';
import { branchesWord } from '../repos/counts';
import { isBot } from './bot';
import { author as known } from './known';

/** Asks once which author of the commits one is: whose branches are one's own, and who asks for jobs. Loaded on first use. */
export default function WhichAuthor({
  branches,
  done,
  close,
}: {
  branches: readonly Pick<BranchRow, 'author'>[];
  /** Once it is said. */
  done: () => void;
  close: () => void;
}) {
  const author = known.use();
  const counts = new Map<string, number>();
  for (const { author: name } of branches) if (name && !isBot(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const authors = [...counts].sort(([a, x], [b, y]) => y - x || a.localeCompare(b));
  return (
    <Dialog.Root open onOpenChange={(open) => !open && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-30 bg-canvas/70" />
        <Dialog.Popup className="fixed top-[12dvh] left-1/2 z-30 flex max-h-[76dvh] w-110 max-w-[calc(100vw-24px)] -translate-x-1/2 flex-col gap-3 rounded-popup border border-hairline bg-raised p-4 shadow-lg">
          <Dialog.Title className="text-base font-semibold">Which author are you?</Dialog.Title>
          <Dialog.Description className="text-muted">
            Your branches are those whose newest commit is yours, and your jobs carry your name. This browser keeps it.
          </Dialog.Description>
          {authors.length === 0 && <p>No branch here has a person’s commit on top.</p>}
          <ul className="-mx-1 min-h-0 overflow-y-auto p-1">
            {authors.map(([name, count]) => (
              <li key={name}>
                <button
                  type="button"
                  aria-pressed={name === author}
                  onClick={() => {
                    known.put(name);
                    done();
                    close();
                  }}
                  className="touch flex w-full items-baseline gap-2 rounded-control px-2 py-1 text-left hover:bg-selected aria-pressed:bg-selected aria-pressed:font-medium"
                >
                  <span className="min-w-0 break-words">{visible(name)}</span>
                  <span className="text-xs text-muted">{branchesWord(count)}</span>
                </button>
              </li>
            ))}
          </ul>
          <div className="flex flex-wrap justify-end gap-2">
            {author !== null && (
              <Button
                onClick={() => {
                  known.put(null);
                  close();
                }}
              >
                Forget it
              </Button>
            )}
            <Button onClick={close}>Cancel</Button>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
