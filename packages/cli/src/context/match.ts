import { addressKey, checkRemoteUrl } from '@/repos/url';

/**
 * Which of some repositories an address is one of: first by the rules that the server tells its own apart with, then
 * by host and path alone, where that says it: people clone by ssh what is here by https. A login in an address says
 * nothing, and is never repeated. Pure.
 */
export function matching<T extends { url: string }>(repos: readonly T[], address: string): T[] {
  const key = keyOf(address);
  const same = repos.filter((repo) => key !== null && keyOf(repo.url) === key);
  if (same.length > 0) return same;
  const place = placeOf(address);
  return repos.filter((repo) => place !== null && placeOf(repo.url) === place);
}

/** The address without its login, as the server would store it; null where it would not. */
export function withoutLogin(address: string): string {
  return address.replace(/^(https?:\/\/)[^/@]*@/i, '$1').replace(/^(ssh:\/\/[^/@:]*):[^/@]*@/i, '$1@');
}

function keyOf(address: string): string | null {
  const checked = checkRemoteUrl(withoutLogin(address), { allowLocal: true });
  return 'problem' in checked ? null : addressKey(checked.url);
}

/** `github.com/acme/web`, whatever the way there; null for a path on a machine. */
function placeOf(address: string): string | null {
  const checked = checkRemoteUrl(withoutLogin(address), { allowLocal: true });
  if ('problem' in checked || checked.url.startsWith('/')) return null;
  const { url } = checked;
  const scp = url.includes('://') ? null : url.match(/^(?:[^@/]*@)?\[?([^:\]/]+)(?::\d+\])?\]?:(.*)$/);
  const [host, path] = scp ? [scp[1] ?? '', scp[2] ?? ''] : [new URL(url).hostname, new URL(url).pathname];
  return `${host.toLowerCase()}/${path.replace(/^\/+/, '').replace(/\.git$/, '')}`;
}
