/** A repository on a forge that is spoken to: GitHub, or a GitHub Enterprise server. */
export interface ForgeRepo {
  /** The forge's host, as the settings name it. */
  host: string;
  owner: string;
  repo: string;
  /** Where the forge's GraphQL API is. */
  apiUrl: string;
  /** The repository's page, without a slash at the end. */
  webUrl: string;
}

/** Other hosts under which GitHub serves git: ssh over port 443, and what people copy from a browser. */
const ALIASES: Record<string, string> = { 'ssh.github.com': 'github.com', 'www.github.com': 'github.com' };

/**
 * Which repository on which forge a remote's URL names; null where the host is none of `hosts` (host → address
 * of its GraphQL API), or the path is not one of a repository there. Takes https, ssh and `user@host:path`. Pure.
 */
export function forgeOf(url: string, hosts: ReadonlyMap<string, { apiUrl: string }>): ForgeRepo | null {
  const remote = parse(url.trim());
  if (!remote) return null;
  const host = ALIASES[remote.host] ?? remote.host;
  const forge = hosts.get(host);
  const [, owner, repo] = remote.path.match(/^\/*([\w-]+)\/([\w.-]+?)(?:\.git)?\/*$/) ?? [];
  if (!forge || !owner || !repo || /^\.+$/.test(repo)) return null;
  return { host, owner, repo, apiUrl: forge.apiUrl, webUrl: `https://${host}/${owner}/${repo}` };
}

/**
 * The page that compares two commits of a repository as they are, for a ref that moved from one to the other (two
 * dots: their merge base, which a rewrite moves as well, is of no interest). Null where there is no such page.
 */
export function compareUrl(
  repo: { webUrl: string | null },
  before: string | null,
  after: string | null,
): string | null {
  if (repo.webUrl === null || before === null || after === null || before === after) return null;
  return `${repo.webUrl}/compare/${before}..${after}`;
}

/** Host (with its port where that is part of a web address) and path of a remote's URL. */
function parse(url: string): { host: string; path: string } | null {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) {
    if (!URL.canParse(url)) return null;
    const { protocol, host, hostname, pathname } = new URL(url);
    if (protocol === 'ssh:') return { host: hostname.toLowerCase(), path: pathname };
    return protocol === 'https:' || protocol === 'http:' ? { host, path: pathname } : null;
  }
  const [, bracketed, plain, path] =
    url.match(/^(?:[^/:\s[\]]+@)?(?:\[([A-Za-z0-9_][\w.-]*)(?::\d+)?\]|([A-Za-z0-9_][\w.-]*)):(.+)$/) ?? [];
  const host = bracketed ?? plain;
  return host && path ? { host: host.toLowerCase(), path } : null;
}
