/**
 * What speaks for a long-lived branch: the forge protects it; its name; the pull requests that go into it. `no_work`
 * and `queue` are less: it has no commit that trunk lacks, or is what a merge queue tries, so it is only left out of the
 * suggestions.
 */
export const KEPT_REASONS = ['protected', 'name', 'pull_requests', 'no_work', 'queue'] as const;
export type KeptReason = (typeof KEPT_REASONS)[number];
