'use client';

import { type ComponentType, type ReactNode, use, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { createPortal } from 'react-dom';
import { Button } from '../controls';
import { useConnection } from '../providers';
import { useStable } from '../stable';
import { typingEndsHere } from './typed-ahead';

interface Told<P> {
  /** What it is, as the beginning of a sentence; left out of an ornament, which nobody misses. */
  what?: string;
  /** What leaves it: of a dialog, a menu or a question, which somebody has asked for and can do without. */
  leave?: (props: P) => () => void;
  /** Whether it stands in the page, and not above it. */
  stays?: boolean;
}

/** The code of a part, which all its places share. */
interface Kept<P> extends Told<P> {
  /** Resolves to null where it could not come. */
  ask: () => Promise<ComponentType<P> | null>;
  /** Whether it has come. */
  askAgain: () => Promise<boolean>;
  subscribe: (listener: () => void) => () => void;
}

/**
 * A part of the page whose code comes when it is first drawn. Where it cannot come, for the server is away or has other
 * code by now, the part says so in its place and can be tried again; the page around it lives. It also tries again by
 * itself, when it is drawn anew and when the server is back.
 *
 * React's own `lazy` throws then, which takes the page away, and remembers it for ever.
 * @returns the part, to be drawn within a `Suspense`; its `ahead` asks for the code before that
 */
export function laterPart<P extends object>(
  load: () => Promise<{ default: ComponentType<P> }>,
  told: Told<P> = {},
): ComponentType<P> & { ahead: () => void } {
  const listeners = new Set<() => void>();
  let asked: Promise<ComponentType<P> | null> | undefined;
  const get = () =>
    load().then(
      (module) => module.default,
      () => null,
    );
  const kept: Kept<P> = {
    ...told,
    ask() {
      asked ??= get();
      return asked;
    },
    async askAgain() {
      const part = await get();
      if (part === null) return false;
      asked = Promise.resolve(part);
      for (const each of listeners) each();
      return true;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return Object.assign((props: P) => <Place of={kept} props={props} />, { ahead: () => void kept.ask() });
}

/** Where a part is drawn. */
function Place<P extends object>({ of, props }: { of: Kept<P>; props: P }) {
  const Part = use(useSyncExternalStore(of.subscribe, of.ask, of.ask));
  return Part ? <Part {...props} /> : <Absent {...of} leave={of.leave?.(props)} />;
}

/** In the place of what could not come. */
function Absent({
  what,
  leave,
  stays = false,
  askAgain,
}: Pick<Kept<never>, 'what' | 'stays' | 'askAgain'> & { leave: (() => void) | undefined }) {
  const { state } = useConnection();
  const lost = state === 'lost';
  // Nothing is said before it was asked for from here: it may have failed long ago.
  const [at, setAt] = useState<'first' | 'trying' | 'failed'>('first');
  const tryAgain = useStable(async () => {
    if (at === 'trying') return;
    if (at === 'failed') setAt('trying');
    // Where it has come, this is no longer drawn.
    if (!(await askAgain())) setAt('failed');
  });
  useEffect(() => {
    if (lost) setAt('failed');
    else void tryAgain();
  }, [lost, tryAgain]);
  if (what === undefined || at === 'first') return null;
  const words = (
    <span className="min-w-0 flex-1 basis-60 break-words">
      {lost
        ? `${what} could not be loaded: the server does not answer. It comes by itself when the server is back.`
        : `${what} could not be loaded. If it fails again, the server may have another version by now: reload the page.`}
    </span>
  );
  const buttons = (
    <span className="flex flex-wrap gap-2">
      <Button data-again aria-disabled={at === 'trying' || undefined} onClick={() => void tryAgain()}>
        {at === 'trying' ? 'Trying again…' : 'Try again'}
      </Button>
      {!lost && <Button onClick={() => location.reload()}>Reload the page</Button>}
      {leave && <Button onClick={leave}>Close</Button>}
    </span>
  );
  return leave && !stays ? (
    <Asked what={what} leave={leave}>
      {words}
      {buttons}
    </Asked>
  ) : (
    <span role="alert" className={`flex flex-wrap items-center gap-2 px-4 py-2 ${LOOK}`}>
      {words}
      {buttons}
    </span>
  );
}

const LOOK = 'border border-hairline bg-raised text-text whitespace-normal';

/** In the place of what somebody has asked for: the focus is in it, as it would have been in that. */
function Asked({ what, leave, children }: { what: string; leave: () => void; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    typingEndsHere();
    box.current?.querySelector<HTMLElement>('[data-again]')?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  // Where it was asked for there may be no room, as in a row.
  return createPortal(
    <div
      ref={box}
      role="dialog"
      aria-label={`${what} could not be loaded`}
      onKeyDown={(event) => {
        // The page's own keys are not meant; React's events go up to what has asked.
        event.stopPropagation();
        if (event.key === 'Escape') leave();
      }}
      className={`fixed top-[12dvh] left-1/2 z-30 flex w-110 max-w-[calc(100vw-24px)] -translate-x-1/2 flex-wrap justify-end gap-3 rounded-popup p-4 shadow-lg ${LOOK}`}
    >
      {children}
    </div>,
    document.getElementById('main') ?? document.body,
  );
}
