import { randomBytes } from 'node:crypto';
import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { totalmem } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { environment, SECRETS } from './environment';

/** Pages and logs show addresses. */
function hasNoLogin(given: string): boolean {
  const { username, password } = URL.canParse(given) ? new URL(given) : { username: '', password: '' };
  return !username && !password;
}

/** Whether a host, as an address has it, is this machine alone. */
function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return name === '::1' || /^127(\.\d+){3}$/.test(name) || name === 'localhost' || name.endsWith('.localhost');
}

const seconds = (fallback: number) =>
  z.coerce
    .number()
    .positive()
    .default(fallback)
    .transform((s) => Math.round(s * 1000));

/** Names of variables, with commas between. */
const childEnv = z
  .string()
  .default('')
  .superRefine((given, context) => {
    for (const name of given.split(',').map((part) => part.trim())) {
      if (!/^\w*$/.test(name)) context.addIssue('write names of variables with commas between, without values');
      else if (SECRETS.some((secret) => secret === name)) context.addIssue(`${name} is a secret of Spicerack's own`);
    }
  });

const ownToken = z.string().regex(/^[\x21-\x7e]{16,}$/, 'use at least 16 characters, without spaces and line breaks');

/** The address that people type, or that Inngest calls. */
const publicUrl = z
  .url({ protocol: /^https?$/, error: 'write it as https://rack.example.com' })
  .transform((given) => new URL(given))
  .refine(
    ({ pathname, search, hash }) => pathname === '/' && !search && !hash,
    'Spicerack works at the root of a host and not below a path: give it a name of its own, as https://rack.example.com',
  )
  .refine(({ href }) => hasNoLogin(href), 'leave out user and password')
  .transform(({ origin }) => origin);

/** A file, or a server whose token is a setting of its own. */
const databaseUrl = z
  .string()
  .refine(
    (given) => /^file:./.test(given) || (/^(libsql|https?|wss?):\/\//.test(given) && URL.canParse(given)),
    'write libsql://db.example.com for a database server, http://… for one without TLS, or file:/srv/spicerack.db',
  )
  .refine(hasNoLogin, 'leave out user and password: what the server asks for is SPICERACK_DATABASE_AUTH_TOKEN');

/** Another key is taken by nobody: the Inngest server does not start with one. */
const signingKey = z
  .string()
  .regex(
    /^(signkey-\w+-)?([0-9a-f]{2})+$/i,
    'write an even number of hexadecimal digits, as `openssl rand -hex 32` prints them, or what Inngest Cloud shows (signkey-…)',
  );

/**
 * Inngest is told one address to call this server at. Refused where it would be one that Inngest cannot reach.
 * @param loopback whether this server listens for this machine alone
 */
function refuseUncallable(e: z.infer<typeof Environment>, loopback: boolean): void {
  const { HOST, INNGEST_SERVE_ORIGIN: origin, INNGEST_BASE_URL: inngest } = e;
  const host = origin ? new URL(origin).hostname : '';
  if (origin && (host === '0.0.0.0' || host === '[::]' || (!loopback && isLoopback(host)))) {
    throw new Error(
      `INNGEST_SERVE_ORIGIN=${origin} is each machine's own, and HOST=${HOST} is for others too: name the address at which Inngest reaches this server, or what stands in front of all its nodes.`,
    );
  }
  const namesNone = loopback || HOST === '0.0.0.0' || HOST === '::';
  if (inngest && !isLoopback(new URL(inngest).hostname) && namesNone && !origin) {
    throw new Error(
      `INNGEST_BASE_URL=${inngest} is not on loopback, and would be told to call this server at 127.0.0.1: set INNGEST_SERVE_ORIGIN to the address at which Inngest reaches it, or what stands in front of all its nodes.`,
    );
  }
}

/** Names with commas between, in lower case. */
const names = z
  .string()
  .default('')
  .transform((given) => given.split(',').flatMap((name) => name.trim().toLowerCase() || []));

/** Who a list of `access/allow.ts` may name. */
const allowList = names.refine(
  (given) => given.every((name) => name === '*' || name.startsWith('group:') || /^@?[^@\s]+(@[^@\s]+)?$/.test(name)),
  'name people as mara@example.com, all of a domain as @example.com, groups as group:ops, or everybody as *',
);

/** Addresses and networks: `10.0.0.7`, `10.0.0.0/8`, `fd00::/8`. */
const networks = names.transform((given, context) => {
  const list = new BlockList();
  for (const each of given) {
    const [address = '', bits, ...more] = each.split('/');
    const family = isIPv6(address) ? 'ipv6' : isIPv4(address) ? 'ipv4' : null;
    const most = family === 'ipv6' ? 128 : 32;
    if (!family || more.length > 0 || (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= most))) {
      context.addIssue(`${each} is no address and no network: write 10.0.0.7 or 10.0.0.0/8`);
      return z.NEVER;
    }
    list.addSubnet(address, bits === undefined ? most : Number(bits), family);
  }
  return given.length > 0 ? list : null;
});

