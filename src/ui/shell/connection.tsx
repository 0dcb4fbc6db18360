'use client';

import { useEffect, useState } from 'react';
import { useConnection } from '../providers';
import { ago } from '../time';

/** Says in the header whether what is shown is up to date. */
export function ConnectionDot() {
  const { state } = useConnection();
  const words = { connecting: 'connecting', live: 'live', lost: 'not connected', signed_out: 'signed out' };
  const broken = 'border-2 border-error';
  const looks = { connecting: 'border border-line', live: 'bg-completed', lost: broken, signed_out: broken };
  return (
    <span role="status" className="flex items-center gap-2 text-xs text-muted">
      <span aria-hidden className={`size-2 rounded-full forced-color-adjust-none ${looks[state]}`} />
      {/* A phone has room for the shortest. */}
      <span className={state === 'live' ? undefined : 'max-sm:sr-only'}>{words[state]}</span>
    </span>
  );
}

/** A short break is nobody's business. */
const PATIENCE_MS = 1000;

/**
 * A quiet line while the stream is lost, where it moves and covers nothing; what was loaded stays, and is caught up with
 * afterwards. In a phone's header it takes the room of the links, which lead nowhere meanwhile.
 */
export function ConnectionBanner() {
  const { state, heardAt } = useConnection();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (state !== 'lost' && state !== 'signed_out') return setShown(false);
    const timer = setTimeout(() => setShown(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [state]);
  if (!shown) return null;
  return (
    <div
      role="status"
      data-banner
      className="min-w-0 rounded-control bg-restack-tint px-3 py-1 text-restack max-sm:line-clamp-3 max-sm:px-1.5 max-sm:py-0 max-sm:text-xs max-sm:leading-[15px] sm:flex sm:gap-2"
    >
      {state === 'signed_out' ? (
        <>
          <span data-tip="What you see is as it was when you were signed in." className="min-w-0 sm:truncate">
            You are signed out. What you see is as of <LastHeard at={heardAt} />.
          </span>{' '}
          <button type="button" className="shrink-0 font-medium underline" onClick={() => location.reload()}>
            Sign in again
          </button>
        </>
      ) : (
        <span
          data-tip="What you see is as it was when the server last answered. It catches up by itself."
          className="min-w-0 sm:truncate"
        >
          The server does not answer. What you see is as of <LastHeard at={heardAt} />
          <span className="max-sm:sr-only">; it catches up by itself</span>.
        </span>
      )}
    </div>
  );
}

function LastHeard({ at }: { at: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return <>{at === 0 ? 'when it was opened' : ago(new Date(at).toISOString(), now)}</>;
}
