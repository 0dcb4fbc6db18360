/**
 * A signal that aborts after so many milliseconds, as `AbortSignal.timeout` does. Where only `AbortSignal.any` knows that
 * one, Node 20 collects it as garbage, and then it never aborts; this one is held by its timer.
 */
export function timeLimit(ms: number): AbortSignal {
  const limit = new AbortController();
  setTimeout(() => limit.abort(new DOMException('It took too long.', 'TimeoutError')), ms).unref();
  return limit.signal;
}