const headerName = z
  .string()
  .regex(/^[\w-]{1,60}$/, 'give the name of a header, such as X-Forwarded-User')
  .transform((name) => name.toLowerCase());

const flag = z
  .enum(['0', '1', 'true', 'false'])
  .transform((v) => v === '1' || v === 'true')
  .optional();

/** Checked here because fetch would repeat what cannot be a header in its error. */
const gitHubToken = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]+$/, 'use the token alone, without spaces or line breaks')
  .optional();

/** `host` or `host=address of its GraphQL API`, with commas between; the address has a default on GitHub Enterprise. */
const gitHubHosts = z
  .string()
  .default('')
  .transform((given, context) => {
    const hosts = new Map([['github.com', 'https://api.github.com/graphql']]);
    for (const part of given.split(',').flatMap((p) => p.trim() || [])) {
      const [, name = '', address] = part.match(/^([^=/\s]+)(?:=(\S+))?$/) ?? [];
      const host = name.toLowerCase();
      const apiUrl = address ?? `https://${host}/api/graphql`;
      if (!host || !/^https?:\/\//.test(apiUrl) || !URL.canParse(apiUrl)) {
        context.addIssue('write each as git.example.com or git.example.com=https://git.example.com/api/graphql');
        return z.NEVER;
      }
      hosts.set(host, apiUrl);
    }
    return hosts;
  });

/**
 * The environment variables that Spicerack reads, in the order of docs/settings.md, which is made of them
 * (`npm run settings`): each with what it is for, and what happens without it where that is no value.
 */
const Environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65535).default(3000).describe('`0` takes a free port and prints it'),
  HOST: z
    .string()
    .default('127.0.0.1')
    .describe('any address that is not loopback demands `SPICERACK_TOKEN`; the refusal offers a fresh one'),
  SPICERACK_PUBLIC_URL: publicUrl.optional().meta({
    description:
      "where people reach it through a proxy, such as `https://rack.example.com`: its pages' requests come from there, and cookies are for HTTPS alone",
    unset: 'its own address',
  }),
  SPICERACK_ALLOWED_HOSTS: z
    .string()
    .default('')
    .describe("further names by which it is reached, such as a proxy's, with commas between"),
  SPICERACK_ALLOWED_ORIGINS: z
    .string()
    .default('')
    .transform((list) => list.split(',').flatMap((origin) => origin.trim().replace(/\/$/, '') || []))
    .refine(
      (origins) => origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin.toLowerCase()),
      'name sites as https://host or https://host:port, with commas between',
    )
    .transform((origins) => origins.map((origin) => origin.toLowerCase()))
    .describe(
      'other sites whose pages may use the API, such as `https://board.example`, with commas between; where a token is set they send it',
    ),
  SPICERACK_TRUST_PROXY: networks.describe(
    'addresses and networks of your proxies, such as `10.0.0.7, fd00::/8`, with commas between: they are believed about where a request comes from',
  ),
  SPICERACK_TOKEN: ownToken
    .optional()
    .describe(
      "the server's own token: with it every request is asked who it is, and whoever presents it may do everything; 16 characters or more, best a random one",
    ),
  SPICERACK_PUBLIC_READ: flag.meta({
    description:
      '`1`: who presents nothing may look, and change nothing. It needs `SPICERACK_TOKEN`, for those who may',
    unset: 'off',
  }),
  SPICERACK_ALLOW_READ: allowList.describe(
    'who may look, of those whom a proxy or a provider vouches for, with commas between: `mara@example.com`, all of `@example.com`, `group:ops`, or `*`: [how](sign-in.md)',
  ),
  SPICERACK_ALLOW_ACT: allowList.describe('who may run actions too'),
  SPICERACK_ALLOW_ADMINISTER: allowList.describe('who may do everything'),
  SPICERACK_OIDC_ISSUER: z
    .url({ protocol: /^https?$/, error: 'write it as https://accounts.example.com' })
    .optional()
    .describe('the address of a provider of OpenID Connect at which people sign in: [how](sign-in.md#openid-connect)'),
  SPICERACK_OIDC_CLIENT_ID: z.string().optional().describe('as what it knows this server'),
  SPICERACK_OIDC_CLIENT_SECRET: z.string().optional().describe('what this server proves that with'),
  SPICERACK_OIDC_SCOPES: z.string().default('openid profile email').describe('what is asked of it'),
  SPICERACK_OIDC_NAME_CLAIM: z.string().default('email').describe("which claim of its is somebody's name"),
  SPICERACK_OIDC_GROUPS_CLAIM: z.string().default('groups').describe('which claim has their groups'),
  SPICERACK_GITHUB_SIGN_IN_ID: z
    .string()
    .optional()
    .describe(
      'the client id of an OAuth app at which people sign in with their GitHub accounts: [how](sign-in.md#github)',
    ),
  SPICERACK_GITHUB_SIGN_IN_SECRET: z.string().optional().describe('the client secret of that app'),
  SPICERACK_GITHUB_SIGN_IN_URL: z
    .url({ protocol: /^https?$/, error: 'write it as https://git.example.com' })
    .default('https://github.com')
    .describe('the GitHub Enterprise server that the app is of'),
  SPICERACK_PROXY_USER_HEADER: headerName
    .optional()
    .describe(
      'the header in which those proxies, and nobody else, say who somebody is: [how](proxies.md#who-signs-in-at-the-proxy)',
    ),
  SPICERACK_PROXY_GROUPS_HEADER: headerName.optional().describe('the header in which they say in which groups that is'),
  SPICERACK_METRICS_TOKEN: ownToken
    .optional()
    .describe(
      'what Prometheus presents at `/api/metrics`, and nothing else opens that; without it, what the whole server asks for',
    ),
  SPICERACK_DATA_DIR: z.string().default('./data').describe('database, clones, logs'),
  SPICERACK_MACHINE: z
    .string()
    .regex(/^[\w.:-]{1,100}$/, 'use letters, digits, ".", ":", "-" and "_", at most 100')
    .optional()
    .meta({
      description: 'names this machine in the leases of jobs; no two that share a database may have one name',
      unset: 'made once, in the data directory',
    }),
  SPICERACK_DATABASE_URL: databaseUrl
    .optional()
    .meta({ description: '`libsql://…` for a database server', unset: 'a file in it' }),
  SPICERACK_DATABASE_AUTH_TOKEN: z.string().optional().describe('for that server'),
  SPICERACK_KEEP_DAYS: z.coerce
    .number()
    .positive()
    .default(30)
    .describe('days that ended jobs and events are kept; a job that can still be undone stays'),
  SPICERACK_KEEP_EVENTS: z.coerce
    .number()
    .int()
    .min(1000)
    .default(100_000)
    .describe('the most events that are kept; a client that was away for longer starts over'),
  SPICERACK_BUILD: z
    .enum(['auto', 'never'])
    .default('auto')
    .describe('`never` for a service: a start takes the build of its sources (`npm run build`) and makes none'),
  /** Read where lines are written (`log.ts`); checked here. */
  SPICERACK_LOG: z
    .enum(['auto', 'json', 'text'])
    .default('auto')
    .describe(
      '`json`: a line of JSON a fact on standard output; `text`: words; `auto`: words in a terminal, else JSON',
    ),
  SPICERACK_LOG_LEVEL: z
    .enum(['info', 'warn', 'error'])
    .default('info')
    .describe('`warn` leaves out what goes well, `error` what mends itself, too'),
  SPICERACK_EXECUTOR: z
    .enum(['auto', 'inngest', 'inline'])
    .default('auto')
    .describe('`inngest`, `inline`, or `auto`: inline unless an Inngest server is configured'),
  SPICERACK_ENGINE: z
    .enum(['auto', 'git', 'git-spice'])
    .default('auto')
    .describe(
      '`git`, `git-spice`, or `auto`: git-spice where its program is found. Both make the same commits; `git` takes a fraction of the time',
    ),
  SPICERACK_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe('how many repositories are worked on side by side'),
  SPICERACK_LEASE: seconds(30).describe("seconds after which a silent worker's job may be taken over"),
  SPICERACK_RETRY_DELAY: seconds(3).describe('seconds before the first retry of a network failure; doubles each time'),
  SPICERACK_PATIENCE: seconds(900).describe(
    'for how many seconds in all a job is tried again; then it ends and says so',
  ),
  SPICERACK_MAX_ATTEMPTS: z.coerce
    .number()
    .int()
    .min(1)
    .max(50)
    .default(5)
    .describe('how often a job is tried before such a failure ends it'),
  SPICERACK_COMMITTER: z
    .string()
    .regex(/^[^<>\n]+ <[^<>\s]+>$/, 'write it as "Name <email>"')
    .optional()
    .meta({ description: '`Name <email>` of replayed commits', unset: "the host's git identity" }),
  SPICERACK_ALLOW_LOCAL: flag.meta({
    description: 'whether repositories may be paths, `file:` or plain `http:`',
    unset: 'on for loopback',
  }),
  SPICERACK_REMOTE_HOSTS: z
    .enum(['any', 'public'])
    .default('any')
    .describe(
      '`public`: no remote on loopback, in a private network or link-local; names are resolved first and git is bound to what was found. Through a proxy, the proxy resolves them; names from `~/.ssh/config` are not known then',
    ),
  SPICERACK_NETWORK_TIMEOUT: seconds(600).describe('seconds that one git command may talk to a remote'),
  SPICERACK_GIT: z.string().default('git').describe("git's program"),
  SPICERACK_GIT_SPICE: z.string().optional().meta({ description: "git-spice's program", unset: 'looked up' }),
  SPICERACK_GIT_MEMORY: z.coerce.number().int().min(128, 'use at least 128 (MiB)').optional().meta({
    description:
      'MiB that one git process may fill, at least 128; mapped packs do not count. A branch whose comparison needs more is left alone and says so',
    unset: "a quarter of the machine's, at least 1024",
  }),
  /** Read where programs are started (`environment.ts`); checked here. */
  SPICERACK_CHILD_ENV: childEnv.describe(
    'further variables that git and the other programs get, with commas between: what a credential helper of yours reads',
  ),
  GITHUB_TOKEN: gitHubToken.describe(
    'a token of github.com that may read pull requests and checks; without one nothing is asked there',
  ),
  SPICERACK_GITHUB_TOKEN: gitHubToken.describe('the same for every GitHub host below, and instead of `GITHUB_TOKEN`'),
  SPICERACK_GITHUB_HOSTS: gitHubHosts.describe(
    'GitHub Enterprise hosts, with commas between; `host=https://…/graphql` where its API is not at `https://host/api/graphql`',
  ),
  INNGEST_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .refine(hasNoLogin, 'leave out user and password: its keys are INNGEST_EVENT_KEY and INNGEST_SIGNING_KEY')
    .optional()
    .describe('the address of an Inngest server of your own: [how](nodes.md#with-inngest-or-without)'),
  INNGEST_EVENT_KEY: z.string().optional().describe('what it, or Inngest Cloud, takes events with'),
  INNGEST_SIGNING_KEY: signingKey
    .optional()
    .describe('what it and this server know each other by: an even number of hexadecimal digits'),
  /** Read by Inngest's own client (`inngest/client.ts`). */
  INNGEST_SIGNING_KEY_FALLBACK: signingKey.optional().describe('the signing key before, while it is being changed'),
  INNGEST_SERVE_ORIGIN: publicUrl.optional().meta({
    description:
      'where that server reaches this one, or what stands in front of all nodes, such as `https://rack.example.com`; never loopback where `HOST` is not',
    unset: 'this machine',
  }),
  INNGEST_DEV: z.string().optional().meta({
    description: "`1` for Inngest's development server, which signs nothing; not together with `SPICERACK_TOKEN`",
    unset: '`0`',
  }),
  /** Read in `inngest/client.ts`; checked here. */
  SPICERACK_INNGEST_APP: z
    .string()
    .regex(/^[a-z0-9-]{1,50}$/, 'use small letters, digits and "-", at most 50')
    .default('spicerack')
    .describe(
      'as which app this installation is known to that server: installations that share one, such as a test and a production, each have their own',
    ),
  SPICERACK_INNGEST: z.string().optional().meta({ description: "the Inngest server's program", unset: 'looked up' }),
});

