/** What the door refuses in a path, because it has more than one reading (`server/door/target.ts`). */
const MORE_THAN_ONE_READING = /[%\\;\p{Cc}]/u;

/** Where a branch of a repo is shown: `/repos/<id>/branches/<name>`. A name that no path can carry is in the query. */
export function branchAddress(repoId: string, branch: string): string {
  const place = `/repos/${repoId}/branches`;
  if (MORE_THAN_ONE_READING.test(branch)) return `${place}?${new URLSearchParams({ name: branch })}`;
  return `${place}/${branch.split('/').map(encodeURIComponent).join('/')}`;
}

/** Opens the choice of what a branch shall stand on, where it is the end of the branch's address. */
export const CHOOSE_PARENT = '#move';

/** The branch that an address shows; null where it shows none. */
export function branchAt(pathname: string, query: { get(name: string): string | null }): string | null {
  const found = /^\/repos\/[^/]+\/branches(?:\/(.+))?$/.exec(pathname);
  if (!found) return null;
  return found[1] === undefined ? query.get('name') : found[1].split('/').map(decodeURIComponent).join('/');
}
