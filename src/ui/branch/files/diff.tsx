'use client';

import { useEffect, useMemo, useState } from 'react';
import { Diff as DiffTable, Hunk, type HunkData, type HunkTokens, markEdits, tokenize } from 'react-diff-view';
import 'react-diff-view/style/index.css';
import './diff.css';
import type { ChangedFile } from '@/model/changes';
import { visible } from '@/text/visible';
import { counted } from '@/text/words';
import { Button } from '../../controls';
import { type Highlight, languageOf } from './highlight';
import { foldLines, read, type View } from './patch';

/** Characters of a patch, and lines of a file, beyond which nothing is coloured: it would keep the page waiting. */
const MOST_COLOURED = 60_000;
const MOST_LINES = 20_000;

/** Lines that are drawn at first, and with each press: thousands at once would keep the page waiting. */
const DRAWN = 1000;
const MORE = 2000;

/** A file's patch, unified or side by side, with what has changed within a line marked. */
export default function Diff({ file, view }: { file: ChangedFile; view: View }) {
  const { path, patch } = file;
  const [whole, setWhole] = useState(false);
  const folded = useMemo(() => foldLines(patch ?? ''), [patch]);
  const text = whole ? (patch ?? '') : folded.text;
  const { hunks, end } = useMemo(() => read(text, view), [text, view]);
  const language = languageOf(path);
  const small =
    text.length <= MOST_COLOURED && hunks.every(({ oldStart, newStart }) => Math.max(oldStart, newStart) <= MOST_LINES);
  const highlight = useHighlight(small && language !== null);
  const tokens = useMemo(
    () => (small ? tokensOf(hunks, highlight, language) : null),
    [hunks, small, highlight, language],
  );
  const [most, setMost] = useState(DRAWN);
  const lines = useMemo(() => hunks.reduce((sum, { changes }) => sum + changes.length, 0), [hunks]);
  const drawn = useMemo(() => (lines > most ? upTo(hunks, most) : hunks), [hunks, lines, most]);
  const kind = file.before === null ? 'add' : file.after === null ? 'delete' : 'modify';
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section aria-label={`Changes of ${visible(path)}`} tabIndex={0} className="diff-scroll overflow-x-auto">
        <DiffTable viewType={view} diffType={kind} hunks={drawn} tokens={tokens} gutterType="default">
          {(some) => some.map((hunk) => <Hunk key={`${hunk.content} ${hunk.oldStart} ${hunk.newStart}`} hunk={hunk} />)}
        </DiffTable>
      </section>
      {end !== null && lines <= most && <p className="px-2 py-1 text-xs text-muted">{end}</p>}
      {folded.count > 0 && (
        <Button className="m-2" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? 'Fold' : 'Show'} {counted(folded.count, 'long line')}
        </Button>
      )}
      {lines > most && (
        <Button className="m-2" onClick={() => setMost(most + MORE)}>
          Show {Math.min(MORE, lines - most).toLocaleString('en-US')} more lines
        </Button>
      )}
    </>
  );
}

/** The hunks up to so many lines. */
function upTo(hunks: HunkData[], most: number): HunkData[] {
  let room = most;
  return hunks.flatMap((hunk) => {
    const changes = hunk.changes.slice(0, Math.max(0, room));
    room -= hunk.changes.length;
    return changes.length === 0 ? [] : [{ ...hunk, changes }];
  });
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
    import('./highlighter').then(
      ({ highlighter }) => left || setHighlight({ run: highlighter }),
      // Code can be read without colours.
      () => undefined,
    );
    return () => {
      left = true;
    };
  }, [wanted]);
  return highlight?.run ?? null;
}
