import { type KeyboardEvent, type RefObject, useLayoutEffect } from 'react';
import { useStable } from '../../stable';

/** What a key of the tree stands for. */
export type Command =
  /** To the row so many further down, or as far as there are rows; `extend` selects it too. */
  | { do: 'go'; by: number; extend: boolean }
  /** From stack to stack. */
  | { do: 'stack'; by: 1 | -1 }
  | { do: InHand | OnRow };

/** While a branch is in hand, keys only aim, look for a target by its name, drop it, or leave it where it is. */
type InHand = 'drop' | 'leave' | 'seek';
type OnRow =
  | 'open'
  | 'menu'
  | 'clear'
  | 'restack'
  | 'restack_stack'
  | 'rebase'
  | 'pick_up'
  | 'sync'
  | 'select'
  | 'find'
  | 'fold'
  | 'unfold'
  | 'pull_request'
  | 'copy'
  | 'undo';

/** What needs no row to be done. */
const ANYWHERE: ReadonlySet<Command['do']> = new Set(['sync', 'find', 'undo', 'clear']);

/** Whether it is about the row that one is at, or the one beside it; not what leads to an end, or does the same anywhere. */
export function isOnRow(command: Command): boolean {
  return command.do === 'go' ? Number.isFinite(command.by) : !ANYWHERE.has(command.do);
}

const PAGE = 10;

const STEPS = table({
  j: 1,
  ArrowDown: 1,
  k: -1,
  ArrowUp: -1,
  PageDown: PAGE,
  PageUp: -PAGE,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
});

const IN_HAND = table<InHand>({ Enter: 'drop', Escape: 'leave', '/': 'seek' });

const ON_ROW = table<OnRow>({
  Enter: 'open',
  m: 'menu',
  Escape: 'clear',
  r: 'restack',
  R: 'restack_stack',
  b: 'rebase',
  p: 'pick_up',
  s: 'sync',
  x: 'select',
  '/': 'find',
  ArrowLeft: 'fold',
  ArrowRight: 'unfold',
  o: 'pull_request',
  c: 'copy',
  z: 'undo',
});

const STACKS = table<1 | -1>({ '[': -1, ']': 1 });

function table<T>(keys: Record<string, T>): ReadonlyMap<string, T> {
  return new Map(Object.entries(keys));
}

/** What a pressed key stands for; null where it stands for nothing. */
export function commandOf(key: string, shift: boolean, inHand: boolean): Command | null {
  const pressed = key.length === 1 && key !== 'R' ? key.toLowerCase() : key;
  const by = STEPS.get(pressed);
  if (by !== undefined) return { do: 'go', by, extend: shift && Math.abs(by) === 1 };
  const stack = STACKS.get(pressed);
  if (stack !== undefined) return inHand ? null : { do: 'stack', by: stack };
  const command = inHand ? IN_HAND.get(pressed) : ON_ROW.get(pressed);
  return command ? { do: command } : null;
}

/** Obeys the keys of the tree, which are its own only while it has the focus itself, not a button in it. */
export function onTreeKey(event: KeyboardEvent, inHand: boolean, obey: (command: Command) => void): void {
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
  const command = commandOf(event.key, event.shiftKey, inHand);
  if (!command) return;
  event.preventDefault();
  obey(command);
}

/**
 * Where nothing has the focus, the keys are the tree's, which takes it: a browser drops the focus after a drag, or with
 * what had it and is gone.
 */
export function useLostKeys(
  tree: RefObject<HTMLElement | null>,
  inHand: boolean,
  obey: (command: Command) => void,
): void {
  const pressed = useStable((event: globalThis.KeyboardEvent) => {
    if (event.target !== document.body || event.defaultPrevented) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const command = commandOf(event.key, event.shiftKey, inHand);
    if (!command) return;
    tree.current?.focus({ preventScroll: true });
    // On a small page an open branch hides it.
    if (document.activeElement !== tree.current) return;
    event.preventDefault();
    obey(command);
  });
  useLayoutEffect(() => {
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [pressed]);
}
