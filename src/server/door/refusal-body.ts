import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';

/** The error of tRPC for a request that is refused before tRPC sees it, as the body of its answer. */
export function refusalBody(refusal: {
  code: keyof typeof TRPC_ERROR_CODES_BY_KEY;
  httpStatus: number;
  message: string;
}): string {
  const { code, httpStatus, message } = refusal;
  const data = { code, httpStatus, fields: [{ field: null, message }] };
  // In the envelope of every answer; see `api/wire.ts`.
  return JSON.stringify({ error: { json: { message, code: TRPC_ERROR_CODES_BY_KEY[code], data } } });
}
