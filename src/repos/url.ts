import { posix } from 'node:path';
import { percentDecoded } from '@/percent-decoded';
import { hasControls } from '@/text/visible';

/** A URL that may be added, as it is stored; and a name for the repo, `owner/name` where the URL has an owner. */
export interface RemoteUrl {
  url: string;
  name: string;
}

/** Why a URL may not be added, and what to do instead. Never repeats a password. */
export interface UrlProblem {
  problem: string;
  hint: string;
}

const FORMS = 'Use https://host/owner/name.git, git@host:owner/name.git or ssh://git@host/owner/name.git';

/** The longest address; git servers take no longer ones, and it stands in every list. */
const LONGEST = 2048;

/** How the tokens of the common hosts begin; a user name of 36 and more letters and digits is one, too. */
const TOKEN = /^(gh[opsur]_|github_pat_|glpat-|gldt-|x-token-auth$|x-access-token$|oauth2$|[A-Za-z0-9_=-]{36,}$)/;

/**
 * Checks and normalises a repository's URL: https, ssh (as a URL, or as git also takes it: `user@host:path`,
 * `[user@host:port]:path`), and where `allowLocal` also an absolute path, `file:` and plain `http:`. What is stored
 * leads git to the same place as what was given. A host of ssh may be one of `~/.ssh/config`, so it keeps its case and
 * its port; a host of http does not. Pure.
 */
