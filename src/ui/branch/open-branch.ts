import { usePathname, useSearchParams } from 'next/navigation';
import { useStable } from '../stable';
import { branchAddress, branchAt } from './address';

/** Whether the page has room for a branch beside the stack (`lg`). */
export function isWide(): boolean {
  return window.matchMedia('(min-width: 1200px)').matches;
}

/**
 * The branch of a repo that the address shows, and what shows another one or none (null). Going back leads to what was
 * open before; walking from one to the next leaves no trace.
 */
export function useOpenBranch(repoId: string): [string | null, (branch: string | null) => void] {
  const pathname = usePathname();
  const query = useSearchParams();
  const open = branchAt(pathname, query);
  const show = useStable((branch: string | null) => {
    if (branch === open) return;
    const address = new URL(branch === null ? `/repos/${repoId}` : branchAddress(repoId, branch), window.location.href);
    // The stack stays filtered as it was.
    for (const [key, value] of query) if (key !== 'name') address.searchParams.set(key, value);
    if (branch !== null && open !== null) window.history.replaceState(null, '', address);
    else window.history.pushState(null, '', address);
  });
  return [open, show];
}
