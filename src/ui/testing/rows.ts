import type { JobDetail } from '@/api/jobs';
import type { BranchRow, JobStepRow, RepoRow, TaskRow } from '@/db/schema';
import type { FeedEvent, JobView, MoveView } from '@/feed/events';
import { EMPTY_RESULT, type JobResult } from '@/model/result';

/** Rows for tests of the page; what a test does not name is of no consequence to it. */

export function branchRow(name: string, row: Partial<BranchRow> = {}): BranchRow {
  return {
    repoId: 'repo',
    name,
    tip: 'a'.repeat(40),
    parent: 'main',
    base: 'b'.repeat(40),
    baseNamed: false,
    kept: null,
    keptReason: null,
    renamedFrom: null,
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
    branches: null,
    parent: null,
    base: null,
    suggested: false,
    move: true,
    atCommit: null,
    status: 'queued',
    message: '',
    errorCode: null,
    errorHint: null,
    result: null,
    requestedBy: 'test',
    retryOf: null,
    taskId: null,
    undoOf: null,
    executor: null,
    engine: null,
    attempt: 0,
    createdAt: '2026-01-01T00:00:00.000Z',
    startedAt: null,
    finishedAt: null,
    nextAttemptAt: null,
    awaySince: null,
    cancelRequestedAt: null,
    committingAt: null,
    ...row,
  };
}

export function jobDetail(seq: number, row: Partial<JobView> = {}, more: Partial<JobDetail> = {}): JobDetail {
  return { job: jobRow(seq, row), steps: [], moves: [], ...more };
}

export function jobResult(result: Partial<JobResult>): JobResult {
  return { ...EMPTY_RESULT, ...result };
}

export function jobStep(id: number, step: Partial<JobStepRow> = {}): JobStepRow {
  return {
    id,
    jobId: 'job-1',
    attempt: 1,
    step: 'sync',
    phase: null,
    status: 'running',
    message: '',
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: null,
    ...step,
  };
}

export function jobMove(id: number, move: Partial<MoveView> = {}): MoveView {
  return {
    id,
    jobId: 'job-1',
    branch: 'a',
    before: 'b',
    after: 'c',
    parentBefore: null,
    parentAfter: null,
    baseBefore: null,
    baseAfter: null,
    state: 'pushed',
    ...move,
  };
}

export function repoRow(id: string, row: Partial<RepoRow> = {}): RepoRow {
  return {
    id,
    name: id,
    url: `/${id}`,
    webUrl: null,
    trunk: 'main',
    trunkTip: null,
    previousTrunk: null,
    head: null,
    headMoved: false,
    engine: 'auto',
    allowNonAtomicPush: false,
    autoSyncMinutes: null,
    autoRestack: false,
    autoSyncMoves: true,
    syncedAt: null,
    counts: null,
    leftOut: null,
    syncErrorAt: null,
    syncError: null,
    failures: null,
    prSyncedAt: null,
    prErrorCode: null,
    prError: null,
    prErrorAt: null,
    createdAt: '',
    ...row,
  };
}

export function taskRow(id: string, row: Partial<TaskRow> = {}): TaskRow {
  return {
    id,
    repoId: 'repo',
    title: id,
    description: '',
    branch: id,
    jobId: null,
    branchStatus: 'queued',
    createdAt: '',
    archivedAt: null,
    archivedReason: null,
    ...row,
  };
}

type Change = FeedEvent extends infer E ? (E extends FeedEvent ? Omit<E, 'seq' | 'at' | 'repoId'> : never) : never;

/** An event of the feed about the repo that the rows above are of. */
export function feedEvent(change: Change): FeedEvent {
  // Spreading loses which row goes with which table; `Change` keeps it for what tests write.
  return { seq: 1, at: '', repoId: 'repo', ...change } as FeedEvent;
}
