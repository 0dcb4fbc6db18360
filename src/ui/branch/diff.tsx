'use client';

import { useEffect, useMemo, useState } from 'react';
import {
  Diff as DiffTable,
  Hunk,
  type HunkData,
  type HunkTokens,
  markEdits,
  parseDiff,
  tokenize,
} from 'react-diff-view';
import 'react-diff-view/style/index.css';
import './diff.css';
import type { ChangedFile } from '@/model/changes';
import { visible } from '@/text/visible';
import { type Highlight, languageOf } from './highlight';

export type View = 'unified' | 'split';

/** Characters of a patch, and lines of a file, beyond which nothing is coloured: it would keep the page waiting. */
const MOST_COLOURED = 60_000;
const MOST_LINES = 20_000;

/** A file's patch, unified or side by side, with what has changed within a line marked. */
export default function Diff({ file, view }: { file: ChangedFile; view: View }) {
  const { path, patch } = file;
  const hunks = useMemo(() => hunksOf(patch ?? ''), [patch]);
  const language = languageOf(path);
  const small =
    (patch ?? '').length <= MOST_COLOURED &&
    hunks.every(({ oldStart, newStart }) => Math.max(oldStart, newStart) <= MOST_LINES);
  const highlight = useHighlight(small && language !== null);
  const tokens = useMemo(
    () => (small ? tokensOf(hunks, highlight, language) : null),
    [hunks, small, highlight, language],
  );
  const kind = file.before === null ? 'add' : file.after === null ? 'delete' : 'modify';
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section aria-label={`Changes of ${visible(path)}`} tabIndex={0} className="diff-scroll overflow-x-auto">
      <DiffTable viewType={view} diffType={kind} hunks={hunks} tokens={tokens} gutterType="default">
        {(shown) => shown.map((hunk) => <Hunk key={`${hunk.content} ${hunk.oldStart} ${hunk.newStart}`} hunk={hunk} />)}
      </DiffTable>
    </section>
  );
}

/** The patch comes without headers; whoever reads it wants some. */
function hunksOf(patch: string): HunkData[] {
  return parseDiff(`diff --git a/x b/x\n--- a/x\n+++ b/x\n${patch}\n`)[0]?.hunks ?? [];
}

function tokensOf(hunks: HunkData[], highlight: Highlight | null, language: string | null): HunkTokens {
  const enhancers = [markEdits(hunks, { type: 'block' })];
  return highlight && language !== null
    ? tokenize(hunks, { enhancers, highlight: true, refractor: { highlight }, language })
    : tokenize(hunks, { enhancers });
}

/** What colours code, once it is loaded; null until then, and where it is not wanted. */
function useHighlight(wanted: boolean): Highlight | null {
  const [highlight, setHighlight] = useState<{ run: Highlight } | null>(null);
  useEffect(() => {
    if (!wanted) return;
    let left = false;
    void import('./highlighter').then(({ highlighter }) => left || setHighlight({ run: highlighter }));
    return () => {
      left = true;
    };
  }, [wanted]);
  return highlight?.run ?? null;
}
