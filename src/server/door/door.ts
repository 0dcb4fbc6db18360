import { createHash, timingSafeEqual } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { hostname, networkInterfaces } from 'node:os';
import type { Duplex } from 'node:stream';
import { LRUCache } from 'lru-cache';
import { type Person, roleOf } from '@/access/allow';
import { ASKER_HEADER, type Asker, anybody, writeAsker } from '@/access/asker';
import type { AuditEntry } from '@/access/audit';
import type { Tokens } from '@/access/tokens';
import type { Config } from '@/config';
import { databaseTrouble } from '@/db/trouble';
import { log, logTrouble } from '@/log';
import { SERVER_TOKEN } from '@/model/access';
import {
  ASKS_FOR_TOKEN,
  type Asking,
  CAME_BACK,
  COOKIE,
  type Credential,
  checkAccess,
  cookieOf,
  landing,
  type Rules,
} from './access';
import { type Provider, readBegun, writeBegun } from './provider';
import { addressOf, vouchedFor } from './proxies';
import { refusalBody } from './refusal-body';
import { SESSION_SECONDS, type Sessions, type SignedIn } from './sessions';
import { SIGN_IN_HEADERS, type SignInForm, signInPage } from './sign-in-page';
import { createThrottle } from './throttle';

/** What stands between the network and the app: every request of a server comes through it, and gets an answer. */
export interface Door {
  /** For the server's requests. */
  answer: RequestListener;
  /** Takes what else clients of a server may ask for: Upgrade and CONNECT. */
  attach(server: Server): void;
  /**
   * For Next, as its `httpServer`: it listens there for Upgrade requests, past any check. So it gets a server that
   * never listens, and is handed what may come in.
   */
  upgrades: Server;
  /** Lets in whom the settings let in; those that came before have waited. */
  open(app: App): void;
}

/** What answers those who may come in. */
export interface App {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Whether `/api/inngest` checks signatures, and so needs no token. */
  inngestSigns: boolean;
}

export type DoorConfig = Pick<
  Config,
  | 'host'
  | 'loopback'
  | 'allowedHosts'
  | 'publicUrl'
  | 'publicRead'
  | 'guarded'
  | 'token'
  | 'metricsToken'
  | 'inngest'
  | 'trustedProxies'
  | 'proxyUser'
  | 'allow'
>;

export interface DoorOptions {
  config: DoorConfig;
  sessions: Sessions;
  tokens: Tokens;
  /** Where people sign in besides; null where there is no such provider. */
  provider: Provider | null;
  /** Writes down who signed in and out, and who failed to. */
  note(entry: AuditEntry): Promise<void>;
  /** Whether Upgrade requests may come in; only hot reload needs them. */
  takesUpgrades: boolean;
}

/** An answer of the door's own. */
interface Answer {
  status: number;
  message: string;
  headers?: Record<string, string | string[]>;
  /** Where it is the page that asks who somebody is. */
  form?: SignInForm;
}

/** What becomes of a request: an answer of ours, or it comes in as somebody. */
type Checked =
  | { answer: Answer }
  /** `holds` asks again, of what can end while an answer is still open. */
  | { asker: Asker; holds?: () => Promise<boolean> };

/** After so long without a request, in milliseconds, somebody whom a proxy vouches for has signed in anew. */
const VOUCHED_AGAIN_MS = 3_600_000;
const MOST_SEEN = 10_000;

/** How often an open answer asks whether it may stay open, in milliseconds. */
const STILL_MS = 60_000;

/** Bytes of the form at most. */
const MOST_FORM = 4096;

/**
 * Makes the door of a server that has no other listeners. Until it is opened it refuses what no setting could allow,
 * and keeps everybody else waiting: an EventSource gives up for good on any status but 200, and a page left open over
 * a restart must come back by itself.
 */
