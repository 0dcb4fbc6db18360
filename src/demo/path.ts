/** Where the demo's remote is within a data directory: the one remote that Spicerack makes itself. */
export const DEMO_PATH = ['demo', 'shop.git'] as const;

/** The branch that the demo's team pushes last, once somebody tracks its stacks and syncs. */
export const DEMO_LAST = 'docs/returns-policy';

/** Whether that is the address of a demo. */
export function isDemo(url: string): boolean {
  return url.endsWith(`/${DEMO_PATH.join('/')}`);
}
