/** Where a request goes: exactly what the router sees, since nothing is left in it to decode or to tidy up. */
export interface Target {
  /** `/api/health`; begins with one slash. */
  path: string;
  /** What follows the path, with its `?`; empty where there is nothing. */
  search: string;
}

/** What a path may consist of as it is; anything else is percent-encoded. */
const PATH = /^\/(?:[\w.~!$&'()*+,=:@/-]|%[\da-f]{2})*$/i;
const VISIBLE = /^[\x21-\x7e]*$/;

/**
 * Reads the target of a request. Only a path with one reading passes: what routers, proxies and file systems tidy up
 * in different ways (dot segments, double slashes, backslashes, `;`, encodings of those, encodings of encodings,
 * control characters) is refused, so what is decided on is what is routed.
 * @param raw as it stood in the request's first line
 * @returns the reason, as a sentence for the answer, where it is refused
 */
export function readTarget(raw: string): Target | { problem: string } {
  if (!raw.startsWith('/')) return { problem: 'Ask for a path that begins with "/".' };
  if (!VISIBLE.test(raw) || raw.includes('#')) {
    return { problem: 'Percent-encode what is not a visible ASCII character, and leave out what follows "#".' };
  }
  const query = raw.indexOf('?');
  const path = query < 0 ? raw : raw.slice(0, query);
  const segments = path.slice(1).split('/');
  if (!PATH.test(path) || segments.slice(0, -1).includes('') || !segments.every(hasOneReading)) {
    return {
      problem:
        'This path has more than one reading: leave out dot segments, double slashes, "\\", ";" and their encodings.',
    };
  }
  return { path, search: query < 0 ? '' : raw.slice(query) };
}

/** Whether a segment means the same to everybody, encoded and decoded. */
function hasOneReading(segment: string): boolean {
  const decoded = decode(segment);
  // A second percent sign would be decoded again by whoever decodes twice. The rest are separators and controls.
  return decoded !== null && !/^\.{1,2}$|[%/\\;\p{Cc}]/u.test(decoded);
}

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
