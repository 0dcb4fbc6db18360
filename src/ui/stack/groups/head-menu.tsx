'use client';

import { Menu } from '@base-ui/react/menu';
import { type RefObject, useState } from 'react';
import type { BranchRow } from '@/db/schema';
import { counted } from '@/text/words';
import { problemOf, problemWords } from '../../api';
import { copyText } from '../../copy';
import type { Head } from '../entries';
import { markdownOf } from './markdown';

/** What can be done with all the branches of a group. Loaded when it is first opened. */
export default function HeadMenu({
  head,
  branches,
  anchor,
  select,
  forget,
  close,
}: {
  head: Head;
  branches: BranchRow[];
  anchor: RefObject<HTMLButtonElement | null>;
  /** Null where who looks may do nothing with a selection. */
  select: (() => void) | null;
  /** Forgets branches that are gone; null where who looks may not. */
  forget: ((names: string[]) => Promise<unknown>) | null;
  close: () => void;
}) {
  const [copied, setCopied] = useState<boolean | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const names = new Set(head.branches);
  const rows = branches.filter(({ name }) => names.has(name));
  const urls = rows.flatMap(({ prUrl, prState }) =>
    prUrl && (prState === 'open' || prState === 'draft') ? [prUrl] : [],
  );
  const gone = rows.flatMap((row) => (row.gone ? [row.name] : []));
  const item = 'touch flex cursor-default items-baseline gap-2 rounded-control px-2 py-1 data-highlighted:bg-selected';
  return (
    <Menu.Root open onOpenChange={(open) => !open && close()} modal={false}>
      <Menu.Portal container={document.getElementById('main')}>
        <Menu.Positioner anchor={anchor} side="bottom" align="end" sideOffset={4} className="z-20">
          <Menu.Popup
            finalFocus={anchor}
            className="min-w-52 max-w-(--available-width) rounded-popup border border-hairline bg-raised p-1 shadow-lg focus:outline-none"
          >
            {select && (
              <Menu.Item className={item} onClick={select}>
                Select {counted(names.size, 'branch', 'branches')}
              </Menu.Item>
            )}
            <Menu.Item
              className={item}
              closeOnClick={false}
              onClick={() => void copyText(markdownOf(head, rows)).then(setCopied)}
            >
              {copied ? 'Copied' : 'Copy as a Markdown list'}
              {copied === false && <span className="text-xs text-muted">the browser does not let this page</span>}
            </Menu.Item>
            {urls.length > 0 && (
              <Menu.Item
                className={item}
                onClick={() => {
                  for (const url of urls) window.open(url, '_blank', 'noopener,noreferrer');
                }}
              >
                Open {counted(urls.length, 'pull request')}
              </Menu.Item>
            )}
            {forget && gone.length > 0 && (
              <Menu.Item
                className={item}
                closeOnClick={false}
                onClick={() =>
                  void forget(gone).then(close, (error: unknown) => setProblem(problemWords(problemOf(error))))
                }
              >
                Forget {gone.length === names.size ? counted(gone.length, 'branch', 'branches') : `${gone.length} gone`}
                {problem && <span className="text-xs text-muted">{problem}</span>}
              </Menu.Item>
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