/** A setting, as documents tell of it. */
export interface Setting {
  name: string;
  /** What holds without it, in Markdown. */
  unset: string;
  /** What it is for, in Markdown with links from `docs`. */
  meaning: string;
}

/** All settings, in the order of their document. */
export function settings(): Setting[] {
  return Object.entries(Environment.shape).map(([name, schema]) => {
    const { unset, description } = Told.parse(schema.meta());
    const fallback = fallbackOf(schema);
    return { name, unset: unset ?? (fallback ? `\`${fallback}\`` : 'none'), meaning: description };
  });
}

const Told = z.object({ description: z.string(), unset: z.string().optional() });

/** The value that a setting has by itself, which may stand below what becomes of it. */
function fallbackOf(schema: z.core.$ZodType): string | null {
  if (schema instanceof z.ZodDefault) return String(schema.def.defaultValue);
  return schema instanceof z.ZodPipe ? fallbackOf(schema.in) : null;
}

export interface GitHubHost {
  /** Address of its GraphQL API. */
  apiUrl: string;
  token: string | null;
}

/** All settings, read once. Durations are milliseconds. */
export interface Config {
  port: number;
  host: string;
  /** True when only this machine can reach the server. */
  loopback: boolean;
  /** The server's own token, whose holder may do everything; null on loopback without one. */
  token: string | null;
  /** What a request of `/api/metrics` must present instead; null where that is nothing of its own. */
  metricsToken: string | null;
  /** Whether who presents nothing may look, and change nothing. */
  publicRead: boolean;
  /** Whether people and programs are asked who they are, in any way. */
  guarded: boolean;
  /** Who may do how much, of those whom a proxy or a provider vouches for. */
  allow: Readonly<Record<'read' | 'act' | 'administer', readonly string[]>>;
  /** The provider of OpenID Connect at which people sign in; null where there is none. */
  oidc: {
    issuer: string;
    clientId: string;
    clientSecret: string | null;
    scopes: string;
    /** What the provider says of somebody that is their name, and their groups. */
    nameClaim: string;
    groupsClaim: string;
  } | null;
  /** The OAuth app of GitHub at which people sign in; null where there is none. */
  gitHubSignIn: { url: string; clientId: string; clientSecret: string } | null;
  /** The proxies that are believed about where a request comes from, and about who somebody is; null where none is. */
  trustedProxies: BlockList | null;
  /** The headers in which they say who somebody is, in lower case; null where they do not. */
  proxyUser: { header: string; groupsHeader: string | null } | null;
  allowedHosts: string[];
  /** The origin under which people reach it, `https://rack.example.com`; null where that is its own address. */
  publicUrl: string | null;
  /** Sites whose pages may use the API, as browsers write their origins. */
  allowedOrigins: string[];
  dataDir: string;
  databaseUrl: string;
  databaseAuthToken: string | null;
  /** Whether a start makes the production build where that is missing or old. */
  build: 'auto' | 'never';
  executor: 'auto' | 'inngest' | 'inline';
  engine: 'auto' | 'git' | 'git-spice';
  gitProgram: string;
  gitSpiceProgram: string | null;
  inngestProgram: string | null;
  /** Where an Inngest server (or Inngest Cloud) is configured; null where none is. */
  inngest: {
    baseUrl: string | null;
    eventKey: string | null;
    /** Where it reaches this server; null is on this machine. */
    serveOrigin: string | null;
    /** Proves that a call comes from it, or a wish to register from us. Null in dev mode, which checks nothing. */
    signingKey: string | null;
    dev: boolean;
  } | null;
  committer: { name: string; email: string } | null;
  /** How many jobs of different repos run side by side, over all processes on this database. */
  concurrency: number;
  /** Whether repositories may be given as a path, `file:` or plain `http:`. */
  allowLocal: boolean;
  /** Whether remotes may be on loopback and in private networks (`any`), or on public addresses alone. */
  remoteHosts: 'any' | 'public';
  /** The most memory of one git process, in bytes. */
  gitMemory: number;
  /** Longest time one git command may talk to a remote. */
  networkTimeoutMs: number;
  leaseMs: number;
  /** First delay of a transient failure; doubles each time. */
  retryDelayMs: number;
  /** How long a job is tried again at all; past the point of no return this is counted from there. */
  patienceMs: number;
  /** How often a job is tried before a transient failure ends it. */
  maxAttempts: number;
  /** For how long ended jobs and events are kept. */
  keepMs: number;
  /** The most events that are kept. */
  keepEvents: number;
  /** The GitHub servers that are asked about pull requests, by host; nothing is asked without a token. */
  githubHosts: ReadonlyMap<string, GitHubHost>;
  /** What names this machine instead of the name in its data directory (`machine.ts`); null where that is to do. */
  machine: string | null;
}

