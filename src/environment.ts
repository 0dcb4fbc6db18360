import { percentDecoded } from './percent-decoded';

/**
 * What this process was started with, and what the programs that it starts get of it. Standard library only, so
 * that set-up can use it.
 */

/** The settings that nobody but this process is to know. */
export const SECRETS = [
  'SPICERACK_TOKEN',
  'SPICERACK_METRICS_TOKEN',
  'SPICERACK_OIDC_CLIENT_SECRET',
  'SPICERACK_GITHUB_SIGN_IN_SECRET',
  'SPICERACK_DATABASE_URL',
  'SPICERACK_DATABASE_AUTH_TOKEN',
  'SPICERACK_GITHUB_TOKEN',
  'GITHUB_TOKEN',
  'GH_TOKEN',
  'INNGEST_EVENT_KEY',
  'INNGEST_SIGNING_KEY',
  'INNGEST_SIGNING_KEY_FALLBACK',
] as const;

const SECRET_NAMES: ReadonlySet<string> = new Set(SECRETS);

type Environment = Record<string, string | undefined>;

// The server and the app's bundles do not share modules, and only the first of them finds the secrets.
const shared = globalThis as typeof globalThis & { __spicerackSecrets?: Map<string, string> };

function takeSecrets(): Map<string, string> {
  shared.__spicerackSecrets ??= new Map();
  for (const name of SECRETS) {
    const value = process.env[name];
    if (value === undefined) continue;
    shared.__spicerackSecrets.set(name, value);
    delete process.env[name];
  }
  return shared.__spicerackSecrets;
}

/** All that this process was started with. The secrets leave `process.env` and are known here alone from then on. */
export function environment(): Environment {
  const secrets = takeSecrets();
  return { ...process.env, ...Object.fromEntries(secrets) };
}

/** The values that no text may show: those of the secrets, and the token in the database's address. */
export function secretValues(): string[] {
  return [...takeSecrets()].flatMap(([name, value]) => {
    if (name !== 'SPICERACK_DATABASE_URL') return value;
    const url = URL.canParse(value) ? new URL(value) : null;
    return [url?.searchParams.get('authToken') ?? '', percentDecoded(url?.password ?? '')];
  });
}

/** What every program may have: whose it is, where things are, and how git reaches remotes. */
const PASSED = new RegExp(
  `^(${[
    'PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TZ|LANG|LANGUAGE|LC_\\w+|XDG_\\w+|NODE_ENV|LD_LIBRARY_PATH',
    // The network: proxies and whom to trust.
    'https?_proxy|HTTPS?_PROXY|all_proxy|ALL_PROXY|no_proxy|NO_PROXY',
    'SSL_CERT_FILE|SSL_CERT_DIR|CURL_CA_BUNDLE|NIX_SSL_CERT_FILE',
    // Of git's own those that do not point it at another repository.
    'GIT_(SSH|SSL|PROXY|TRACE|HTTP)\\w*|GIT_ASKPASS|GIT_EXEC_PATH|GIT_CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)',
    // What ssh, its agent, and the common credential helpers look for.
    'SSH_AUTH_SOCK|SSH_AGENT_PID|SSH_ASKPASS|KRB5CCNAME|KRB5_CONFIG',
    'GNUPGHOME|PASSWORD_STORE_DIR|GCM_\\w+|DBUS_SESSION_BUS_ADDRESS',
  ].join('|')})$`,
);

/** What set-up's tools may have on top, which fetch packages and build. */
const SET_UP =
  /^((npm_config|NPM_CONFIG)_\w+|GO[A-Z0-9]+|CGO_\w+|CC|CXX|PLAYWRIGHT_\w+|NODE_EXTRA_CA_CERTS|NODE_OPTIONS)$/;

/**
 * The environment of every program that Spicerack starts: a list of what it may have, and what
 * SPICERACK_CHILD_ENV names on top, but never a secret of ours.
 */
export function childEnvironment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const named = new Set((process.env.SPICERACK_CHILD_ENV ?? '').split(',').map((name) => name.trim()));
  return pick((name) => PASSED.test(name) || named.has(name), more);
}

/** The same for the tools that set-up runs: npm, Go, the build. */
export function setUpEnvironment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  return pick((name) => PASSED.test(name) || SET_UP.test(name), more);
}

function pick(passes: (name: string) => boolean, more: Record<string, string>): NodeJS.ProcessEnv {
  // By name first: each value that is read is asked of the system, and this is done for every git process.
  const names = Object.keys(process.env).filter((name) => passes(name) && !SECRET_NAMES.has(name));
  // Named because Next's types demand it.
  const env: NodeJS.ProcessEnv = { NODE_ENV: process.env.NODE_ENV };
  for (const name of names) env[name] = process.env[name];
  return Object.assign(env, more);
}
