import { redact } from '@/text/redact';

/**
 * Who asks, as the `x-requested-by` header says it: at most 100 characters, null where it says nothing. The letters of
 * other scripts come as the bytes of UTF-8, which headers show one by one. A login that somebody sends here is hidden.
 */
export function requestedBy(headers: Headers): string | null {
  const given = headers.get('x-requested-by')?.trim();
  return given ? redact(decoded(given)).slice(0, 100) : null;
}

function decoded(given: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(given, (each) => each.charCodeAt(0)));
  } catch (_otherwiseEncoded) {
    return given;
  }
}
