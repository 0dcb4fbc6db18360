import type { JobDetail } from '@/api/jobs';
import type { BranchRow, JobResult } from '@/db/schema';
import type { JobView } from '@/feed/events';

/** Rows for tests of the page; what a test does not name is of no consequence to it. */

export function branchRow(name: string, row: Partial<BranchRow> = {}): BranchRow {
  return {
    repoId: 'repo',
    name,
    tip: 'a'.repeat(40),
    parent: 'main',
    base: 'b'.repeat(40),
    tracked: true,
    suggestedParent: null,
    needsRestack: false,
    ahead: 1,
    behind: 0,
    additions: 0,
    deletions: 0,
    forecast: null,
    merged: false,
    gone: false,
    subject: '',
    author: '',
    committedAt: null,
    prNumber: null,
    prState: null,
    prUrl: null,
    prBase: null,
    prHead: null,
    ci: null,
    review: null,
    firstSeenAt: '2026-01-01T00:00:00.000Z',
    lastSeenAt: '2026-01-01T00:00:00.000Z',
    ...row,
  };
}

export function jobRow(seq: number, row: Partial<JobView> = {}): JobView {
  return {
    seq,
    id: `job-${seq}`,
    repoId: 'repo',
    kind: 'sync_repo',
    branch: null,
    parent: null,
    suggested: false,
    atCommit: null,
    status: 'queued',
    message: '',
    errorCode: null,
    errorHint: null,
    result: null,
    requestedBy: 'test',
    retryOf: null,
    undoOf: null,
    executor: null,
    engine: null,
    attempt: 0,
    createdAt: '2026-01-01T00:00:00.000Z',
    startedAt: null,
    finishedAt: null,
    nextAttemptAt: null,
    cancelRequestedAt: null,
    committingAt: null,
    ...row,
  };
}

export function jobDetail(seq: number, row: Partial<JobView> = {}, more: Partial<JobDetail> = {}): JobDetail {
  return { job: jobRow(seq, row), steps: [], moves: [], ...more };
}

export function jobResult(result: Partial<JobResult>): JobResult {
  return {
    heldBack: [],
    dropped: [],
    warnings: [],
    merged: [],
    registered: [],
    gone: [],
    notes: [],
    forecast: null,
    ...result,
  };
}
