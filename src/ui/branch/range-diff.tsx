'use client';

import type { RangeDiff, RangeDiffPair } from '@/model/changes';
import { visible } from '@/text/visible';
import { counted } from '@/text/words';
import { ScrollText, Skeleton } from '../controls';
import { NotShown } from './not-shown';
import { type RangeDiffAsk, useRangeDiff } from './use-changes';

/** What has become of a branch's commits by a move. */
export default function RangeDiffView({ ask }: { ask: RangeDiffAsk }) {
  const shown = useRangeDiff(ask);
  return (
    <div className="w-full min-w-0 py-1">
      {shown.state === 'pending' && <Skeleton rows={2} label="Comparing the commits" />}
      {shown.state === 'error' && <NotShown repoId={ask.repoId} shown={shown} />}
      {shown.state === 'ready' && <Pairs {...shown.content} />}
    </div>
  );
}

const WORDS: Record<RangeDiffPair['kind'], string> = {
  same: 'the same patch',
  changed: 'its patch is another',
  dropped: 'no longer there',
  added: 'new',
};

function Pairs({ pairs, same }: RangeDiff) {
  return (
    <>
      <p className={same ? 'text-completed' : 'text-restack'}>
        {same
          ? `Its changes are the same: ${pairs.length === 1 ? '1 commit, with' : `${pairs.length} commits, each with`} an equal patch.`
          : `${pairs.filter(({ kind }) => kind === 'same').length} of ${counted(pairs.length, 'commit')} ${pairs.length === 1 ? 'has' : 'have'} an equal patch.`}
      </p>
      <ul className="text-xs">
        {pairs.map(({ kind, before, after, subject, diff }) => (
          <li key={`${before} ${after}`} className="flex flex-wrap items-baseline gap-x-2">
            <code className="font-mono text-muted">
              {before?.slice(0, 8) ?? '–'} → {after?.slice(0, 8) ?? '–'}
            </code>
            <span className="min-w-0 break-words">{visible(subject)}</span>
            <span className={kind === 'same' ? 'text-muted' : 'text-restack'}>{WORDS[kind]}</span>
            {diff !== null && (
              <ScrollText
                label={`How the patch of ${visible(subject)} differs`}
                className="my-1 max-h-80 w-full rounded-control border border-hairline bg-canvas p-2"
              >
                {diff}
              </ScrollText>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