export function createDoor({ config, sessions, tokens, provider, note, takesUpgrades }: DoorOptions): Door {
  const upgrades = createServer();
  const throttle = createThrottle();
  const rules = { ...rulesOf(config), hasProvider: provider !== null };
  let open: Door['open'] = () => undefined;
  const opened = new Promise<App>((resolve) => {
    open = resolve;
  });

  async function check(request: IncomingMessage): Promise<Checked> {
    const person = vouchedFor(request, config);
    const asking = askingOf(request, person !== null);
    const early = checkAccess(asking, rules);
    // A 401 may turn out otherwise: the keys of Inngest are yet to come.
    if (early.kind === 'refused' && early.status !== 401) return { answer: early };
    const access = checkAccess(asking, { ...rules, inngestSigns: (await opened).inngestSigns });
    switch (access.kind) {
      case 'allowed':
        return { asker: { ...anybody(access.role), address: addressOf(request, config) } };
      case 'refused':
        return { answer: access.status === 401 ? unauthorized(request) : access };
      case 'leave':
        return { answer: await leave(access.to, request) };
      case 'came_back':
        return { answer: await cameBack(request) };
      case 'sign_out':
        return { answer: await signOut(access.id, request) };
      case 'form_page': {
        const form = { to: '/', problem: null };
        return { answer: { status: 200, message: ASKS_FOR_TOKEN, form } };
      }
      case 'form': {
        const form = await formOf(request);
        if (!form) return { answer: { status: 413, message: 'Send a form with "token" alone.' } };
        const to = landing(form.get('to'));
        return prove({ kind: 'sign_in', token: form.get('token') ?? '', location: to }, request, to);
      }
      case 'vouched':
        return person ? vouchedAs(person, request) : { answer: unauthorized(request) };
      case 'check':
        return prove(access.credential, request, landing(request.url));
    }
  }

  function isSecure(request: IncomingMessage): boolean {
    if (config.publicUrl?.startsWith('https:')) return true;
    // Believed whoever says it: a browser that lies about it only harms itself.
    return request.headers['x-forwarded-proto']?.toString().split(',')[0]?.trim() === 'https';
  }

  const seen = new LRUCache<string, number>({ max: MOST_SEEN });

  function vouchedAs(person: Person, request: IncomingMessage): Checked {
    const { name } = person;
    const role = roleOf(person, config.allow);
    if (!role) {
      if (rules.publicRead) return { asker: { ...anybody('read'), address: addressOf(request, config) } };
      return { answer: { status: 403, message: notNamed(name) } };
    }
    // There is no moment of signing in: the proxy says it with every request.
    if (performance.now() - (seen.get(name) ?? Number.NEGATIVE_INFINITY) > VOUCHED_AGAIN_MS)
      noteOf(request, 'sign_in', name);
    seen.set(name, performance.now());
    return { asker: { ...anybody(role), name, address: addressOf(request, config) } };
  }

  /** As the provider knows it: the public address, or the one that was asked for, which is one of ours. */
  function callbackOf(request: IncomingMessage): string {
    const own = `${isSecure(request) ? 'https' : 'http'}://${request.headers.host}`;
    return `${config.publicUrl ?? own}${CAME_BACK}`;
  }

  async function leave(to: string, request: IncomingMessage): Promise<Answer> {
    if (!provider) return unauthorized(request);
    try {
      const { url, begun } = await provider.begin(callbackOf(request), to);
      const kept = `${BEGUN}=${writeBegun(begun)}; Path=/api/sign-in; HttpOnly; SameSite=Lax; Max-Age=${BEGUN_SECONDS}`;
      const headers = { location: url, 'set-cookie': isSecure(request) ? `${kept}; Secure` : kept };
      return { status: 303, message: `Sign in at ${provider.name}.`, headers };
    } catch (error) {
      logTrouble('provider_failed', `${provider.name} does not let people sign in`, error);
      const problem = `${provider.name} cannot be asked to sign you in now. Try again; the log of this server says why.`;
      return { status: 503, message: problem, form: { to, problem, ofProvider: true } };
    }
  }

  async function cameBack(request: IncomingMessage): Promise<Answer> {
    const begun = readBegun(cookieOf(request.headers.cookie, BEGUN, MOST_FORM));
    if (!provider || !begun) {
      const problem = 'This sign-in was begun in another browser, or too long ago. Begin it again.';
      return { status: 400, message: problem, form: { to: '/', problem, ofProvider: true } };
    }
    const to = landing(begun.to);
    const came = new URL(callbackOf(request));
    came.search = new URL(request.url ?? '', came).search;
    let person: Person;
    try {
      person = await provider.end(came, begun);
    } catch (error) {
      logTrouble('sign_in_failed', `A sign-in at ${provider.name} failed`, error);
      noteOf(request, 'sign_in_failed', null);
      const problem = `${provider.name} has not signed you in. Try again; the log of this server says why.`;
      return { status: 401, message: problem, form: { to, problem, ofProvider: true } };
    }
    const role = roleOf(person, config.allow);
    if (!role) {
      noteOf(request, 'sign_in_failed', person.name);
      return {
        status: 403,
        message: notNamed(person.name),
        form: { to, problem: notNamed(person.name), ofProvider: true },
      };
    }
    const id = await sessions.begin({ name: person.name, role, repoIds: null, tokenId: null }, PROVIDED_SECONDS);
    noteOf(request, 'sign_in', person.name);
    const secure = isSecure(request);
    const cookies = [cookie(id, PROVIDED_SECONDS, secure), `${BEGUN}=; Path=/api/sign-in; HttpOnly; Max-Age=0`];
    return { status: 303, message: 'Signed in.', headers: { location: to, 'set-cookie': cookies } };
  }

  async function signOut(id: string | null, request: IncomingMessage): Promise<Answer> {
    const who = id === null ? null : await sessions.find(id);
    if (id !== null) await sessions.end(id);
    if (who) noteOf(request, 'sign_out', who.name);
    return {
      status: 303,
      message: 'Signed out.',
      headers: { location: '/', 'set-cookie': cookie('', 0, isSecure(request)) },
    };
  }

  /** @param to where the form leads on to, where there has to be one */
  async function prove(credential: Credential, request: IncomingMessage, to: string): Promise<Checked> {
    const address = addressOf(request, config);
    if (credential.kind === 'session') {
      const who = await sessions.find(credential.id);
      const holds = async () => (await sessions.find(credential.id)) !== null;
      if (who)
        return { asker: { name: who.name, role: who.role, repoIds: who.repoIds, hasSession: true, address }, holds };
      return rules.publicRead ? { asker: { ...anybody('read'), address } } : { answer: unauthorized(request) };
    }
    const wait = Math.ceil(throttle.waitOf(address) / 1000);
    if (wait > 0) {
      const message = `Too many wrong tokens came from your address. Try again in ${wait} s.`;
      return {
        answer: { status: 429, message, headers: { 'retry-after': String(wait) }, form: { to, problem: message } },
      };
    }
    const who = await whoHas(credential);
    if (!who) {
      throttle.failed(address);
      noteOf(request, 'sign_in_failed', null);
      const message = 'This is not a token of this server, or it has expired or was revoked.';
      return { answer: { ...UNAUTHORIZED, message, form: { to, problem: message } } };
    }
    if (credential.kind === 'bearer') {
      const asker = { name: who.name, role: who.role, repoIds: who.repoIds, hasSession: false, address };
      if (who.tokenId === null) return { asker };
      return { asker, holds: async () => (await tokens.find(credential.token)) !== null };
    }
    const session = cookie(await sessions.begin(who), SESSION_SECONDS, isSecure(request));
    noteOf(request, 'sign_in', who.name);
    return {
      answer: {
        status: 303,
        message: 'Signed in.',
        headers: { location: credential.location, 'set-cookie': session, 'referrer-policy': 'no-referrer' },
      },
    };
  }

  async function whoHas(credential: Exclude<Credential, { kind: 'session' }>): Promise<SignedIn | null> {
    if (credential.kind === 'bearer' && credential.opens === 'metrics') {
      const right = config.metricsToken !== null && same(credential.token, config.metricsToken);
      return right ? { name: 'metrics', role: 'read', repoIds: null, tokenId: null } : null;
    }
    if (config.token !== null && same(credential.token, config.token)) {
      return { name: SERVER_TOKEN, role: 'administer', repoIds: null, tokenId: null };
    }
    const found = await tokens.find(credential.token);
    return found && { name: found.name, role: found.role, repoIds: found.repoIds, tokenId: found.id };
  }

  /** Nobody waits for it: what happened has happened. */
  function noteOf(request: IncomingMessage, action: keyof typeof SAID, who: string | null): void {
    const address = addressOf(request, config);
    // Whoever guesses does not fill the log; the audit log has each.
    if (action === 'sign_in_failed') logTrouble(action, SAID[action], undefined, { who, address });
    else log('info', action, SAID[action], { who, address });
    const via = request.headers['user-agent'] ?? null;
    const entry = { who, via, address, action, about: {} };
    void note(entry).catch((error: unknown) => {
      logTrouble('audit_failed', 'The audit log cannot be written', error, { action });
    });
  }

  const answer: RequestListener = (request, response) => {
    void check(request)
      .catch((error: unknown) => ({ answer: unchecked(error) }))
      .then(async (checked) => {
        if ('answer' in checked) return respond(response, checked.answer, request, provider?.name ?? null);
        request.headers[ASKER_HEADER] = writeAsker(checked.asker);
        if (checked.holds) closeOnceOver(response, checked.holds);
        await (await opened).handle(request, response);
      })
      .catch((error: unknown) => {
        logTrouble('request_failed', 'A request failed', error, { withStack: true });
        if (response.headersSent) response.destroy();
        else
          respond(
            response,
            { status: 500, message: 'The server failed at this request; its log says why.' },
            request,
            null,
          );
      });
  };

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => undefined);
    if (!takesUpgrades) {
      hangUp(socket, NOBODY_UPGRADES);
      return;
    }
    void check(request)
      .catch((error: unknown) => ({ answer: unchecked(error) }))
      .then((checked) => {
        if ('answer' in checked) hangUp(socket, checked.answer);
        else if (!upgrades.emit('upgrade', request, socket, head)) hangUp(socket, NOBODY_UPGRADES);
      })
      .catch((error: unknown) => {
        logTrouble('request_failed', 'An Upgrade request failed', error, { withStack: true });
        socket.destroy();
      });
  }

  function attach(server: Server): void {
    server.on('upgrade', upgrade);
    server.on('connect', (_request, socket) => {
      socket.on('error', () => undefined);
      hangUp(socket, { status: 405, message: 'This server is no proxy.' });
    });
  }

  return { answer, attach, upgrades, open };
}

