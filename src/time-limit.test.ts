import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { timeLimit } from './time-limit';

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
