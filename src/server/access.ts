import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Config } from '@/config';

/** What becomes of a request before the app sees it. */
export type Access =
  | { kind: 'allowed' }
  | { kind: 'refused'; status: 401 | 403; message: string }
  /** The token came in the address: keep it as a cookie, so that it leaves the address bar. */
  | { kind: 'signed_in'; location: string; cookie: string };

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);
const COOKIE = 'spicerack_token';

/** Paths that guard themselves (Inngest signs its calls) or tell nothing (health). */
const WITHOUT_TOKEN = /^\/api\/(inngest|health)(\/|\?|$)/;

/**
 * Decides whether a request may come in. The Host must be one of ours, which keeps out web pages that point a
 * name of theirs at this machine (DNS rebinding); an Origin must be the Host, which keeps out other sites'
 * scripts; and where a token is set, it must be presented: `Authorization: Bearer …`, the cookie, or once as
 * `?token=…` in the address.
 */
export function checkAccess(
  request: { url: string; headers: IncomingHttpHeaders },
  config: Pick<Config, 'host' | 'loopback' | 'allowedHosts' | 'token'>,
): Access {
  const host = request.headers.host ?? '';
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const known =
    LOOPBACK_NAMES.has(name) ||
    name === config.host.toLowerCase() ||
    config.allowedHosts.includes(name) ||
    config.allowedHosts.includes(host);
  // A server for others behind a token may be reached by names that we cannot know.
  if (!known && config.loopback) {
    return {
      kind: 'refused',
      status: 403,
      message: `This server does not answer to the name ${name}. Add it to SPICERACK_ALLOWED_HOSTS if it should.`,
    };
  }
  const { origin } = request.headers;
  if (origin && hostOf(origin) !== host) {
    return { kind: 'refused', status: 403, message: 'Requests from other sites are not taken.' };
  }
  if (!config.token || WITHOUT_TOKEN.test(request.url)) return { kind: 'allowed' };

  const url = new URL(request.url, 'http://spicerack');
  const inAddress = url.searchParams.get('token');
  if (inAddress && same(inAddress, config.token)) {
    url.searchParams.delete('token');
    const cookie = `${COOKIE}=${encodeURIComponent(inAddress)}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000`;
    return { kind: 'signed_in', location: `${url.pathname}${url.search}`, cookie };
  }
  const presented = request.headers.authorization?.replace(/^Bearer /i, '') ?? cookieOf(request.headers.cookie);
  if (presented && same(presented, config.token)) return { kind: 'allowed' };
  return {
    kind: 'refused',
    status: 401,
    message:
      'This server asks for its token: open it once with ?token=… in the address, or send "Authorization: Bearer …".',
  };
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

function cookieOf(header: string | undefined): string | null {
  const pair = header?.split(/; */).find((part) => part.startsWith(`${COOKIE}=`));
  return pair ? decodeURIComponent(pair.slice(COOKIE.length + 1)) : null;
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
