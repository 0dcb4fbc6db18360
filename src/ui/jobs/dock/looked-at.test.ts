import { afterEach, describe, expect, it, vi } from 'vitest';
import { firstOpened } from './looked-at';

/** A tab's memory, as a browser has it. */
function tab(): void {
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
}

afterEach(() => vi.unstubAllGlobals());

describe('since when a tab shows a repo', () => {
  it('is when it was first opened there, whatever was opened or loaded again since', () => {
    tab();
    expect(firstOpened('a', 100)).toBe(100);
    expect(firstOpened('b', 150)).toBe(150);
    expect(firstOpened('a', 200)).toBe(100);
    tab();
    expect(firstOpened('a', 300)).toBe(300);
  });

  it('is now where the clock was set back, or the tab keeps nothing', () => {
    tab();
    firstOpened('a', 100);
    expect(firstOpened('a', 50)).toBe(50);
    vi.stubGlobal('sessionStorage', undefined);
    expect(firstOpened('a', 200)).toBe(200);
  });
});
