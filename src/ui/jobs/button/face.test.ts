import { expect, it } from 'vitest';
import { jobDetail } from '../../testing/rows';
import { faceOf } from './face';

const at = (seconds: number) => new Date(seconds * 1000).toISOString();

it('nothing is queued before the server has answered, and without a connection that is when there is one', () => {
  expect(faceOf({ phase: 'pressed', accepted: false }, 0, false).text).toBe('Sending…');
  expect(faceOf({ phase: 'pressed', accepted: false }, 0, true).text).toBe('When connected');
  expect(faceOf({ phase: 'pressed', accepted: true }, 0, true).text).toBe('Queued');
});

it('how long it still waits is told in whole seconds, and never less than none', () => {
  const again = (now: number) => faceOf({ phase: 'waiting', job: jobDetail(1), until: at(10) }, now * 1000, false).text;
  expect([again(7.9), again(10), again(12)]).toEqual(['Again in 2 s', 'Again in 0 s', 'Again in 0 s']);
});

it('what went wrong is told with what helps, to who asks', () => {
  const job = jobDetail(1, { message: 'The remote refused.', errorHint: 'Try again later.\nOr ask somebody.' });
  expect(faceOf({ phase: 'error', job, code: null }, 0, false)).toMatchObject({
    short: 'Retry',
    tone: 'error',
    title: 'The remote refused. Try again later.',
  });
});
