'use client';

import { Dialog } from '@base-ui/react/dialog';
import { useRef } from 'react';
import { useMay } from '../me';

const GROUPS: Array<{ title: string; acts?: true; keys: Array<[keys: string, words: string]> }> = [
  {
    title: 'Anywhere',
    keys: [
      ['⌘ K, Ctrl K', 'find or do something'],
      ['g n', 'what needs you'],
      ['g s', 'the stack'],
      ['g a', 'activity'],
      ['?', 'these keys'],
    ],
  },
  {
    title: 'In the stack',
    keys: [
      ['j k', 'the next row, the one before'],
      ['[ ]', 'from stack to stack'],
      ['← →', 'fold, unfold'],
      ['Enter', 'open the branch'],
      ['Esc', 'close it, or clear the selection'],
      ['/', 'find a branch'],
      ['o', 'open its pull request'],
      ['c', 'copy its name'],
    ],
  },
  {
    title: 'To act',
    acts: true,
    keys: [
      ['r', 'restack the branch and what stands on it'],
      ['R', 'restack its whole stack'],
      ['b', 'rebase the branch alone'],
      ['p', 'pick it up: aim with j k or find with /, drop with Enter'],
      ['x', 'select; Shift j k goes on selecting'],
      ['m', 'more'],
      ['s', 'sync'],
      ['z', 'go to Undo of the last job that moved something'],
    ],
  },
  {
    title: 'In Find',
    keys: [
      ['author:mara', 'whose; author:me, author:agents'],
      ['is:conflict', 'how it stands; is:held, is:restack, is:clean'],
      ['pr:open', 'its pull request; pr:12, pr:none, pr:approved, pr:red'],
      ['age:>7d', 'how old; h, d, w, m, y'],
      ['-is:merged', 'turned around'],
    ],
  },
  {
    title: 'In what needs you',
    keys: [
      ['j k', 'the next, the one before'],
      ['Enter', 'do it'],
      ['e', 'hide it until it changes'],
    ],
  },
];

/** Every key that does something for who looks. Loaded when it is asked for. */
export default function KeysHelp({ close }: { close: () => void }) {
  const mayAct = useMay('act');
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-30 bg-canvas/70" />
        {/* It is read from its top, and scrolled by keys where it is higher than the window. */}
        <Dialog.Popup
          ref={popup}
          initialFocus={popup}
          className="fixed top-[8dvh] left-1/2 z-30 flex max-h-[84dvh] w-160 max-w-[calc(100vw-24px)] -translate-x-1/2 flex-col gap-4 overflow-y-auto rounded-popup border border-hairline bg-raised p-4 shadow-lg focus-visible:outline-none"
        >
          <Dialog.Title className="text-base font-semibold">Keys</Dialog.Title>
          <div className="grid gap-x-8 gap-y-4 sm:grid-cols-2">
            {GROUPS.filter(({ acts }) => mayAct || !acts).map(({ title, keys }) => (
              <section key={title} aria-label={title}>
                <h3 className="pb-1 text-xs font-medium text-muted">{title}</h3>
                <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-baseline gap-x-3 gap-y-1">
                  {keys.map(([key, words]) => (
                    <div key={key} className="contents">
                      <dt>
                        <kbd className="rounded-chip border border-hairline px-1 font-mono text-xs">{key}</kbd>
                      </dt>
                      <dd>{words}</dd>
                    </div>
                  ))}
                </dl>
              </section>
            ))}
          </div>
          <Dialog.Close className="touch h-8 self-end rounded-control border border-line px-3 font-medium hover:bg-hover">
            Close
          </Dialog.Close>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