/** What to write instead, where a setting does not say it of itself. */
const instead: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int' ? 'write a whole number' : 'write a number';
    case 'too_small':
      return issue.inclusive ? `use at least ${issue.minimum}` : `use more than ${issue.minimum}`;
    case 'too_big':
      return `use at most ${issue.maximum}`;
    case 'invalid_value':
      return `write one of ${issue.values.join(', ')}`;
    case 'invalid_format':
      return 'write it as https://host or http://host:port';
    default:
      return undefined;
  }
};

/**
 * Reads the settings from an environment. Read from that of this process, the secrets leave `process.env`.
 * @throws Error naming each wrong variable and what to write instead.
 */
export function readConfig(env: Record<string, string | undefined> = environment()): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given, { error: instead });
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`These settings cannot be used:\n${lines.join('\n')}`);
  }
  const e = parsed.data;
  if (e.SPICERACK_METRICS_TOKEN && e.SPICERACK_METRICS_TOKEN === e.SPICERACK_TOKEN) {
    throw new Error(
      'SPICERACK_METRICS_TOKEN is to open /api/metrics and nothing else: make it another one than SPICERACK_TOKEN, or leave it out.',
    );
  }
  const loopback = isLoopback(e.HOST);
  const { SPICERACK_GITHUB_SIGN_IN_ID: clientId, SPICERACK_GITHUB_SIGN_IN_SECRET: clientSecret } = e;
  if (Boolean(clientId) !== Boolean(clientSecret)) {
    throw new Error(
      'SPICERACK_GITHUB_SIGN_IN_ID and SPICERACK_GITHUB_SIGN_IN_SECRET go together: GitHub shows both for an OAuth app.',
    );
  }
  if (clientId && e.SPICERACK_OIDC_ISSUER) {
    throw new Error('People sign in at one provider: leave out SPICERACK_OIDC_ISSUER or SPICERACK_GITHUB_SIGN_IN_ID.');
  }
  const vouched = e.SPICERACK_PROXY_USER_HEADER || e.SPICERACK_OIDC_ISSUER || clientId;
  const guarded = e.SPICERACK_TOKEN || vouched;
  if (e.SPICERACK_PROXY_USER_HEADER && !e.SPICERACK_TRUST_PROXY) {
    throw new Error(
      'SPICERACK_PROXY_USER_HEADER says who somebody is, and anybody can send it: name the addresses of your proxies, and of nobody else, in SPICERACK_TRUST_PROXY.',
    );
  }
  refuseOpen('SPICERACK_OIDC_ISSUER', e.SPICERACK_OIDC_ISSUER);
  refuseOpen('SPICERACK_GITHUB_SIGN_IN_URL', e.SPICERACK_GITHUB_SIGN_IN_URL);
  if (e.SPICERACK_OIDC_ISSUER && !e.SPICERACK_OIDC_CLIENT_ID) {
    throw new Error(
      'SPICERACK_OIDC_ISSUER needs SPICERACK_OIDC_CLIENT_ID, and mostly SPICERACK_OIDC_CLIENT_SECRET, as the provider gave them to you.',
    );
  }
  const lists = [e.SPICERACK_ALLOW_READ, e.SPICERACK_ALLOW_ACT, e.SPICERACK_ALLOW_ADMINISTER];
  if (vouched && lists.every((list) => list.length === 0)) {
    throw new Error(
      'Nobody could come in: name who may in SPICERACK_ALLOW_READ, SPICERACK_ALLOW_ACT or SPICERACK_ALLOW_ADMINISTER, as mara@example.com, @example.com, group:ops or *.',
    );
  }
  if (!loopback && !guarded) {
    throw new Error(
      `HOST=${e.HOST} can be reached from other machines: set SPICERACK_TOKEN, or leave HOST at 127.0.0.1. A fresh one to copy:\n  SPICERACK_TOKEN=${randomBytes(24).toString('base64url')}`,
    );
  }
  if (e.SPICERACK_PUBLIC_READ && !guarded) {
    throw new Error(
      'SPICERACK_PUBLIC_READ lets everybody look and nobody else in: set SPICERACK_TOKEN too, for those who see to it.',
    );
  }
  const inngestDev = e.INNGEST_DEV !== undefined && e.INNGEST_DEV !== '0' && e.INNGEST_DEV !== 'false';
  if (inngestDev && guarded) {
    throw new Error(
      'INNGEST_DEV takes steps that nobody has signed, which SPICERACK_TOKEN and every other way to sign in is to keep out: leave INNGEST_DEV out and set INNGEST_SIGNING_KEY, or let nobody sign in on a server for this machine alone.',
    );
  }
  if (e.SPICERACK_EXECUTOR !== 'inline') refuseUncallable(e, loopback);
  const dataDir = resolve(e.SPICERACK_DATA_DIR);
  const committer = e.SPICERACK_COMMITTER?.match(/^(.+) <(.+)>$/);
  const inngestConfigured = e.INNGEST_BASE_URL || e.INNGEST_EVENT_KEY || e.INNGEST_SIGNING_KEY;
  return {
    port: e.PORT,
    host: e.HOST,
    loopback,
    token: e.SPICERACK_TOKEN ?? null,
    metricsToken: e.SPICERACK_METRICS_TOKEN ?? null,
    publicRead: e.SPICERACK_PUBLIC_READ ?? false,
    guarded: Boolean(guarded),
    allow: { read: e.SPICERACK_ALLOW_READ, act: e.SPICERACK_ALLOW_ACT, administer: e.SPICERACK_ALLOW_ADMINISTER },
    oidc:
      e.SPICERACK_OIDC_ISSUER && e.SPICERACK_OIDC_CLIENT_ID
        ? {
            issuer: e.SPICERACK_OIDC_ISSUER,
            clientId: e.SPICERACK_OIDC_CLIENT_ID,
            clientSecret: e.SPICERACK_OIDC_CLIENT_SECRET ?? null,
            scopes: e.SPICERACK_OIDC_SCOPES,
            nameClaim: e.SPICERACK_OIDC_NAME_CLAIM,
            groupsClaim: e.SPICERACK_OIDC_GROUPS_CLAIM,
          }
        : null,
    gitHubSignIn: clientId && clientSecret ? { url: e.SPICERACK_GITHUB_SIGN_IN_URL, clientId, clientSecret } : null,
    trustedProxies: e.SPICERACK_TRUST_PROXY,
    proxyUser: e.SPICERACK_PROXY_USER_HEADER
      ? { header: e.SPICERACK_PROXY_USER_HEADER, groupsHeader: e.SPICERACK_PROXY_GROUPS_HEADER ?? null }
      : null,
    allowedOrigins: e.SPICERACK_ALLOWED_ORIGINS,
    allowedHosts: e.SPICERACK_ALLOWED_HOSTS.split(',').flatMap((h) => h.trim().toLowerCase() || []),
    publicUrl: e.SPICERACK_PUBLIC_URL ?? null,
    dataDir,
    databaseUrl: e.SPICERACK_DATABASE_URL ?? `file:${dataDir}/spicerack.db`,
    databaseAuthToken: e.SPICERACK_DATABASE_AUTH_TOKEN ?? null,
    build: e.SPICERACK_BUILD,
    executor: e.SPICERACK_EXECUTOR,
    engine: e.SPICERACK_ENGINE,
    gitProgram: e.SPICERACK_GIT,
    gitSpiceProgram: e.SPICERACK_GIT_SPICE ?? null,
    inngestProgram: e.SPICERACK_INNGEST ?? null,
    inngest: inngestConfigured
      ? {
          baseUrl: e.INNGEST_BASE_URL ?? null,
          eventKey: e.INNGEST_EVENT_KEY ?? null,
          serveOrigin: e.INNGEST_SERVE_ORIGIN ?? null,
          signingKey: inngestDev ? null : (e.INNGEST_SIGNING_KEY ?? null),
          dev: inngestDev,
        }
      : null,
    committer: committer?.[1] && committer[2] ? { name: committer[1], email: committer[2] } : null,
    concurrency: e.SPICERACK_CONCURRENCY,
    allowLocal: e.SPICERACK_ALLOW_LOCAL ?? loopback,
    remoteHosts: e.SPICERACK_REMOTE_HOSTS,
    gitMemory: (e.SPICERACK_GIT_MEMORY ?? gitMemory()) * 1024 * 1024,
    networkTimeoutMs: e.SPICERACK_NETWORK_TIMEOUT,
    leaseMs: e.SPICERACK_LEASE,
    retryDelayMs: e.SPICERACK_RETRY_DELAY,
    patienceMs: e.SPICERACK_PATIENCE,
    maxAttempts: e.SPICERACK_MAX_ATTEMPTS,
    keepMs: e.SPICERACK_KEEP_DAYS * 86_400_000,
    keepEvents: e.SPICERACK_KEEP_EVENTS,
    githubHosts: new Map(
      [...e.SPICERACK_GITHUB_HOSTS].map(([host, apiUrl]) => {
        // GITHUB_TOKEN is a token of github.com wherever one meets it; no other server is to see it.
        const token = e.SPICERACK_GITHUB_TOKEN ?? (host === 'github.com' ? e.GITHUB_TOKEN : undefined);
        return [host, { apiUrl, token: token ?? null }];
      }),
    ),
    machine: e.SPICERACK_MACHINE ?? null,
  };
}

/** @throws Error where people would sign in over what others can read */
function refuseOpen(name: string, given: string | undefined): void {
  const url = given === undefined ? null : new URL(given);
  if (url?.protocol !== 'http:' || isLoopback(url.hostname)) return;
  throw new Error(
    `${name}=${given} could be read and changed on its way: a provider of another machine has an address of https.`,
  );
}

/**
 * A quarter of the memory that this process may use, in MiB, for several gits run side by side; at least 1 GiB, which
 * is more than a fetch or a repack of most repositories needs.
 */
function gitMemory(): number {
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.max(1024, Math.floor(memory / 4 / 1024 / 1024));
}

let current: Config | undefined;

/** The settings of this process, read at the first call. */
export function config(): Config {
  current ??= readConfig();
  return current;
}
