'use client';

import { useQuery } from '@tanstack/react-query';
import { ArrowDown } from 'lucide-react';
import { memo, useLayoutEffect, useRef, useState } from 'react';
import { counted } from '@/text/words';
import { problemOf } from '../api';
import { Trouble } from '../controls';
import { useApi } from '../providers';
import { exactUtc } from '../time';
import { lineName, namedByAddress } from './named';
import { type JobLog, jobLogQuery } from './query';

/** Nearer to the end than this counts as there, in pixels. */
const NEAR = 24;

/**
 * A job's log from its first line. It follows what is said only while one is at its end; elsewhere it stands still
 * and tells how many lines are new.
 */
export const Log = memo(function Log({ jobId, live }: { jobId: string; live: boolean }) {
  const log = useQuery(jobLogQuery(useApi(), jobId));
  const lines = log.data?.lines ?? [];
  const scroller = useRef<HTMLElement>(null);
  // An ended job's log is read from its beginning.
  const follows = useRef(live);
  const [read, setRead] = useState(0);
  const count = lines.length;
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || count === 0) return;
    const fits = element.scrollHeight <= element.clientHeight;
    if (follows.current) element.scrollTop = element.scrollHeight;
    // Lines that were there when it was opened are not new.
    setRead((before) => (follows.current || fits || before === 0 ? count : before));
  }, [count]);
  const toEnd = () => {
    const element = scroller.current;
    if (!element) return;
    follows.current = true;
    element.scrollTop = element.scrollHeight;
    setRead(count);
    element.focus();
  };
  const fresh = read === 0 ? 0 : count - read;
  return (
    <section className="flex min-w-0 flex-col gap-2" aria-label="Log">
      <h2 className="text-base font-semibold">Log</h2>
      {log.error && <Trouble>{problemOf(log.error).message}</Trouble>}
      {count === 0 ? (
        !log.error && <p className="text-muted">{log.isPending ? 'Loading…' : 'Nothing was said.'}</p>
      ) : (
        <div className="relative">
          <section
            ref={scroller}
            aria-label="Lines of the log"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
            tabIndex={0}
            onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
              follows.current = scrollHeight - scrollTop - clientHeight < NEAR;
              if (follows.current) setRead(count);
            }}
            className="max-h-120 overflow-auto rounded-control border border-hairline bg-surface p-3 font-mono text-xs"
          >
            <ol>
              {lines.map((line) => (
                <Line key={line.id} line={line} />
              ))}
            </ol>
          </section>
          {fresh > 0 && (
            <button
              type="button"
              onClick={toEnd}
              className="touch absolute bottom-3 left-1/2 inline-flex h-7 -translate-x-1/2 items-center gap-1 rounded-control border border-line bg-raised px-3 font-medium shadow-lg hover:bg-hover"
            >
              <ArrowDown size={12} aria-hidden /> {counted(fresh, 'new line')}
            </button>
          )}
        </div>
      )}
    </section>
  );
});

/** A line that was said says the same for ever: those that come draw no other one anew. */
const Line = memo(function Line({ line }: { line: JobLog['lines'][number] }) {
  return (
    <li
      id={lineName(line.id)}
      ref={namedByAddress}
      data-tip={exactUtc(line.at)}
      // What is out of sight is not laid out: a large job's log has ten thousand lines.
      className="flex scroll-mt-16 gap-3 [contain-intrinsic-block-size:auto_1rem] [content-visibility:auto] data-named:bg-selected"
    >
      {/* The address of the line. */}
      <a
        href={`#${encodeURIComponent(lineName(line.id))}`}
        tabIndex={-1}
        className="shrink-0 text-muted hover:underline max-sm:hidden"
      >
        {line.at.slice(11, 23)}
      </a>
      <span
        className={`min-w-0 break-words whitespace-pre-wrap ${{ info: '', warn: 'text-restack', error: 'text-error' }[line.level]}`}
      >
        {line.level !== 'info' && <span className="sr-only">{line.level}: </span>}
        {line.line}
      </span>
    </li>
  );
});