const SAID = { sign_in: 'Signed in', sign_out: 'Signed out', sign_in_failed: 'A sign-in failed' } as const;
/** What a browser keeps while it is at the provider, and for how many seconds. */
const BEGUN = 'spicerack_sign_in';
const BEGUN_SECONDS = 600;
/** So long a session lasts that a provider has opened: whom it lets in no longer is out within a day. */
const PROVIDED_SECONDS = 12 * 3600;

function notNamed(name: string): string {
  return `${name} may not come in here. Whoever runs this server names who may in SPICERACK_ALLOW_READ, SPICERACK_ALLOW_ACT and SPICERACK_ALLOW_ADMINISTER.`;
}

const NOBODY_UPGRADES: Answer = { status: 400, message: 'This server takes no Upgrade requests.' };
const UNAUTHORIZED = { status: 401, message: ASKS_FOR_TOKEN, headers: { 'www-authenticate': 'Bearer' } };

/** A stream ends with the session or the token that opened it, a minute later at most. */
function closeOnceOver(response: ServerResponse, holds: () => Promise<boolean>): void {
  const look = setInterval(() => {
    holds().then(
      (live) => live || response.destroy(),
      () => undefined, // The database is away, which says nothing about anybody.
    );
  }, STILL_MS);
  look.unref();
  response.once('close', () => clearInterval(look));
}

