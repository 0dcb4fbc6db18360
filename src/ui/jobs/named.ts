/** The part of a job's page where the conflict of a branch is told, and a line of its log: what addresses name. */
export const conflictName = (branch: string) => `conflict-${branch}`;
export const lineName = (id: number) => `line-${id}`;

/** A ref for such a part, which has its name as its id: it is brought into view, and marked, once it is there. */
export function namedByAddress(element: HTMLElement | null): void {
  if (!element || !isNamed(window.location.hash, element.id)) return;
  element.dataset.named = '';
  element.scrollIntoView({ block: 'start' });
}

/** Whether the end of an address names the part. */
export function isNamed(hash: string, name: string): boolean {
  try {
    return decodeURIComponent(hash.slice(1)) === name;
  } catch {
    // Somebody has written it by hand.
    return false;
  }
}
