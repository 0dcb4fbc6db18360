import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { hasProblem, problems, setProblem } from './problems';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  setProblem('hand_over', null);
  vi.useRealTimers();
});

const trouble = { what: 'Inngest cannot be reached.', hint: '' };

it('a problem that holds for a while is over when nobody tells it again, and stays as old as it is while somebody does', () => {
  setProblem('hand_over', { ...trouble, holdsMs: 30_000 });
  const [{ since } = { since: '' }] = problems();
  for (let i = 0; i < 5; i += 1) {
    vi.advanceTimersByTime(29_000);
    setProblem('hand_over', { ...trouble, holdsMs: 30_000 });
  }
  expect(problems()).toMatchObject([{ since }]);
  vi.advanceTimersByTime(31_000);
  expect(problems()).toEqual([]);
});

it('any other stays until it is said to be over, also one that held for a while before', () => {
  setProblem('hand_over', { ...trouble, holdsMs: 30_000 });
  setProblem('hand_over', trouble);
  vi.advanceTimersByTime(3_600_000);
  expect(hasProblem('hand_over')).toBe(true);
  setProblem('hand_over', null);
  expect(hasProblem('hand_over')).toBe(false);
});
