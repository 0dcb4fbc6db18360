import type { IncomingHttpHeaders } from 'node:http';
import { type Role, TOKEN_PREFIX } from '@/model/access';
import { readTarget, type Target } from './target';

/** What a request looks like before anything of it is believed. */
export interface Asking {
  method: string;
  /** The target as it stood in the request's first line. */
  url: string;
  headers: IncomingHttpHeaders;
  /** How many `Host` headers came. */
  hosts: number;
  /** Whether a trusted proxy says who somebody is. */
  vouched: boolean;
}

/** What the settings say about who may come in. */
export interface Rules {
  /** Whether people and programs are asked who they are. */
  guarded: boolean;
  /** Whether people sign in at a provider of OpenID Connect. */
  hasProvider: boolean;
  /** Whether who presents nothing may look. */
  publicRead: boolean;
  /** Whether `/api/metrics` has a token of its own, which opens it alone, and nothing else does. */
  guardsMetrics: boolean;
  /** Names and addresses of this server beside the loopback ones, without port, in lower case. */
  names: () => ReadonlySet<string>;
  /** The origin under which people reach it through a proxy; null where there is none. */
  publicUrl: string | null;
  /** What SPICERACK_ALLOWED_HOSTS adds: names, or names with a port. */
  allowedHosts: readonly string[];
  /** Whether `/api/inngest` checks signatures, and so needs no token. */
  inngestSigns: boolean;
}

/** Proof that the asker may come in, yet to be checked. */
export type Credential =
  | { kind: 'bearer'; token: string; opens: 'all' | 'metrics' }
  | { kind: 'session'; id: string }
  /** Becomes a session, which goes on at `location`, a path of ours. */
  | { kind: 'sign_in'; token: string; location: string };

/** What becomes of a request before the app sees it. */
export type Access =
  /** Nobody is asked; what comes in may do so much. */
  | { kind: 'allowed'; role: Role }
  | { kind: 'refused'; status: 400 | 401 | 403 | 405; message: string }
  /** A form with `token` and `to` is in the body. */
  | { kind: 'form' }
  /** The page with that form is asked for. */
  | { kind: 'form_page' }
  /** A browser leaves for the provider, to go on at `to`; or comes back from it. */
  | { kind: 'leave'; to: string }
  | { kind: 'came_back' }
  | { kind: 'sign_out'; id: string | null }
  | { kind: 'check'; credential: Credential }
  /** As whom a trusted proxy vouches for. */
  | { kind: 'vouched' };

/** Begins a session, from the form of `sign-in-page.ts`. */
export const SIGN_IN = '/api/sign-in';
/** Leads to the provider, and back from it. */
export const LEAVE = '/api/sign-in/begin';
export const CAME_BACK = '/api/sign-in/callback';
/** Ends the session of the browser that posts to it. */
const SIGN_OUT = '/api/sign-out';
export const COOKIE = 'spicerack_session';

const METRICS = '/api/metrics';

/** Where nobody is asked for anything. */
const OPEN = new Set(['/api/health', '/api/ready']);

export const ASKS_FOR_TOKEN =
  'This server asks for a token: sign in at its page, or send one as "Authorization: Bearer …".';

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '::1']);
const HOST = /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i;

/**
 * Decides whether a request may come in; total, and without effects.
 * - Its target must be a path with one reading (`readTarget`).
 * - Pages are read, and only the API is posted to: what the framework would take besides is nobody's business.
 * - The Host must be one of ours, which keeps out web pages that point a name of theirs at this machine (DNS
 *   rebinding).
 * - An Origin must be the Host, or what SPICERACK_PUBLIC_URL says, which keeps out other sites' scripts and forms.
 * - Where people are asked who they are, a token or a session must be presented, but at exact paths: `/api/health` and `/api/ready` tell nothing,
 *   and `/api/inngest` asks for signatures of its own while it has a key to check them with.
 */
export function checkAccess(asking: Asking, rules: Rules): Access {
  const target = readTarget(asking.url);
  if ('problem' in target) return refused(400, target.problem);
  if (!isMethodOf(target.path, asking.method)) return refused(405, 'This method is not taken here.');
  const host = asking.headers.host?.toLowerCase() ?? '';
  const name = host.match(HOST)?.[1]?.replace(/^\[|\]$/g, '');
  if (!name || asking.hosts !== 1) return refused(400, 'Send one Host header with the name or address of this server.');
  if (!isKnown(name, host, rules)) {
    return refused(
      403,
      `This server does not answer to the name ${name}. If it should, add the name to SPICERACK_ALLOWED_HOSTS and start it again.`,
    );
  }
  const { origin } = asking.headers;
  if (origin !== undefined && hostOf(origin) !== host && origin.toLowerCase() !== rules.publicUrl) {
    return refused(403, otherSite(origin, host));
  }
  if (rules.guardsMetrics && target.path === METRICS) {
    const token = bearerOf(asking);
    return token === undefined
      ? refused(401, 'Send "Authorization: Bearer …" with SPICERACK_METRICS_TOKEN.')
      : { kind: 'check', credential: { kind: 'bearer', token, opens: 'metrics' } };
  }
  return rules.guarded ? guarded(asking, target, rules) : unguarded(asking);
}

