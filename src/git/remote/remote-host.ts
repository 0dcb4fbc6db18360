import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { config } from '@/config';
import { GitError } from '../process/error';
import { type GitOptions, sshCommand } from '../process/run';

/** Blocks of addresses that are not on the public internet, or lead somewhere else (IANA's special-purpose registries). */
const SPECIAL: Array<['ipv4' | 'ipv6', string, number]> = [
  ['ipv4', '0.0.0.0', 8],
  ['ipv4', '10.0.0.0', 8],
  ['ipv4', '100.64.0.0', 10],
  ['ipv4', '127.0.0.0', 8],
  ['ipv4', '169.254.0.0', 16],
  ['ipv4', '172.16.0.0', 12],
  ['ipv4', '192.0.0.0', 24],
  ['ipv4', '192.0.2.0', 24],
  ['ipv4', '192.88.99.0', 24],
  ['ipv4', '192.168.0.0', 16],
  ['ipv4', '198.18.0.0', 15],
  ['ipv4', '198.51.100.0', 24],
  ['ipv4', '203.0.113.0', 24],
  ['ipv4', '224.0.0.0', 3],
  ['ipv6', '2001::', 23],
  ['ipv6', '2001:db8::', 32],
  ['ipv6', '2002::', 16],
  ['ipv6', '3fff::', 20],
];
const special = new BlockList();
for (const [family, net, prefix] of SPECIAL) special.addSubnet(net, prefix, family);
/** All that is public in version 6 is in here. */
const global6 = new BlockList();
global6.addSubnet('2000::', 3, 'ipv6');

/** Whether an IP address is on the public internet. Pure. */
export function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !special.check(address, 'ipv4');
  return isIP(address) === 6 && global6.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/**
 * How git is to reach the remote at `url`: under SPICERACK_REMOTE_HOSTS=public its host's name is resolved here, and
 * git (or ssh) is bound to the addresses that were found, so that it cannot come to others by asking again. Nothing
 * where every host is allowed, and for paths.
 * @throws GitError when the host has an address that is not public, or none
 */
export async function reachable(url: string): Promise<Pick<GitOptions, 'env' | 'settings'>> {
  if (config().remoteHosts === 'any') return {};
  const remote = hostOf(url);
  if (!remote) return {};
  const { scheme, host, port } = remote;
  const refuse = (why: string, kind: 'private' | 'unreachable' = 'private'): never => {
    throw new GitError(kind, why, [], '');
  };
  // It comes into a command of a shell.
  if (!/^[A-Za-z0-9._-]+$/.test(host) && isIP(host) === 0) refuse('The name of the remote is none of a host.');
  const found = await lookup(host, { all: true }).catch(() => []);
  const addresses = found.map(({ address }) => address);
  const [first] = addresses;
  if (!first) return refuse(`Could not resolve host ${host}`, 'unreachable');
  if (!addresses.every(isPublic)) refuse(`${host} is in a private network, where remotes are not allowed`);
  if (scheme === 'ssh') {
    const known = port === '22' ? host : `[${host}]:${port}`;
    return { env: { GIT_SSH_COMMAND: `${sshCommand()} -oHostName=${first} '-oHostKeyAlias=${known}'` } };
  }
  const pinned = addresses.map((address) => (isIP(address) === 6 ? `[${address}]` : address)).join(',');
  return { settings: [['http.curloptResolve', `${host}:${port}:${pinned}`]] };
}

const PORTS: Record<string, string> = { 'http:': '80', 'https:': '443', 'ssh:': '22' };

/** Null for a path. */
function hostOf(url: string): { scheme: 'http' | 'ssh'; host: string; port: string } | null {
  if (url.startsWith('/')) return null;
  if (URL.canParse(url) && url.includes('://')) {
    const { protocol, hostname, port } = new URL(url);
    const host = hostname.replace(/^\[|\]$/g, '');
    return { scheme: protocol === 'ssh:' ? 'ssh' : 'http', host, port: port || (PORTS[protocol] ?? '') };
  }
  // `user@host:path` and `user@[host:port]:path`, as `repos/url.ts` lets them in.
  const [, bracketed, plain = ''] = url.match(/^(?:[^/:\s[\]]+@)?(?:\[([^\]]*)\]|([^:]*)):/) ?? [];
  const [, host = bracketed ?? plain, port = '22'] = bracketed?.match(/^([^:]+):(\d+)$/) ?? [];
  return { scheme: 'ssh', host, port };
}
