import type { BranchRow, RepoRow } from '@/db/schema';
import { DEMO_LAST, isDemo } from '@/demo/path';

/** Whether the demo's team has still to go on: it does so at the first sync of somebody who tracks its stacks. */
export function teamGoesOn(
  { url }: Pick<RepoRow, 'url'>,
  branches: readonly Pick<BranchRow, 'name' | 'tracked'>[],
): boolean {
  return isDemo(url) && branches.some(({ tracked }) => tracked) && branches.every(({ name }) => name !== DEMO_LAST);
}

/** Beside Sync, what the demo has next. */
export function DemoHint() {
  return <span>The demo’s team goes on when you press Sync: it merges two branches and pushes to main.</span>;
}
