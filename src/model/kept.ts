/**
 * What speaks for a long-lived branch: the forge protects it; its name; the pull requests that go into it. `no_work` is
 * less: it has no commit that trunk lacks, so it is only left out of the suggestions.
 */
export const KEPT_REASONS = ['protected', 'name', 'pull_requests', 'no_work'] as const;
export type KeptReason = (typeof KEPT_REASONS)[number];
