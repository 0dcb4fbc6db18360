import { SpicerackError } from '@spicerack/client';
import { expect, it } from 'vitest';
import { stopOf } from './stop-of';

it('who types a command is told of no key, which the client makes; what else is to be done stays', () => {
  const told = (words: string) =>
    stopOf(new SpicerackError('UNAVAILABLE', words, { hint: 'Look whether it runs.', retryable: true }));
  expect(
    told(
      'Whether this was done is not known: look before you send it again, or send it again with the same idempotencyKey.',
    ),
  ).toMatchObject({
    message: 'Whether this was done is not known: look before you send it again.',
    hint: 'Look whether it runs.',
    retryable: true,
  });
  expect(told('Nothing was changed.').message).toBe('Nothing was changed.');
});
