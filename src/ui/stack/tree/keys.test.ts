import { describe, expect, it } from 'vitest';
import { commandOf, isOnRow } from './keys';

const go = (by: number, extend = false) => ({ do: 'go', by, extend });

describe('a key of the tree', () => {
  it('goes from row to row, and selects on the way with Shift', () => {
    expect(['j', 'ArrowDown', 'k', 'ArrowUp'].map((key) => commandOf(key, false, false))).toEqual([
      go(1),
      go(1),
      go(-1),
      go(-1),
    ]);
    expect(commandOf('J', true, false)).toEqual(go(1, true));
    expect(commandOf('ArrowUp', true, false)).toEqual(go(-1, true));
  });

  it('selects nothing where it passes over rows', () => {
    for (const key of ['PageDown', 'PageUp', 'Home', 'End'])
      expect(commandOf(key, true, false)).toMatchObject({ do: 'go', extend: false });
  });

  it('acts on the row, in either case of the letter', () => {
    const keys = ['r', 'B', 'p', 's', 'x', '/', 'm', 'Enter', 'Escape'];
    expect(keys.map((key) => commandOf(key, false, false)?.do)).toEqual([
      'restack',
      'rebase',
      'pick_up',
      'sync',
      'select',
      'find',
      'menu',
      'open',
      'clear',
    ]);
  });

  it('acts on the whole stack with a capital, folds it, and goes from stack to stack', () => {
    const keys = ['R', 'ArrowLeft', 'ArrowRight', 'o', 'c'];
    expect(keys.map((key) => commandOf(key, key === 'R', false)?.do)).toEqual([
      'restack_stack',
      'fold',
      'unfold',
      'pull_request',
      'copy',
    ]);
    expect(['[', ']'].map((key) => commandOf(key, false, false))).toEqual([
      { do: 'stack', by: -1 },
      { do: 'stack', by: 1 },
    ]);
  });

  it('only aims, looks for a target, drops or leaves while a branch is in hand', () => {
    expect(commandOf('j', false, true)).toEqual(go(1));
    expect(commandOf('Enter', false, true)).toEqual({ do: 'drop' });
    expect(commandOf('Escape', false, true)).toEqual({ do: 'leave' });
    expect(commandOf('/', false, true)).toEqual({ do: 'seek' });
    for (const key of ['r', 'R', 'b', 'p', 's', 'x', 'c', ']', 'ArrowLeft'])
      expect(commandOf(key, false, true)).toBeNull();
  });

  it('that stands for nothing is left to the browser', () => {
    for (const key of ['a', 'Tab', 'F5', ' ']) expect(commandOf(key, false, false)).toBeNull();
  });
});

it('the first key of a tree that one has not gone to is about no row, but where it leads to an end or is about none', () => {
  const onRow = (key: string) => {
    const command = commandOf(key, false, false);
    return command !== null && isOnRow(command);
  };
  expect(['j', 'r', 'p', 'Enter', 'x', ']'].filter((key) => !onRow(key))).toEqual([]);
  expect(['Home', 'End', 's', '/', 'z', 'Escape'].filter(onRow)).toEqual([]);
});
