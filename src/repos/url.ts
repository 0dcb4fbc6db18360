import { posix } from 'node:path';
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
 * Checks and normalises a repository's URL: https, ssh (as a URL or as `user@host:path`), and where
 * `allowLocal` also an absolute path, `file:` and plain `http:`. Two spellings of one address come out alike as
 * far as that is certain (host in small letters, no default port, no slash at the end). Pure.
 */
export function checkRemoteUrl(given: string, { allowLocal }: { allowLocal: boolean }): RemoteUrl | UrlProblem {
  const text = given.trim();
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
  if (text.startsWith('/')) return checkPath(text, allowLocal);
  const scp = text.match(/^(?:([^@/:\s]+)@)?(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9][A-Za-z0-9.-]*):(.+)$/);
  if (scp) {
    const [, user, host = '', path = ''] = scp;
    // `user:password@host/path`, with the scheme forgotten.
    if (/^[^/]*@/.test(path) || /@[^/@:]*:/.test(path)) return { problem: PASSWORD.problem, hint: PASSWORD.http };
    if (user && isLogin(user)) return { problem: PASSWORD.problem, hint: PASSWORD.ssh };
    return accept(`${user ? `${user}@` : ''}${host.toLowerCase()}:${trimSlashes(path)}`, path);
  }
  return { problem: `"${withoutLogin(text)}" is not an address of a git repository.`, hint: forms };
}

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
    return checkPath(decode(path), allowLocal);
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
  const port = url.port && !(scheme === 'ssh' && url.port === '22') ? `:${url.port}` : '';
  return accept(`${scheme}://${user}${url.hostname.toLowerCase()}${port}${path}`, path);
}

/** Whether a user's name is a token, or hides a password behind an encoded colon. */
function isLogin(user: string): boolean {
  const plain = decode(user);
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
  const plain = decode(path);
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

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (_malformed) {
    return text; // a lone "%" stands for itself
  }
}
