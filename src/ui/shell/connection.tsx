'use client';

import { useEffect, useState } from 'react';
import { useConnection } from '../providers';
import { ago } from '../time';

/** Says in the header whether what is shown is up to date. */
export function ConnectionDot() {
  const { state } = useConnection();
  const words = { connecting: 'connecting', live: 'live', lost: 'not connected' };
  const looks = { connecting: 'border border-line', live: 'bg-completed', lost: 'border-2 border-error' };
  return (
    <span role="status" className="flex items-center gap-2 text-xs text-muted">
      <span aria-hidden className={`size-2 rounded-full ${looks[state]}`} />
      {words[state]}
    </span>
  );
}

/** A short break is nobody's business. */
const PATIENCE_MS = 1000;

/** A quiet line while the stream is lost; what was loaded stays, and is caught up with afterwards. */
export function ConnectionBanner() {
  const { state, heardAt } = useConnection();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (state !== 'lost') return setShown(false);
    const timer = setTimeout(() => setShown(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [state]);
  if (!shown) return null;
  return (
    <div role="status" className="bg-restack-tint px-4 py-2 text-restack">
      The server does not answer. What you see is as of <LastHeard at={heardAt} />; it catches up by itself.
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