function unauthorized(request: IncomingMessage): Answer {
  return { ...UNAUTHORIZED, form: { to: landing(request.url), problem: null } };
}

/** Nobody comes in whose session cannot be looked up. */
function unchecked(error: unknown): Answer {
  const trouble = databaseTrouble(error);
  if (!trouble) logTrouble('request_failed', 'A request could not be checked', error, { withStack: true });
  return {
    status: 503,
    message: `${trouble?.what ?? 'This request could not be checked.'} Try again, or send "Authorization: Bearer …", which needs no session.`,
    headers: { 'retry-after': '5' },
  };
}

/** What a form posted; null where it is longer than ours can be. */
async function formOf(request: IncomingMessage): Promise<URLSearchParams | null> {
  let text = '';
  for await (const chunk of request.setEncoding('latin1').iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.length > MOST_FORM) return null;
  }
  return new URLSearchParams(text);
}

function rulesOf(config: DoorConfig): Rules {
  const { host, loopback, allowedHosts, publicUrl, publicRead, guarded, metricsToken, inngest } = config;
  const own = [host, ...(inngest?.serveOrigin ? [new URL(inngest.serveOrigin).hostname] : [])].map((name) =>
    name.replace(/^\[|\]$/g, '').toLowerCase(),
  );
  return {
    guarded,
    hasProvider: false,
    publicRead,
    guardsMetrics: metricsToken !== null,
    // Asked each time: addresses come and go with networks.
    names: () => new Set(loopback ? own : [...own, ...machineNames()]),
    allowedHosts,
    publicUrl,
    inngestSigns: false,
  };
}

