'use client';

import { CircleUser } from 'lucide-react';
import { Suspense, useState } from 'react';
import type { BranchRow } from '@/db/schema';
import { visible } from '@/text/visible';
import { author as known } from '../../author/known';
import { laterPart } from '../../later/later-part';
import { searchedWith, WHOSE, whoseOf, whoseWord } from './whose';

const WhichAuthor = laterPart(() => import('../../author/which-author'), {
  what: 'The question',
  leave: ({ close }) => close,
});

/** Whose branches are shown: a word of the search, so that it stands in the address. */
export function WhoseChoice({
  branches,
  search,
  find,
}: {
  branches: BranchRow[];
  search: string;
  find: (search: string) => void;
}) {
  const author = known.use();
  const [asking, setAsking] = useState<'mine' | 'change' | null>(null);
  const whose = whoseOf(search);
  const title = `Whose branches: ${whoseWord[whose].toLowerCase()}`;
  return (
    <span
      data-tip={title}
      data-whose={whose}
      className="relative flex size-7 shrink-0 items-center justify-center rounded-control text-muted hover:bg-hover has-focus-visible:outline-2 has-focus-visible:outline-accent data-[whose=agents]:bg-selected data-[whose=agents]:text-text data-[whose=mine]:bg-selected data-[whose=mine]:text-text"
    >
      <CircleUser size={14} aria-hidden />
      <select
        aria-label="Whose branches"
        value={whose}
        onChange={({ target: { value } }) => {
          if (value === 'change') setAsking('change');
          else if (value === 'mine' && author === null) setAsking('mine');
          else find(searchedWith(search, WHOSE.find((each) => each === value) ?? 'all'));
        }}
        className="absolute inset-0 cursor-pointer opacity-0"
      >
        {WHOSE.map((each) => (
          <option key={each} value={each}>
            {whoseWord[each]}
            {each === 'mine' && author !== null && ` (${visible(author)})`}
          </option>
        ))}
        {author !== null && <option value="change">I am somebody else…</option>}
      </select>
      {asking && (
        <Suspense>
          <WhichAuthor
            branches={branches}
            done={() => asking === 'mine' && find(searchedWith(search, 'mine'))}
            close={() => setAsking(null)}
          />
        </Suspense>
      )}
    </span>
  );
}