export function checkRemoteUrl(given: string, { allowLocal }: { allowLocal: boolean }): RemoteUrl | UrlProblem {
  const { text, trailing } = trimmed(given);
  const forms = allowLocal ? `${FORMS}, or an absolute path on this machine.` : `${FORMS}.`;
  if (text === '') return { problem: 'The URL is empty.', hint: forms };
  if (text.length > LONGEST) {
    return { problem: `The URL has ${text.length} characters.`, hint: `Use at most ${LONGEST}.` };
  }
  if (hasControls(text)) {
    return { problem: 'The URL has control characters in it.', hint: 'Copy it again, as one line.' };
  }
  if (text.startsWith('-')) return { problem: 'The URL starts with "-".', hint: forms };
  // git runs `git-remote-<helper>` for `<helper>::<address>`.
  if (/^[A-Za-z0-9+.-]+::/.test(text)) return { problem: 'Addresses with "::" start a program.', hint: forms };

  const scheme = text.match(/^([A-Za-z][A-Za-z0-9+.-]*):\/\//)?.[1]?.toLowerCase();
  if (scheme) return checkUrl(text, scheme, allowLocal, forms);
  // git would take it for a part of the path.
  if (trailing) return { problem: 'The address ends with a space.', hint: 'Take it away, or rename the repository.' };
  if (text.startsWith('/')) return checkPath(text, allowLocal);
  return checkScp(text) ?? { problem: `"${withoutLogin(text)}" is not an address of a git repository.`, hint: forms };
}

/** Without what a copied line has around it. A space at the end is told, for it may be a part of a path. */
function trimmed(given: string): { text: string; trailing: boolean } {
  const text = given.trim();
  const after = given.slice(given.trimEnd().length);
  return { text, trailing: text !== '' && /[^\r\n\t]/.test(after) };
}

/** `user@host:path`, and with brackets as git takes them: `[user@host:port]:path`, `user@[host:port]:path`. */
function checkScp(text: string): RemoteUrl | UrlProblem | null {
  const parts = scpParts(text);
  if (!parts) return null;
  const { user, host, port, path } = parts;
  // `user:password@host/path`, with the scheme forgotten.
  if (/^[^/]*@/.test(path) || /@[^/@:]*:/.test(path)) return { problem: PASSWORD.problem, hint: PASSWORD.http };
  if (user && isLogin(user)) return { problem: PASSWORD.problem, hint: PASSWORD.ssh };
  if (trimSlashes(path) === '') return { problem: 'The URL names no repository.', hint: `${FORMS}.` };
  const bare = port === '' && !host.includes(':');
  const at = user ? `${user}@` : '';
  return accept(`${at}${bare ? host : `[${host}${port && `:${port}`}]`}:${trimSlashes(path)}`, path);
}

/** A host's name, or an alias of `~/.ssh/config`. */
const HOST = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;

/** The parts of `user@host:path`; null where it is none. The user is empty where there is none, and so is the port. */
function scpParts(text: string): { user: string; host: string; port: string; path: string } | null {
  const bracketed = text.match(/^(?:([^/:\s[\]]+)@)?\[(?:([^/:\s[\]]+)@)?([^\s[\]@/]+)\]:(.+)$/);
  if (bracketed) {
    const [, outer = '', inner = '', inside = '', path = ''] = bracketed;
    if (outer && inner) return null;
    const user = outer || inner;
    if (/^[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*$/.test(inside)) return { user, host: inside, port: '', path };
    const [, host = '', port = ''] = inside.match(/^([^:]+)(?::(\d{1,5}))?$/) ?? [];
    return HOST.test(host) && Number(port) < 65536 ? { user, host, port, path } : null;
  }
  const [, user = '', host = '', path = ''] = text.match(/^(?:([^/:\s[\]]+)@)?([^@/:\s[\]]+):(.+)$/) ?? [];
  return HOST.test(host) ? { user, host, port: '', path } : null;
}

/**
 * What two addresses of one repository have in common: `r` and `r.git` are the same to every host, so are `h` and
 * `H` where it is a name of the DNS, and a port that is the usual one. Paths on this machine are what they are. Pure.
 * @param url as `checkRemoteUrl` gives it
 */
export function addressKey(url: string): string {
  if (url.startsWith('/')) return url;
  const plain = url.replace(/\/\.git$/, '').replace(/\.git$/, '');
  const ssh = plain.match(/^(ssh:\/\/(?:[^@/]*@)?)([^/:[\]]+|\[[^\]]*\])(?::(\d+))?(\/.*)$/);
  if (ssh) {
    const [, start = '', host = '', port = '22', path = ''] = ssh;
    return `${start}${dnsName(host)}:${port}${path}`;
  }
  if (plain.includes('://')) return plain;
  const parts = scpParts(plain);
  return parts ? `${parts.user}@${dnsName(parts.host)}:${parts.port || '22'}:${parts.path}` : plain;
}

/** What every address of a repository holds as it is: a search for it finds all that may have this key. Pure. */
export function partOfAddress(key: string): string {
  return key.slice(Math.max(key.lastIndexOf('/'), key.lastIndexOf(':')) + 1);
}

/** A name with a dot is one of the DNS, which knows no case; another one may be an alias of `~/.ssh/config`. */
const dnsName = (host: string) => (host.includes('.') ? host.toLowerCase() : host);

function checkUrl(text: string, scheme: string, allowLocal: boolean, forms: string): RemoteUrl | UrlProblem {
  if (!['https', 'ssh', 'http', 'file'].includes(scheme)) {
    return { problem: `"${scheme}:" is not allowed.`, hint: forms };
  }
  if (!allowLocal && (scheme === 'http' || scheme === 'file')) {
    return {
      problem: `"${scheme}:" is allowed only where local repositories are.`,
      hint: `${forms} Or set SPICERACK_ALLOW_LOCAL=1 on the server.`,
    };
  }
  let url: URL;
  try {
    url = new URL(text);
  } catch (_unparsable) {
    return { problem: 'The URL cannot be read.', hint: forms };
  }
  if (scheme === 'file') {
    const path = text.slice('file://'.length);
    if (!path.startsWith('/')) return { problem: 'A file URL has three slashes.', hint: 'Write file:///path/to/it.' };
    return checkPath(percentDecoded(path), allowLocal);
  }
  if (url.password || isLogin(url.username)) return { problem: PASSWORD.problem, hint: PASSWORD[kind(scheme)] };
  if (url.search || url.hash) {
    return { problem: 'The URL has a "?" or "#" part.', hint: 'Leave it out; give a login through git instead.' };
  }
  if (!url.hostname || /^(-|%2d)/i.test(url.hostname) || url.username.startsWith('-')) {
    return { problem: 'The URL has no usable host.', hint: forms };
  }
  const path = trimSlashes(url.pathname);
  if (path === '') return { problem: 'The URL names no repository.', hint: forms };
  const user = url.username ? `${url.username}@` : '';
  const host = scheme === 'ssh' ? url.hostname : url.hostname.toLowerCase();
  return accept(`${scheme}://${user}${host}${url.port && `:${url.port}`}${path}`, path);
}

/** Whether a user's name is a token, or hides a password behind an encoded colon. */
function isLogin(user: string): boolean {
  const plain = percentDecoded(user);
  return TOKEN.test(plain) || plain.includes(':');
}

const kind = (scheme: string) => (scheme === 'ssh' ? 'ssh' : 'http');

const PASSWORD = {
  problem: 'The URL has a password or token in it; it would be stored and shown.',
  http: 'Leave it out, and log in once as the user that runs Spicerack: "git config --global credential.helper store" (or your system\'s helper), then any "git fetch" from this host. Or use an ssh key.',
  ssh: 'Leave it out, and give the user that runs Spicerack an ssh key that the host knows.',
};

function checkPath(path: string, allowLocal: boolean): RemoteUrl | UrlProblem {
  if (!allowLocal) {
    return { problem: 'Local repositories are not allowed here.', hint: `${FORMS}. Or set SPICERACK_ALLOW_LOCAL=1.` };
  }
  const plain = trimSlashes(posix.normalize(path));
  if (plain === '') return { problem: 'The path is the root folder.', hint: 'Give the folder of a git repository.' };
  return { url: plain, name: lastParts(plain, 1) };
}

function accept(url: string, path: string): RemoteUrl {
  return { url, name: lastParts(path, 2) };
}

/** `/group/owner/name.git` → `owner/name`. */
function lastParts(path: string, count: number): string {
  const plain = percentDecoded(path);
  // Encoded, they can do no harm.
  const parts = (hasControls(plain) ? path : plain)
    .replace(/\/\.git$/, '')
    .split('/')
    .filter((part) => part && part !== '~');
  return parts
    .slice(-count)
    .join('/')
    .replace(/\.git$/, '');
}

const trimSlashes = (path: string) => path.replace(/\/+$/, '');

function withoutLogin(text: string): string {
  const at = text.lastIndexOf('@');
  return at < 0 ? text : `***${text.slice(at)}`;
}