/** By what others may reach this machine, as far as it knows itself. */
function machineNames(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? []);
  const name = hostname().toLowerCase();
  return [...addresses, name, `${name}.local`];
}

function askingOf(request: IncomingMessage, vouched: boolean): Asking {
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    headers: request.headers,
    hosts: request.headersDistinct.host?.length ?? 0,
    vouched,
  };
}

function cookie(value: string, seconds: number, secure: boolean): string {
  return `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure ? '; Secure' : ''}`;
}

/** In a time that tells nothing about either. */
function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** Closes the connection, so that a body which nobody reads does not hold it. */
const ALWAYS = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  connection: 'close',
};

function respond(
  response: ServerResponse,
  answer: Answer,
  request: IncomingMessage,
  providerName: string | null,
): void {
  const { status, message, headers } = answer;
  if (answer.form && request.headers.accept?.includes('text/html')) {
    const page = signInPage(answer.form, providerName);
    response.writeHead(status, { ...ALWAYS, ...headers, ...SIGN_IN_HEADERS }).end(page);
    return;
  }
  // Who calls the API reads a refusal as one of the API's. Where the server is in trouble it has not refused anybody.
  const code = request.url?.startsWith('/api/trpc/') ? REFUSED[status] : undefined;
  if (code) {
    const body = refusalBody({ code, httpStatus: status, message });
    response.writeHead(status, { ...ALWAYS, ...headers, 'content-type': 'application/json' }).end(body);
  } else {
    response.writeHead(status, { ...ALWAYS, ...headers }).end(`${message}\n`);
  }
}

const REFUSED: Record<number, Parameters<typeof refusalBody>[0]['code'] | undefined> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  405: 'METHOD_NOT_SUPPORTED',
  429: 'TOO_MANY_REQUESTS',
};

/** The same where there is only a socket. */
function hangUp(socket: Duplex, { status, message, headers }: Answer): void {
  const lines = Object.entries({ ...ALWAYS, 'content-length': Buffer.byteLength(message) + 1, ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${message}\n`);
}