/** Where nobody is asked, whoever presents a token of ours is who it says all the same. */
function unguarded(asking: Asking): Access {
  const token = bearerOf(asking);
  return token?.startsWith(TOKEN_PREFIX)
    ? { kind: 'check', credential: { kind: 'bearer', token, opens: 'all' } }
    : { kind: 'allowed', role: 'administer' };
}

function guarded(asking: Asking, target: Target, rules: Rules): Access {
  const { method, headers } = asking;
  const session = cookieOf(headers.cookie);
  if (target.path === SIGN_IN) return { kind: method === 'POST' ? 'form' : 'form_page' };
  if (target.path === SIGN_OUT && method === 'POST') return { kind: 'sign_out', id: session };
  if (rules.hasProvider && method === 'GET') {
    if (target.path === LEAVE) return { kind: 'leave', to: landing(new URLSearchParams(target.search).get('to')) };
    if (target.path === CAME_BACK) return { kind: 'came_back' };
  }
  if (OPEN.has(target.path) || (target.path === '/api/inngest' && rules.inngestSigns)) {
    return { kind: 'allowed', role: 'read' };
  }
  const token = bearerOf(asking);
  if (token !== undefined) return { kind: 'check', credential: { kind: 'bearer', token, opens: 'all' } };
  const { token: inAddress, location } = withoutToken(target);
  if (inAddress !== null && (method === 'GET' || method === 'HEAD')) {
    return { kind: 'check', credential: { kind: 'sign_in', token: inAddress, location } };
  }
  if (asking.vouched) return { kind: 'vouched' };
  if (session !== null) return { kind: 'check', credential: { kind: 'session', id: session } };
  return rules.publicRead ? { kind: 'allowed', role: 'read' } : refused(401, ASKS_FOR_TOKEN);
}

function bearerOf({ headers }: Asking): string | undefined {
  return headers.authorization?.match(/^Bearer +(\S+) *$/i)?.[1];
}

/** Takes the token out of an address, so that it does not stay in the address bar. */
function withoutToken({ path, search }: Target): { token: string | null; location: string } {
  const query = new URLSearchParams(search);
  const token = query.get('token');
  if (token === null) return { token, location: `${path}${search}` };
  query.delete('token');
  return { token, location: query.size > 0 ? `${path}?${query}` : path };
}

/** Where to go on to after signing in: the path that was given where it is one of ours, without a token; else `/`. */
export function landing(given: string | null | undefined): string {
  const target = readTarget(given ?? '');
  return 'problem' in target ? '/' : withoutToken(target).location;
}

function refused(status: 400 | 401 | 403 | 405, message: string): Access {
  return { kind: 'refused', status, message };
}

/** A proxy that does not pass on Host makes each page of ours look like another site's. */
function otherSite(origin: string, host: string): string {
  const from = hostOf(origin);
  const refusal = 'Requests from other sites are not taken';
  if (from === null) return `${refusal}.`;
  return `${refusal}: this one is from ${from}, and its Host is ${host}. If ${from} is a proxy in front of this server, set SPICERACK_PUBLIC_URL=${new URL(origin).origin} here, or have the proxy pass on Host (nginx: proxy_set_header Host $http_host;).`;
}

function isMethodOf(path: string, method: string): boolean {
  if (method === 'GET' || method === 'HEAD') return true;
  return path.startsWith('/api/') && (method === 'POST' || method === 'PUT' || method === 'OPTIONS');
}

function isKnown(name: string, host: string, rules: Rules): boolean {
  return (
    LOOPBACK_NAMES.has(name) ||
    rules.allowedHosts.includes(name) ||
    rules.allowedHosts.includes(host) ||
    (rules.publicUrl !== null && new URL(rules.publicUrl).host === host) ||
    rules.names().has(name)
  );
}

function hostOf(origin: string): string | null {
  // Programs give their own pages names such as `tauri://localhost`.
  return /^https?:/i.test(origin) && URL.canParse(origin) ? new URL(origin).host : null;
}

/** A cookie that a browser sent, of a session unless said otherwise; null where there is none that could be one of ours. */
export function cookieOf(header: string | undefined, name = COOKIE, most = 100): string | null {
  const sent = header?.split(/; */).filter((part) => part.startsWith(`${name}=`)) ?? [];
  const values = sent.map((part) => part.slice(name.length + 1));
  return values.find((value) => /^[\w-]+$/.test(value) && value.length <= most) ?? null;
}
