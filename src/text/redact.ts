import { secretValues } from '@/environment';

/** What may stand before the user of `user:secret@host:path`. */
const OPENING = ['"', "'", '`', '(', '<', '[', '=', '//'];

/** Shorter values are words that texts hold anyway (a token has 16 characters or more). */
const SHORTEST_SECRET = 8;

/** Fields that carry a login: all that follows on their line is one. */
const HEADERS = /((?:authorization|private-token|x-api-key|cookie)["']?[ \t]{0,8}[:=])[^\n]*/gi;
/** What a field with a login is called, at the end of its name. */
const NAME = '(?:token|password|passwd|passphrase|pwd|secret|secret_?key|api_?key|signature)';
/** `token=…`, and the same in a URL's query, encoded or not. */
const FIELDS = new RegExp(String.raw`(${NAME}(?:=|%3D|%22%3A%22))[^\s&"',;]+`, 'gi');
/** `"password": "…"`, in JSON within JSON too, and `token='…'`. */
const QUOTED = new RegExp(String.raw`(${NAME}(?:\\?["'][ \t]{0,8}:[ \t]{0,8}|=)\\?["'])[^"'\n\\]+`, 'gi');
/** `X-Auth-Token: …`, `password = …`: a word without a digit is one of the sentence ("invalid token: expired"). */
const SAID = new RegExp(String.raw`(${NAME}[ \t]{0,8}[:=][ \t]{0,8}["']?)(?=[^\s&"',;]{0,255}\d)[^\s&"',;]+`, 'gi');
/** The user information of an address that is percent-encoded as a whole. */
const ENCODED = /(%3A%2F%2F)(?:(?!%2F|%40)[^\s&"'])*%40/gi;
/** How the tokens of well-known hosts and JSON web tokens look, and what stands after a scheme of authentication. */
const TOKENS = new RegExp(
  [
    String.raw`\b(?:gh[opsur]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|gl[a-z]{2,8}-[\w-]{16,})`,
    String.raw`\bspk_[\w-]{16,}`,
    String.raw`\b(?:npm_[A-Za-z0-9]{30,}|xox[a-z]-[\w-]{16,}|AKIA[A-Z0-9]{16}|ATATT3[\w=-]{16,}|ATBB\w{16,})`,
    // Not within a longer one, or `eyJ-eyJ-…` would be read from each of its beginnings.
    String.raw`(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?`,
    String.raw`\b(?<=(?:[Bb]earer|[Bb]asic) )[A-Za-z0-9+/=._~-]{20,}`,
  ].join('|'),
  'g',
);

/**
 * Hides what logs somebody in: the user information of addresses (`https://me:secret@host/x` becomes
 * `https://***@host/x`, `me:secret@host:x` becomes `***@host:x`), headers and fields that carry a login, tokens of
 * well-known hosts, and the secrets of this process wherever they stand, percent-encoded too. Where a password may
 * hold `/` or `@`, rather too much is hidden. The time grows with the length of the text alone.
 */
export function redact(text: string): string {
  let hidden = text;
  for (const secret of secretValues()) {
    if (secret.length < SHORTEST_SECRET) continue;
    for (const form of forms(secret)) hidden = hidden.replaceAll(form, '***');
  }
  return hidden
    .replace(/\S+/g, (word) => (word.includes('@') ? withoutLogin(word) : word))
    .replace(HEADERS, '$1 ***')
    .replace(FIELDS, '$1***')
    .replace(QUOTED, '$1***')
    .replace(SAID, '$1***')
    .replace(ENCODED, '$1***%40')
    .replace(TOKENS, '***');
}

/** A secret as it is, as it stands in a URL, and as it stands in JSON. */
function forms(secret: string): Set<string> {
  const encoded = encodeURIComponent(secret);
  const lower = encoded.replace(/%../g, (byte) => byte.toLowerCase());
  return new Set([secret, encoded, lower, JSON.stringify(secret).slice(1, -1)]);
}

/** Hides the user information in a word that has an `@`. Each character is looked at a fixed number of times. */
function withoutLogin(word: string): string {
  const last = word.lastIndexOf('@');
  let shown = '';
  let from = 0;
  for (;;) {
    const scheme = word.indexOf('://', from);
    if (scheme < 0 || scheme > last) break;
    const start = scheme + 3;
    const slash = word.indexOf('/', start);
    const authority = word.slice(start, slash < 0 ? word.length : slash);
    const at = authority.lastIndexOf('@');
    shown += word.slice(from, start);
    if (hasPassword(authority, at)) return `${shown}***${word.slice(last)}`;
    if (at >= 0) shown += '***';
    from = start + Math.max(at, 0);
  }
  return from > 0 ? shown + word.slice(from) : withoutScpLogin(word, last);
}

/** Whether the part between `://` and the next `/` begins with `user:password`, or with a password's first half. */
function hasPassword(authority: string, at: number): boolean {
  const colon = authority.lastIndexOf(':');
  if (colon < 0) return false;
  if (at > authority.indexOf(':')) return true;
  const host = authority.slice(at + 1, colon);
  const isHost = at >= 0 || host.includes('.') || host.startsWith('[') || host === 'localhost';
  return !(isHost && /^\d{0,5}$/.test(authority.slice(colon + 1)));
}

/** The same for `user:secret@host:path`, where no scheme says that it is an address. */
function withoutScpLogin(word: string, at: number): string {
  const colon = word.indexOf(':');
  if (colon < 0 || colon + 1 >= at || !/[\w[]/.test(word.charAt(at + 1))) return word;
  const before = word.slice(0, colon);
  const ends = OPENING.map((opening) => before.lastIndexOf(opening) + opening.length);
  const start = Math.max(0, ...ends.filter((_end, i) => before.includes(OPENING[i] ?? '')));
  return /^[\w.+~%-]+$/.test(before.slice(start)) ? `${word.slice(0, start)}***${word.slice(at)}` : word;
}
