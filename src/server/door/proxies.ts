import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import type { Person } from '@/access/allow';
import type { Config } from '@/config';
import { logTrouble } from '@/log';

type ProxyConfig = Pick<Config, 'trustedProxies' | 'proxyUser'>;

/** Whoever connects: the address of the other end of the socket, an IPv4 one as such. */
function peerOf(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
}

function isTrusted(peer: string, { trustedProxies }: ProxyConfig): boolean {
  return peer !== '' && (trustedProxies?.check(peer, isIPv6(peer) ? 'ipv6' : 'ipv4') ?? false);
}

/** Where a request comes from. A proxy on this machine is believed about whom it speaks for, and one that is trusted. */
export function addressOf(request: IncomingMessage, config: ProxyConfig): string {
  const peer = peerOf(request);
  const forwarded = request.headersDistinct['x-forwarded-for']?.join(',').split(',').at(-1)?.trim();
  return forwarded && (/^127\.|^::1$/.test(peer) || isTrusted(peer, config)) ? forwarded : peer;
}

/**
 * Whom a trusted proxy vouches for; null where it says nothing. What anybody else says is not looked at, and said in
 * the log: it is a proxy that nobody has named, or somebody who tries it.
 */
export function vouchedFor(request: IncomingMessage, config: ProxyConfig): Person | null {
  const { proxyUser } = config;
  if (!proxyUser) return null;
  // It may have been taken out on the way in (`origins.ts`).
  if (request.headers[proxyUser.header] === undefined) return null;
  const said = request.headersDistinct[proxyUser.header] ?? [];
  const peer = peerOf(request);
  const ignored = (why: string) => logTrouble('vouching_ignored', `${proxyUser.header} is ignored: ${why}`, undefined, { address: peer }); // biome-ignore format: one line
  if (!isTrusted(peer, config)) {
    ignored('it comes from an address that SPICERACK_TRUST_PROXY does not name');
    return null;
  }
  const [name = ''] = said;
  // A proxy that adds its own beside what a client sent says nothing that one can believe.
  if (said.length > 1 || !/^[\x21-\x7e]{1,200}$/.test(name)) {
    ignored('it names nobody, or several');
    return null;
  }
  const groups = proxyUser.groupsHeader ? (request.headersDistinct[proxyUser.groupsHeader] ?? []) : [];
  return {
    name,
    groups: groups.length > 1 ? [] : groups.flatMap((list) => list.split(/[,|]/).map((each) => each.trim())),
  };
}
