import { TRPCClientError } from '@trpc/client';
import { expect, it } from 'vitest';
import { isSilence, problemOf } from './api';

/** What a call is rejected with whose answer is this. */
function answered(code: string, message: string) {
  const data = { code, httpStatus: 503, path: 'jobs.run', fields: [{ field: null, message }], hint: null };
  return TRPCClientError.from({ error: { message, code: -32603, data } });
}

it('what may have been done is asked for again with its key, of which nobody has to know; what was refused is asked for anew', () => {
  const away = answered(
    'SERVICE_UNAVAILABLE',
    'Whether this was done is not known: look before you send it again, or send it again with the same idempotencyKey.',
  );
  const words = 'Whether this was done is not known: look before you send it again.';
  expect(problemOf(away)).toEqual({ fields: {}, message: words, unreachable: true });
  expect(problemOf(answered('CONFLICT', 'It runs.'))).toEqual({ fields: {}, message: 'It runs.', unreachable: false });
  expect(problemOf(TRPCClientError.from(new TypeError('fetch failed')))).toMatchObject({ unreachable: true });
});

it('a page that only asks is told at once that the database is away, and asks again where nobody answers', () => {
  expect(isSilence(answered('SERVICE_UNAVAILABLE', 'The database is away.'))).toBe(false);
  expect(isSilence(TRPCClientError.from(new TypeError('fetch failed')))).toBe(true);
  expect(isSilence(new Error('a fault of the page'))).toBe(false);
});
