import type { KeptReason } from '@/model/kept';

/** Names that people give to branches of deployments and versions, and to trunks. Fixes and features have others. */
const LONG_LIVED = [
  /^(main|master|trunk|mainline|default)$/,
  /^(dev|devel|develop|development|next|nightly|canary|edge)$/,
  /^(stage|staging|qa|uat|preprod|pre-prod|preview|prod|production|live|deploy)$/,
  /^(stable|lts|maint|release|releases|gh-pages)$/,
  /^(release|releases|stable|support|maint|maintenance|lts|env|environments?|deploy)\/./,
  /^(release|releases|stable|maint|v)?[-_.]?v?\d+(\.(\d+|x))*([-_.](x|stable|lts|maint|release))?$/i,
];

/** Whether people would take a branch for a long-lived one by its name. A bare number is a ticket. */
export function hasLongLivedName(name: string): boolean {
  return !/^\d+$/.test(name) && LONG_LIVED.some((pattern) => pattern.test(name));
}

/** What merge queues make of what they are about to merge, and delete then. */
const OF_A_QUEUE = /^(gh-readonly-queue|mergify\/merge-queue|trunk-merge)\//;

/** So many open pull requests go into a branch of which nobody would say that it is one of a stack. */
const MANY = 3;

/** What is known of a branch that may be a long-lived one. */
export interface KeptQuestion {
  name: string;
  tracked: boolean;
  isProtected: boolean;
  /** How many open pull requests go into it, and whether it has one itself. */
  pullRequestsInto: number;
  hasPullRequest: boolean;
  /** Whether trunk has all of its commits. */
  isInTrunk: boolean;
}

/**
 * What speaks for a long-lived branch, the strongest first. Somebody who tracks a branch knows what it is for, better
 * than its commits and its pull requests tell: then only protection and the name count.
 */
export function keptReasonOf(branch: KeptQuestion): KeptReason | null {
  if (branch.isProtected) return 'protected';
  if (hasLongLivedName(branch.name)) return 'name';
  if (branch.tracked) return null;
  if (OF_A_QUEUE.test(branch.name)) return 'queue';
  const into = branch.pullRequestsInto;
  if (!branch.hasPullRequest && (into >= MANY || (into > 0 && branch.isInTrunk))) return 'pull_requests';
  return branch.isInTrunk ? 'no_work' : null;
}
