'use client';

import { ChevronRight } from 'lucide-react';
import { Suspense, useMemo, useState } from 'react';
import type { ChangedFile, Changes } from '@/model/changes';
import { visible } from '@/text/visible';
import { counted } from '@/text/words';
import { LongList, Skeleton } from '../../controls';
import { laterPart } from '../../later/later-part';
import { bytes } from '../../status/bytes';
import { NotShown } from '../not-shown';
import { Part } from '../part';
import { Size } from '../size';
import { type ChangesAsk, type Shown, useChanges } from '../use-changes';
import type { View } from './patch';
import { isPicture, Pictures } from './pictures';

/** Its code comes with that of whatever shows files. */
export const Diff = laterPart(() => import('./diff'), { what: 'The text' });

/** Lines of a patch beyond which it is folded, and of all patches that are open at first. */
const LONG = 400;
const OPEN_AT_FIRST = 2000;

/** What is changed, file by file. */
export function Files({
  repoId,
  ask,
  shown,
  of,
  showAll,
  hideWhitespace,
  setHideWhitespace,
}: {
  repoId: string;
  ask: ChangesAsk;
  shown: Shown<Changes>;
  /** The commit whose changes these are, in words; null for those of the whole branch. */
  of: string | null;
  showAll: () => void;
  hideWhitespace: boolean;
  setHideWhitespace: (hide: boolean) => void;
}) {
  const [view, setView] = useState<View>('unified');
  const changes = shown.state === 'ready' ? shown.content : null;
  const uncounted = changes?.files.filter(({ kind }) => kind === 'large').length ?? 0;
  const openAtFirst = useMemo(() => openOnes(changes?.files ?? []), [changes]);
  return (
    <Part
      title="Changes"
      beside={
        <span className="inline-flex flex-wrap items-baseline gap-2">
          {changes && counted(changes.fileCount, 'file')}
          {changes && <Size additions={changes.additions} deletions={changes.deletions} />}
          {uncounted > 0 && <span>without {counted(uncounted, 'file')} too large to be compared</span>}
          {of && (
            <button type="button" onClick={showAll} className="touch text-accent underline">
              of {of} alone: show all
            </button>
          )}
        </span>
      }
    >
      <div className="mb-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-xs">
        {/* biome-ignore lint/a11y/useSemanticElements: two buttons are no part of a form */}
        <div role="group" aria-label="View" className="flex gap-1 max-sm:hidden">
          {(['unified', 'split'] as const).map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={view === each}
              onClick={() => setView(each)}
              className="touch rounded-control px-2 py-0.5 text-muted hover:bg-hover aria-pressed:bg-selected aria-pressed:font-medium aria-pressed:text-text"
            >
              {each === 'split' ? 'Side by side' : 'Unified'}
            </button>
          ))}
        </div>
        <label className="touch flex items-center gap-1.5">
          <input
            type="checkbox"
            checked={hideWhitespace}
            onChange={(event) => setHideWhitespace(event.target.checked)}
            className="accent-accent"
          />
          Hide whitespace
        </label>
      </div>
      {shown.state === 'pending' && <Skeleton rows={8} label="Loading the changes" />}
      {shown.state === 'error' && <NotShown repoId={repoId} shown={shown} />}
      {changes && changes.fileCount === 0 && <p className="text-muted">Nothing differs.</p>}
      {changes && (
        <LongList items={changes.files} first={100} className="flex flex-col gap-2">
          {(file, at) => (
            <li key={`${ask.from} ${ask.to} ${file.path}`} data-file={file.path}>
              <File ask={ask} at={at} file={file} openAtFirst={openAtFirst.has(at)} view={view} />
            </li>
          )}
        </LongList>
      )}
      {changes && changes.fileCount > changes.files.length && (
        <p className="mt-2 text-muted">
          and {counted(changes.fileCount - changes.files.length, 'more file')}, which git shows in a clone of yours
        </p>
      )}
    </Part>
  );
}

/** Which files are open at first: those that are not long, until there is enough to read. */
function openOnes(files: ChangedFile[]): ReadonlySet<number> {
  const open = new Set<number>();
  let lines = 0;
  for (const [at, { patch }] of files.entries()) {
    const length = patch === null ? 0 : linesOf(patch);
    if (length === 0 || length > LONG || lines + length > OPEN_AT_FIRST) continue;
    lines += length;
    open.add(at);
  }
  return open;
}

