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

it('one whose numbers alone change is said once, and shown as it is now; another one is said too', () => {
  vi.stubEnv('SPICERACK_LOG', 'json');
  vi.stubEnv('SPICERACK_LOG_LEVEL', 'info');
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    for (const free of [255, 254, 9]) setProblem('disk', { what: `The disk is nearly full: ${free} MB.`, hint: '' });
    expect(problems()).toMatchObject([{ what: 'The disk is nearly full: 9 MB.' }]);
    setProblem('disk', { what: 'The disk is full.', hint: '' });
    setProblem('disk', null);
    const said = written.mock.calls.map(([line]) => JSON.parse(String(line)).message);
    expect(said).toEqual([
      'Problem: The disk is nearly full: 255 MB.',
      'Problem: The disk is full.',
      'Over: The disk is full.',
    ]);
  } finally {
    written.mockRestore();
    vi.unstubAllEnvs();
  }
});
