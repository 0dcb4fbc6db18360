import { SpicerackError } from '@spicerack/client';
import { expect, it } from 'vitest';
import { resultOfError } from './errors';

it('who calls a tool is told of no key, which no tool takes; what else is to be done stays', () => {
  const message =
    'The database is away. Whether this was done is not known: look before you send it again, or send it again with the same idempotencyKey.';
  const text = (said: string) => [{ type: 'text', text: `${said} Look whether it runs.` }];
  const told = (words: string) =>
    resultOfError(new SpicerackError('UNAVAILABLE', words, { hint: 'Look whether it runs.' }));
  const known = 'The database is away. Whether this was done is not known: look before you send it again.';
  expect(told(message).content).toEqual(text(known));
  expect(told('The database is away. Nothing was changed.').content).toEqual(
    text('The database is away. Nothing was changed.'),
  );
});
