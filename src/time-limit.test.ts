import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { inTime, timeLimit, whenLate } from './time-limit';

test('a limit holds where only a signal of several knows it, whatever is collected meanwhile', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const signal = AbortSignal.any([new AbortController().signal, timeLimit(100)]);
  let reason: unknown;
  signal.addEventListener('abort', () => {
    reason = signal.reason;
  });
  await expect
    .poll(() => {
      collect();
      return reason;
    })
    .toMatchObject({ name: 'TimeoutError' });
});

test.each([1, 20, 40, 60, 80, 90, 95, 98])(
  'what has come while the process stood still is read before a limit is over: after %i of 100 parts',
  async (part) => {
    const happened: string[] = [];
    const stopped = new Promise<void>((resolve) => {
      setTimeout(() => {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
        happened.push('stood still');
        // After the turn of the loop that reads what has come.
        setImmediate(() => {
          happened.push('read');
          resolve();
        });
      }, part);
    });
    await new Promise<void>((resolve) => {
      whenLate(100, () => {
        happened.push('late');
        resolve();
      });
    });
    await stopped;
    expect(happened.join()).not.toContain('stood still,late');
  },
);

test('a limit that is ended is never over', async () => {
  const over: string[] = [];
  whenLate(20, () => over.push('ended'))();
  await new Promise<void>((resolve) => {
    whenLate(40, () => {
      over.push('other');
      resolve();
    });
  });
  expect(over).toEqual(['other']);
});

test('work that is slow and in time is waited for, and fails as it fails; what never comes to an end is late', async () => {
  const slow = new Promise<string>((resolve) => setTimeout(() => resolve('done'), 50));
  expect(await inTime(60_000, slow, 'late')).toBe('done');
  await expect(inTime(60_000, Promise.reject(new Error('It fails.')), 'late')).rejects.toThrow('It fails.');
  expect(await inTime(20, new Promise<string>(() => undefined), 'late')).toBe('late');
});

test('work that fails after it was late is nobody’s to catch', async () => {
  let fail = (_: Error) => {};
  const work = new Promise<string>((_, reject) => {
    fail = reject;
  });
  expect(await inTime(20, work, 'late')).toBe('late');
  // An unhandled rejection would fail this run.
  fail(new Error('Too late.'));
  await expect(work).rejects.toThrow('Too late.');
});