function linesOf(patch: string): number {
  let count = 1;
  for (let at = patch.indexOf('\n'); at >= 0; at = patch.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** One file: what has become of it, and its patch once it is open. */
function File({
  ask,
  at,
  file,
  openAtFirst,
  view,
}: {
  ask: ChangesAsk;
  at: number;
  file: ChangedFile;
  openAtFirst: boolean;
  view: View;
}) {
  const [open, setOpen] = useState(openAtFirst);
  const alone = useChanges(open && file.omitted === 'all' ? { ...ask, file: at } : null);
  const whole = alone.state === 'ready' ? (alone.content.files[0] ?? file) : file;
  const note = noteOf(file);
  const picture = file.kind === 'binary' && isPicture(file.path);
  const hasMore = file.patch !== null || file.omitted !== null || picture;
  const head = (
    <>
      <span className="min-w-0 font-mono text-xs break-all">
        {file.from !== null && <span className="text-muted">{visible(file.from)} → </span>}
        {visible(file.path)}
      </span>{' '}
      {note && <span className="text-xs text-muted">{note}</span>}{' '}
      {file.additions !== null && file.deletions !== null && (
        <Size additions={file.additions} deletions={file.deletions} />
      )}
    </>
  );
  const looks = 'flex flex-wrap items-baseline gap-x-2 py-1 pr-2';
  if (!hasMore) return <div className={`rounded-control border border-hairline pl-6 ${looks}`}>{head}</div>;
  return (
    <details
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className="group/file min-w-0 rounded-control border border-hairline"
    >
      <summary className={`touch cursor-pointer rounded-control pl-1.5 hover:bg-hover ${looks}`}>
        <ChevronRight
          size={14}
          aria-hidden
          className="-mr-1 shrink-0 self-center text-muted group-open/file:rotate-90"
        />
        {head}
      </summary>
      {open && (
        <div className="border-t border-hairline">
          {alone.state === 'pending' && file.omitted === 'all' && (
            <Skeleton rows={6} label={`Loading ${visible(file.path)}`} />
          )}
          {alone.state === 'error' && <NotShown repoId={ask.repoId} shown={alone} />}
          {picture && <Pictures repoId={ask.repoId} file={file} />}
          {whole.patch !== null && (
            <Suspense fallback={<Skeleton rows={6} label={`Loading ${visible(file.path)}`} />}>
              <Diff file={whole} view={view} />
            </Suspense>
          )}
          {whole.omitted === 'rest' && (
            <p className="px-2 py-1 text-xs text-muted">The rest is too long to be shown here.</p>
          )}
        </div>
      )}
    </details>
  );
}

const STATUS_WORDS: Record<ChangedFile['status'], string | null> = {
  added: 'added',
  deleted: 'deleted',
  modified: null,
  renamed: 'renamed',
  copied: 'copied',
  type_changed: 'another kind of file',
};

const MODE_WORDS: Record<string, string> = {
  '100644': 'file',
  '100755': 'executable',
  '120000': 'symbolic link',
  '160000': 'submodule',
};

/** What is to be said of a file beside its patch. */
function noteOf({ status, kind, before, after, patch, omitted, additions, deletions }: ChangedFile): string {
  const mode = (side: ChangedFile['before']) => MODE_WORDS[side?.mode ?? ''] ?? side?.mode ?? '';
  const size = (side: ChangedFile['before']) => (side?.bytes == null ? null : bytes(side.bytes));
  const sizes = [...new Set([size(before), size(after)].filter((each) => each !== null))].join(' → ');
  const changedMode = before && after && before.mode !== after.mode;
  const untouched = before && after && before.id === after.id;
  return [
    STATUS_WORDS[status],
    changedMode ? `${mode(before)} → ${mode(after)}` : mode(after ?? before) === 'file' ? null : mode(after ?? before),
    kind === 'binary' ? `binary, ${sizes}` : kind === 'large' ? `too large to be compared, ${sizes}` : null,
    kind === 'text' && patch === null && omitted === null && !untouched && additions === 0 && deletions === 0
      ? before && after
        ? 'only whitespace differs'
        : 'empty'
      : null,
  ]
    .filter(Boolean)
    .join(' · ');
}
