/**
 * What Spicerack gives and takes, as plain data. Times are ISO 8601 in UTC with milliseconds; ids of repositories, jobs
 * and tasks are UUIDs that sort by creation; ids of commits are git's, in full.
 */

/** What can be asked for on a repository. */
export type ActionKind =
  | 'sync_repo'
  | 'restack_repo'
  | 'restack_subtree'
  | 'rebase_branch'
  | 'reparent_branch'
  | 'register_existing_branch';

/** `create_branch` comes from tasks, `jobs.keep` and `branches.restore`, `undo` from `jobs.undo`, `untrack_branch` from `branches.untrack`. */
export type JobKind = ActionKind | 'create_branch' | 'undo' | 'untrack_branch';

export type JobStatus = 'queued' | 'running' | 'completed' | 'error' | 'cancelled';

export type StepName = 'sync' | 'act' | 'resync' | 'finish';

/** How jobs fail. */
export type JobErrorCode =
  | 'CONFLICT'
  | 'BRANCH_NOT_FOUND'
  | 'NOT_TRACKED'
  | 'CYCLE'
  | 'KEPT'
  | 'DIVERGED'
  | 'PUSH_REJECTED'
  | 'REMOTE_UNREACHABLE'
  | 'REMOTE_REFUSED'
  | 'AUTH'
  | 'ENGINE_MISSING'
  | 'TIMEOUT'
  | 'TOO_LARGE'
  | 'INTERNAL';

/** Why what the forge says about pull requests is missing, or (`incomplete`) a part of it. */
export type ForgeErrorCode =
  | 'token_missing'
  | 'auth'
  | 'not_found'
  | 'rate_limited'
  | 'unreachable'
  | 'timeout'
  | 'failed'
  | 'incomplete';

/** What speaks for a long-lived branch. */
export type KeptReason = 'protected' | 'name' | 'pull_requests' | 'no_work' | 'queue';

/**
 * How many branches a push moves, and what it costs: approvals that a forge may dismiss, runs of checks that it starts,
 * and commits that no branch has then.
 */
export interface PushCost {
  branches: number;
  approvals: number;
  runs: number;
  lost?: number;
}

/** What a repository wants of a person; one that has changed since has another `version`. */
export type Need = { version: string } & (
  | { kind: 'conflict'; branch: string; onto: string; files: string[]; blocks: number }
  /** It stood on `parent`, which is not on the remote any more; `onto` is what that stood on. */
  | { kind: 'parent_gone'; branch: string; parent: string; onto: string }
  /** It has no commit in common with `parent`, which it is to stand on. */
  | { kind: 'unrelated'; branch: string; parent: string }
  /** It changes more than can be compared, and is left where it is with the `blocks` branches above it. */
  | { kind: 'too_large'; branch: string; blocks: number }
  /** A stack, by its bottom branch: `moves` of its `branches` would move, and `heldBack` would not. */
  | {
      kind: 'restack';
      branch: string;
      name: string;
      branches: number;
      moves: number;
      heldBack: number;
      /** How many of those conflict. */
      conflicts?: number;
      cost?: PushCost;
    }
  /** Branches that a registration of every suggestion tracks. */
  | { kind: 'register'; branches: number }
  /** An open pull request with changes asked for, a red check, or both. */
  | { kind: 'review'; branch: string; number: number; url: string; changesRequested: boolean; failed: boolean }
);

/** How many of a repo's branches, without those that are merged or gone, there are and want something. */
export interface BranchCounts {
  branches: number;
  needRestack: number;
  /** Would conflict with their parents. */
  wouldConflict: number;
  untracked: number;
  /** Blocked by another branch, too large to be compared, or on a parent that is gone; old rows do not say. */
  heldBack?: number;
  /** What the repository wants of a person, the first 200; old rows do not say. */
  needs?: Need[];
  /** How many others there are; left out where there are none. */
  moreNeeds?: number;
  /** Why the last forecast of a Restack of the whole says nothing; left out where it says something. */
  noForecast?: string;
  /** The fingerprint of the branches, where a forecast of them as they are has said so: what `expected` takes. */
  tipsKey?: string;
}

/** A file of a conflict; `text` is the conflicted text with markers, or null where there is none to show (binary, too large). */
export interface ConflictFile {
  path: string;
  /** merge-tree's conflict types for the path, such as `contents`, `modify/delete`, `rename/rename`, `binary`. */
  kinds: string[];
  text: string | null;
}

export type HeldBackReason =
  | {
      kind: 'conflict';
      commit: string;
      subject: string;
      onto: string;
      files: ConflictFile[];
      /**
       * What solving it by hand begins with: the branch to stand on, the branch's own tip and base, and its merge commits
       * that have changed something themselves.
       */
      byHand?: { parent: string; tip: string; base: string; merges?: string[] };
    }
  /** The branch below it is held back. */
  | { kind: 'below'; branch: string }
  /** The remote refuses to move the ref. */
  | { kind: 'protected'; message: string }
  /** Comparing it takes more than git may hold, or than is read. */
  | { kind: 'too_large'; message: string }
  /** The branch below it is gone from the remote: reparent it. */
  | { kind: 'parent_gone'; parent: string }
  /** It has no commit in common with the branch below it, so nobody knows which commits are its own. */
  | { kind: 'unrelated'; parent: string };

/** A branch left where it was. */
export interface HeldBack {
  branch: string;
  reason: HeldBackReason;
}

/** A commit that was not replayed because its change is already below. */
export interface Dropped {
  branch: string;
  commit: string;
  subject: string;
}

/**
 * A commit that was under a branch and leaves it, because it is not the branch's own and what the branch stands on has
 * it no more.
 */
export interface LeftCommit {
  branch: string;
  commit: string;
  subject: string;
  /** A branch that still has it; null where it is on no branch any more. */
  on: string | null;
  /** The commit that its author has made of it, by the author's line that both have; null where there is none. */
  replacedBy: string | null;
}

/** A commit that was the parent's and is the branch's own from now on. */
export interface AdoptedCommit {
  branch: string;
  commit: string;
  subject: string;
}

/** A branch that is tracked from now on. */
export interface Registered {
  branch: string;
  parent: string;
  /** The commits that are its own then, newest first, at most 50; left out of a registration of all suggestions. */
  own?: Array<{ commit: string; subject: string }>;
}

export interface Warning {
  branch: string | null;
  /** `signature_lost`, `merge_flattened`: one per branch with the commits it concerns; `engine`: the engine's own words. */
  kind: 'signature_lost' | 'merge_flattened' | 'engine';
  commits: string[];
  message: string;
}

export type EngineName = 'git' | 'git-spice';

/** A plan's outline as a branch row and the forecast carry it. */
export interface BranchForecast {
  /** The two tips that it was computed for. */
  tip: string;
  parentTip: string;
  outcome: 'in_place' | 'clean' | 'conflict' | 'too_large';
  /** The first 100 paths in conflict; empty unless `outcome` is `conflict`. */
  files: string[];
}

/** A plan in outline: what an action would do, for a person to look at before it is done. */
export interface ForecastOutline {
  /** Null for a registration, which replays nothing, and where the engine asked for is missing. */
  engine: EngineName | null;
  /** Why the job would end with an error; then nothing moves, and `moves` is empty. */
  failure: { code: JobErrorCode; message: string; hint: string } | null;
  /** Bottom up. */
  moves: ForecastMove[];
  /**
   * Of a conflict the commit, its files and their kinds; `text` where that is short, and never in the forecast of a
   * `restack_repo`: a job's result has it.
   */
  heldBack: HeldBack[];
  dropped: Dropped[];
  warnings: Warning[];
  /** Branches that would be tracked from then on. */
  registered: Registered[];
  /** Commits that would leave branches that move, and those that would become the branch's own; old rows do not say. */
  left?: LeftCommit[];
  adopted?: AdoptedCommit[];
}

export interface ForecastMove {
  branch: string;
  /** Its tip now. */
  from: string;
  parentBefore: string | null;
  /** The branch that it would stand on. */
  onto: string;
  /** Whether the ref moves; false where only its parent or base changes. */
  moves: boolean;
  /** Commits replayed. */
  commits: number;
  /** The tree that it would have. */
  tree: string | null;
}

/** How a job's forecast stood against what happened. */
export type ForecastCheck = { agreed: true } | { agreed: false; differences: string[] };

/** A ref of the remote that Spicerack cannot read or store: never moved, and everything else works. */
export interface LeftOutRef {
  /** Its name without `refs/heads/`, for people: what is not UTF-8 stands as `\xe9`, and a long one is cut. */
  name: string;
  reason: 'alias' | 'not_utf8' | 'too_long' | 'clash' | 'no_commit' | 'not_given' | 'broken';
  /** Of an alias, what it stands for. */
  of?: string;
}

/** What of the remote does not stand in the branch rows. */
export interface LeftOut {
  /** The first of them, by name. */
  refs: LeftOutRef[];
  /** How many there are beside those. */
  more: number;
  /** The remote is a shallow clone: what is below a certain commit is not there. */
  shallow: boolean;
}

/** What a job did, as data: made from its plan and its moves, verified against the remote. */
export interface JobResult {
  heldBack: HeldBack[];
  dropped: Dropped[];
  warnings: Warning[];
  /** Branches found merged: what they are in, and what is to stand where they stood (in old rows: the same one). */
  merged: Array<{ branch: string; into: string; onto?: string }>;
  /** Commits of branches that go on which were found to have landed, newest first; old rows do not say. */
  landed?: Array<{ branch: string; into: string; commit: string; subject: string }>;
  /** Branches that this job began to track. */
  registered: Registered[];
  /** Commits that left branches that moved, and those that became the branch's own; old rows do not say. */
  left?: LeftCommit[];
  adopted?: AdoptedCommit[];
  /** Branches that the remote deleted without their being merged. */
  gone: string[];
  /** How many branches it has moved, and of how many of them the ref; not said where it had planned nothing, nor in old rows. */
  moved?: { branches: number; refs: number };
  /** Branches whose old commits are kept nowhere any more: no undo can put them back. */
  lost?: string[];
  /** In lists and events, where they carry of a list here only the first: how much there is in all. `jobs.get` has it. */
  counts?: ResultCounts;
  /** Whatever else a person should know, in whole sentences. */
  notes: string[];
  /** Null where none was known for the tips that the job met, or where it ended for reasons beyond any plan. */
  forecast: ForecastCheck | null;
}

/** How much a result tells of. */
export interface ResultCounts {
  heldBack: number;
  /** Of these. */
  conflicts: number;
  dropped: number;
  warnings: number;
  merged: number;
  landed: number;
  registered: number;
  left: number;
  /** Of these: no branch has them any more, each counted once. */
  lostCommits: number;
  adopted: number;
  gone: number;
  notes: number;
}

/** A repository. */
export interface Repo {
  id: string;
  name: string;
  /** As given, never with a password. */
  url: string;
  /** Its page on its forge, for links; null until the first sync, and where no forge is known. */
  webUrl: string | null;
  /** Null until the first sync has found it. */
  trunk: string | null;
  trunkTip: string | null;
  /** The trunk before this one, until a sync has seen to what stands on it. */
  previousTrunk: string | null;
  /** The branch that the remote's HEAD names, as a sync last saw it, and whether it has moved since the trunk was set. */
  head: string | null;
  headMoved: boolean;
  engine: 'auto' | 'git' | 'git-spice';
  /** Where the remote knows no atomic push: whether branches may be pushed one by one, bottom up. */
  allowNonAtomicPush: boolean;
  /** Minutes between automatic syncs; null is off. */
  autoSyncMinutes: number | null;
  autoRestack: boolean;
  /** Whether automatic syncs move what stands on merged branches; else they only read. */
  autoSyncMoves: boolean;
  /** When the branch rows were last refreshed from the remote. */
  syncedAt: string | null;
  /** How many of those branches want something; null until the first sync. */
  counts: BranchCounts | null;
  /** What of the remote's branches does not stand in those rows; null where all of them do. */
  leftOut: LeftOut | null;
  /** When and why its last job failed, whatever the job was; null since one has completed. */
  syncErrorAt: string | null;
  syncError: string | null;
  /** The jobs that have failed since something was done that may have mended it, the newest first. */
  failures: FailedJob[] | null;
  /** When the forge last said all there is to say about pull requests; null where no forge is known. */
  prSyncedAt: string | null;
  /** Why it did not at the last sync, or what it left out, in whole sentences; null where all is well. */
  prErrorCode: ForgeErrorCode | null;
  prError: string | null;
  prErrorAt: string | null;
  createdAt: string;
}

/** A job that has failed, as its repo carries it. */
export interface FailedJob {
  id: string;
  seq: number;
  kind: JobKind;
  branch: string | null;
  /** What went wrong, the start of it. */
  message: string;
}

/** A branch as the last sync saw it on the remote. */
export interface Branch {
  repoId: string;
  name: string;
  tip: string;
  /** The branch below; null while untracked. */
  parent: string | null;
  /** The commit of the parent that it stands on; null while untracked. */
  base: string | null;
  /** A person has named the base: what its parent was seen at does not move it up. */
  baseNamed: boolean;
  tracked: boolean;
  suggestedParent: string | null;
  /** Whether it is a long-lived branch, that no action moves: a person's word; null where nobody has said so. */
  kept: boolean | null;
  /** What speaks for that, as the last sync saw it; counts where `kept` is null. */
  keptReason: KeptReason | null;
  /** The tracked branch, gone from the remote, that it seems to be under a new name. */
  renamedFrom: string | null;
  /** The parent's tip is not in its history, or what was taken from the parent still is. */
  needsRestack: boolean;
  /** Commits over the parent (untracked: over the suggested parent), and of the parent that it lacks. */
  ahead: number;
  behind: number;
  additions: number;
  deletions: number;
  /** Its forecast onto its parent, for these two tips. */
  forecast: BranchForecast | null;
  merged: boolean;
  /** Deleted on the remote without having been merged. */
  gone: boolean;
  subject: string;
  author: string;
  /** When the author has written its newest commit: a restack makes that no younger. */
  committedAt: string | null;
  prNumber: number | null;
  prState: 'open' | 'draft' | 'closed' | 'merged' | null;
  prUrl: string | null;
  /** The branch that the pull request goes into, and its last commit. */
  prBase: string | null;
  prHead: string | null;
  ci: 'pending' | 'success' | 'failure' | null;
  review: 'approved' | 'changes_requested' | 'required' | null;
  firstSeenAt: string;
  lastSeenAt: string;
}

/** A job as people see it. In lists and changes `result` is an outline; `jobs.get` has the whole. */
export interface Job {
  /** The order in which jobs were accepted; people see it as #12. */
  seq: number;
  id: string;
  repoId: string;
  kind: JobKind;
  branch: string | null;
  /** Where it is about several branches at once. */
  branches: string[] | null;
  parent: string | null;
  /** The commit that the branch is to stand on, as it was given; null where it is found by itself. */
  base: string | null;
  suggested: boolean;
  /** Of a `sync_repo`: whether it moves what stands on merged branches; else it only reads. */
  move: boolean;
  /** For `create_branch`: the commit to make the branch at; null for its parent's tip. */
  atCommit: string | null;
  status: JobStatus;
  /** What it is doing, or how it ended, in one sentence. */
  message: string;
  errorCode: JobErrorCode | null;
  errorHint: string | null;
  result: JobResult | null;
  requestedBy: string;
  retryOf: string | null;
  undoOf: string | null;
  /** The task whose branch it attaches. */
  taskId: string | null;
  executor: 'inngest' | 'inline' | null;
  engine: EngineName | null;
  /** How often its work was begun. */
  attempt: number;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  nextAttemptAt: string | null;
  /** Since when its git waits for the remote, where that takes long: it takes no place among those at work meanwhile. */
  awaySince: string | null;
  cancelRequestedAt: string | null;
  /** The point of no return: set just before the push. */
  committingAt: string | null;
}

/** A step of a job, or a phase within one. */
export interface JobStep {
  id: number;
  jobId: string;
  attempt: number;
  step: StepName;
  /** Null for the step itself; else what it does within: `clone`, `fetch`, `plan`, `push`, … */
  phase: string | null;
  status: 'running' | 'completed' | 'error';
  message: string;
  startedAt: string;
  finishedAt: string | null;
}

/** A ref that a job moves. `jobs.rewritten` has its commits. */
export interface JobMove {
  id: number;
  jobId: string;
  branch: string;
  before: string | null;
  /** Null where an undo deletes a ref that its job had made. */
  after: string | null;
  parentBefore: string | null;
  parentAfter: string | null;
  baseBefore: string | null;
  baseAfter: string | null;
  /** `planned` until the remote has it, then `pushed`; `abandoned` when the plan was made anew. */
  state: 'planned' | 'pushed' | 'abandoned';
}

/** A line of a job's log. */
export interface LogLine {
  id: number;
  jobId: string;
  at: string;
  level: 'info' | 'warn' | 'error';
  line: string;
}

/** What an action would do, computed in the background for the branches as they were. */
export interface Forecast {
  id: number;
  repoId: string;
  kind: ActionKind;
  branch: string | null;
  branches: string[] | null;
  parent: string | null;
  base: string | null;
  suggested: boolean;
  /** Fingerprint of the branch rows that it was computed for. */
  tipsKey: string;
  /** The rows have changed since: ask again. */
  stale: boolean;
  status: 'pending' | 'ready' | 'error';
  /** Null until `ready`. */
  outline: ForecastOutline | null;
  /** What it waits for, or why it could not be computed; empty where there is nothing to say. */
  message: string;
  createdAt: string;
  askedAt: string;
  computedAt: string | null;
}

/** Somebody, as a commit names them. */
export interface Person {
  name: string;
  email: string;
  /** Null where the commit does not say it, or says what is no time. */
  at: string | null;
}

export interface ChangedCommit {
  id: string;
  parents: string[];
  subject: string;
  /** The message after its first paragraph. */
  body: string;
  author: Person;
  committer: Person;
  /** Whether it carries a signature; nobody has checked it. */
  signed: boolean;
  /** What it changes over its first parent; null for a root commit, and where it is too large to be compared. */
  size: { files: number; additions: number; deletions: number } | null;
}

/** One side of a changed file. */
export interface FileSide {
  /** As git writes it: `100644`, `100755`, `120000` (symbolic link), `160000` (submodule). */
  mode: string;
  /** The id of its blob, or of a submodule's commit. */
  id: string;
  /** In bytes; told for what is not compared as text. */
  bytes: number | null;
}

export interface ChangedFile {
  /** Of what has been renamed or copied, the new one. For people: control characters are visible in it. */
  path: string;
  /** Where it was renamed or copied from. */
  from: string | null;
  status: 'added' | 'deleted' | 'modified' | 'renamed' | 'copied' | 'type_changed';
  /** Null where it is added or deleted. */
  before: FileSide | null;
  after: FileSide | null;
  /** In lines; null where it is not compared as text. */
  additions: number | null;
  deletions: number | null;
  /** `large`: too large to be compared as text. */
  kind: 'text' | 'binary' | 'large' | 'submodule';
  /**
   * Its hunks as a unified diff without headers, with control characters made visible; null where there is nothing to
   * compare, and where `omitted` is `all`.
   */
  patch: string | null;
  /** What of the patch is left out: `all` is given when the file is asked for alone, `rest` is too long. */
  omitted: 'all' | 'rest' | null;
}

/** What a commit has over another one: its commits, and how the files differ from where the two part. */
export interface Changes {
  /** The commit that is compared with: where the two part. Null where all of the history is new. */
  base: string | null;
  /** Newest first; the first of them where there are more than `commitCount` says are listed. Empty where one file was asked for. */
  commits: ChangedCommit[];
  commitCount: number;
  /** As git orders them; the first of them where there are more. */
  files: ChangedFile[];
  fileCount: number;
  /** In lines, over all files. */
  additions: number;
  deletions: number;
}

/** A commit before a move against one after it. */
export interface RangeDiffPair {
  /** `same`: equal patch, message and author. */
  kind: 'same' | 'changed' | 'dropped' | 'added';
  before: string | null;
  after: string | null;
  subject: string;
  /** How the two patches differ, as `git range-diff` shows it; null unless `changed`. */
  diff: string | null;
}

/** The commits of a branch before a move against those after it, in the order of the branch. */
export interface RangeDiff {
  pairs: RangeDiffPair[];
  /** Whether every commit is there after the move with an equal patch: its changes are the same. */
  same: boolean;
}

/** Why changes cannot be shown. */
export type ChangesErrorCode = 'NO_CLONE' | 'COMMIT_GONE' | 'TOO_LARGE' | 'TIMEOUT' | 'NO_IMAGE' | 'INTERNAL';

/** A picture; its type is told by its bytes. */
export interface ShownImage {
  type: 'image/png' | 'image/gif' | 'image/jpeg' | 'image/webp';
  width: number;
  height: number;
  base64: string;
}

/** Commits from `base` (left out) to `tip`. */
export interface CommitRange {
  base: string;
  tip: string;
}

/** Whether what commits change is there; `changes.get` and `changes.rangeDiff` have it. */
export interface ChangesState {
  id: number;
  repoId: string;
  status: 'pending' | 'ready' | 'error';
  errorCode: ChangesErrorCode | null;
  /** Why it cannot be shown, and what can be done; empty where there is nothing to say. */
  message: string;
  askedAt: string;
  computedAt: string | null;
}

/** A branch's past. */
export interface BranchHistory {
  /** Every tip that it was seen at, newest first. */
  tips: Array<{
    tip: string;
    seenAt: string;
    /** The job that put it there; null where somebody has pushed it. */
    job: {
      id: string;
      seq: number;
      kind: JobKind;
      branch: string | null;
      branches: string[] | null;
      parent: string | null;
      suggested: boolean;
      requestedBy: string;
    } | null;
    /** Where that job found it, and what it stood on before and after. */
    before: string | null;
    baseBefore: string | null;
    baseAfter: string | null;
  }>;
  /** Which of its commits (above `base`, up to `upTo`) are in a branch below it, and how that is known. */
  landings: Array<{
    base: string;
    upTo: string;
    into: string;
    evidence: 'ancestor' | 'content' | 'forge' | 'seen_earlier';
    foundAt: string;
  }>;
  feedCursor: number;
}

/** A piece of work with its branch. */
export interface Task {
  id: string;
  repoId: string;
  title: string;
  description: string;
  branch: string;
  /** The job that attaches the branch; null where it was attached from the start. */
  jobId: string | null;
  /** `completed` is attached, `waiting` for somebody to push it; the other four words are those of the attaching job. */
  branchStatus: JobStatus | 'waiting';
  createdAt: string;
  archivedAt: string | null;
  archivedReason: string | null;
}

/** A repository in a list: `activeJobs` are the ids of its jobs that have yet to end. */
export interface ListedRepo extends Repo {
  activeJobs: string[];
}

/**
 * A job with everything that people watch about it but its log and the commits of its moves. In lists an ended one that
 * has moved much has no `moves`, but `result.moved`; `jobs.get` has them.
 */
export interface JobDetail {
  job: Job;
  steps: JobStep[];
  /** In the order in which they were made. */
  moves: JobMove[];
}

/** Whether a job can be undone now. */
export type UndoOffer = { possible: true; branches: string[] } | { possible: false; reason: string };

/** An action was accepted and works in the background. */
export interface Accepted {
  accepted: true;
  jobId: string;
  status: JobStatus;
}

/** A repository was added; `jobId` is its first sync. */
export interface AddedRepo {
  repo: Repo;
  accepted: true;
  jobId: string;
}

/** An action on a repository. Which fields a kind takes, its refusal says. */
export interface Action {
  repoId: string;
  kind: ActionKind;
  branch?: string | undefined;
  /**
   * Of `restack_subtree` and `register_existing_branch`: up to 1,000 branches at once, in the place of `branch`. It is
   * one job, with one forecast and one undo.
   */
  branches?: readonly string[] | undefined;
  parent?: string | undefined;
  /** Of `register_existing_branch`: every untracked branch that has a suggested parent. */
  suggested?: boolean | undefined;
  /** Of `register_existing_branch`: the commit that the branch stands on, at least 7 digits of its id. */
  base?: string | undefined;
}

/**
 * `active` leaves out what is merged or gone; `needs_restack` are the branches that a Restack of the whole repository
 * moves; `held_back` those that it leaves for another reason than a conflict of their own.
 */
export type BranchFilter = 'all' | 'active' | 'needs_restack' | 'conflicts' | 'held_back' | 'untracked' | 'merged';

/** How a branch stands: the state that the dashboard shows, counts and filters by. */
export type BranchState =
  | { is: 'in_place' | 'moving' | 'untracked' | 'long_lived' | 'merged' | 'gone' | 'too_large' }
  /**
   * A Restack of the whole repository moves it; `with` is the branch below that takes it along, null where it is its own.
   * `leaves` are commits that no branch has then, but for those that their author has rewritten.
   */
  | { is: 'will_move'; with: string | null; leaves?: string[] }
  | { is: 'conflict'; files: string[] }
  /** It would be left where it is, because of the branch `by` below it. */
  | { is: 'blocked'; by: string }
  /** What it stands on is no longer on the remote, or carries nothing any more. */
  | { is: 'parent_gone'; parent: string }
  /** It has no commit in common with what it stands on: its history was replaced, or the remote is too shallow. */
  | { is: 'unrelated'; parent: string };

/** The last outline of a Restack of the whole repository, in short: ask `forecast.get` for all of it. */
export interface RestackForecast {
  /** The forecast's id. */
  id: number;
  outline: Pick<ForecastOutline, 'failure' | 'heldBack' | 'left'> & {
    moves: Array<Pick<ForecastMove, 'branch' | 'from' | 'moves'>>;
  };
  /** The fingerprint of the branches that it is for: what `expected` takes. */
  tipsKey: string;
  computedAt: string | null;
  /** The branches have changed since. */
  stale: boolean;
}

/**
 * A repository with a page of its branches (trunk is not among them). Its outline, tasks and jobs are on the first page
 * alone; a later one says null and lists none.
 */
export interface Overview {
  repo: Repo;
  /** At most 500, by name. */
  branches: Branch[];
  /** For `cursor`, where there are more branches. */
  nextCursor: string | null;
  /** How many branches each filter keeps. */
  counts: Record<BranchFilter, number>;
  /** How the branches above stand, by name; those that are not named are in place. */
  states: Record<string, BranchState>;
  /** What a Restack of them all would do, as it was last computed; null where it never was. */
  restack: RestackForecast | null;
  tasks: Task[];
  /** The last 20 archived ones. */
  archivedTasks: Task[];
  /** Newest first, with as many as 500 that have yet to end. */
  jobs: JobDetail[];
  /** Where to watch from. */
  feedCursor: number;
}

/** What runs the server's jobs, and what is wrong with it. */
export interface Status {
  now: string;
  startedAt: string;
  executor: { name: 'inngest' | 'inline'; why: string };
  /** The engine that a repository on `auto` gets. */
  engine: { name: EngineName | null; why: string };
  git: { version: string | null; problem: string | null };
  programs: ProgramStatus[];
  problems: Problem[];
  /** In bytes; null until it was measured. */
  disk: { database: number; clones: number; free: number; at: string } | null;
  /** How many jobs may be at work at once. */
  concurrency: number;
  /** Whether people and programs are asked who they are. */
  asksForToken: boolean;
  /** The servers of its database, this one first; empty while that does not answer. */
  nodes: ServerNode[];
  /** Null while the database does not answer. */
  queue: { queued: number; running: number; oldestQueuedAt: string | null } | null;
  /** The last jobs that failed. */
  errors: Array<{
    jobId: string;
    /** People see it as #12. */
    seq: number;
    kind: JobKind;
    code: JobErrorCode | null;
    message: string;
    at: string | null;
  }>;
}

/** One of the servers that share a database. */
export interface ServerNode {
  machine: string;
  host: string;
  version: string;
  executor: 'inngest' | 'inline';
  takesJobs: boolean;
  startedAt: string;
  seenAt: string;
  /** Whether it is the one that answers. */
  isThis: boolean;
  /** Whether it has not been heard for a while. */
  isAway: boolean;
}

/** A program that the server is, runs, or could run. */
export interface ProgramStatus {
  name: 'Spicerack' | 'Node' | 'git' | 'git-spice' | 'Inngest';
  /** Null where it is not there, not asked for, or not the server's to ask. */
  version: string | null;
  why: string;
  /** What is wrong or missing and how to mend it; `command` is for the shell of the server. */
  mend: { needed: boolean; words: string; command: string | null } | null;
}

/** Trouble of the server that a person should know of. */
export interface Problem {
  what: string;
  since: string;
  hint: string;
}

/** The rows that changes carry, by the table that they are of. */
export interface Rows {
  repos: Repo;
  branches: Branch;
  jobs: Job;
  job_steps: JobStep;
  job_moves: JobMove;
  job_logs: LogLine;
  tasks: Task;
  forecasts: Forecast;
  changes: ChangesState;
}

/** One change of one row. `seq` only ever grows. */
export type Change = { seq: number; at: string; repoId: string | null } & (
  | { [T in keyof Rows]: { type: T; op: 'upsert'; row: Rows[T] } }[keyof Rows]
  | { type: 'repos'; op: 'delete'; row: { id: string } }
  | { type: 'branches'; op: 'delete'; row: { repoId: string; name: string } }
  | { type: 'forecasts'; op: 'delete'; row: { repoId: string; id: number } }
  | { type: 'changes'; op: 'delete'; row: { repoId: string; id: number } }
);

/**
 * What `watch` gives: changes in order, without a gap after the cursor before; or `start_over`, where changes after
 * that cursor are no longer kept: load everything anew, and go on from this `cursor`.
 */
export type FeedMessage =
  | { kind: 'changes'; events: Change[]; cursor: number; now: string }
  | { kind: 'start_over'; cursor: number; now: string };

/** What every call takes. */
export interface CallOptions {
  signal?: AbortSignal | undefined;
}

/**
 * What calls take that make something: the same key with the same input makes it once, and gets the same answer. A key is
 * made where none is given.
 */
export interface KeyedOptions extends CallOptions {
  /** At most 200 characters. */
  idempotencyKey?: string | undefined;
}

/**
 * How a stream stands: `connecting` at first, `live` while it is open, `lost` while it is tried to get it back. What
 * changed meanwhile comes once it is `live` again.
 */
export type ConnectionState = 'connecting' | 'live' | 'lost';

/** What takes part in a stream. */
export interface StreamOptions extends CallOptions {
  /** Is told how the stream stands, at first and each time that changes. */
  onConnection?: ((state: ConnectionState) => void) | undefined;
}

/** Which changes are asked for; `changes.get` says what each field means. */
export interface ChangesAsk {
  repoId: string;
  from: string | null;
  to: string;
  hideWhitespace?: boolean | undefined;
  file?: number | null | undefined;
}

export interface WatchOptions extends StreamOptions {
  /** Only what concerns this repository; all of them where it is left out. */
  repoId?: string | undefined;
  /** The cursor of what the changes go on top of (`feedCursor`, `cursor`); from now on where it is left out. */
  from?: number | undefined;
}

export interface WaitOptions extends StreamOptions {
  /** Is told of the job as it is at first, and then each time something about it has changed. */
  onChange?: ((detail: JobDetail) => void) | undefined;
}

/** What somebody may do, each with all before it. */
export type Role = 'read' | 'act' | 'administer';

/** What somebody or something presents instead of the server's own token. */
export interface Token {
  id: string;
  /** Who has it. */
  name: string;
  role: Role;
  /** The ids of the repositories outside of which it changes nothing; null where it is for all. */
  repoIds: string[] | null;
  createdAt: string;
  createdBy: string;
  /** Null where it ends only when it is revoked. */
  expiresAt: string | null;
  /** To the minute; null where it was never used. */
  lastUsedAt: string | null;
}

/** Who did what. */
export interface AuditEntry {
  seq: number;
  at: string;
  /** Null where nobody was asked, and where a sign-in failed. */
  who: string | null;
  /** What the client said of itself. */
  via: string | null;
  address: string | null;
  /** `sign_in`, `sign_in_failed`, `sign_out`, or the call, such as `jobs.run`. */
  action: string;
  /** What it was done to. */
  about: Record<string, string>;
}

/**
 * Everything that the dashboard does. Every call throws `SpicerackError`, or the signal's reason. A call whose answer gets
 * lost is sent again, and is done once.
 */
export interface Spicerack {
  repos: {
    /** Adds a repository and queues the sync that clones it. */
    add(
      input: { url: string; name?: string | undefined; trunk?: string | undefined },
      options?: KeyedOptions,
    ): Promise<AddedRepo>;
    /** Adds the demo, whose team goes on meanwhile. */
    addDemo(options?: KeyedOptions): Promise<AddedRepo>;
    /** `cursor` is where to watch from. */
    list(options?: CallOptions): Promise<{ repos: ListedRepo[]; cursor: number }>;
    get(input: { repoId: string }, options?: CallOptions): Promise<Repo>;
    /** Changes settings; they take effect with the next job. */
    update(
      input: {
        repoId: string;
        name?: string | undefined;
        url?: string | undefined;
        trunk?: string | undefined;
        engine?: 'auto' | 'git' | 'git-spice' | undefined;
        allowNonAtomicPush?: boolean | undefined;
        /** Minutes between automatic syncs; null is off. */
        autoSyncMinutes?: number | null | undefined;
        autoRestack?: boolean | undefined;
        autoSyncMoves?: boolean | undefined;
      },
      options?: CallOptions,
    ): Promise<Repo>;
    /** Forgets a repository with its rows and clone. The remote is not touched. */
    remove(input: { repoId: string }, options?: CallOptions): Promise<{ removed: true }>;
    overview(
      input: {
        repoId: string;
        filter?: BranchFilter | undefined;
        search?: string | undefined;
        cursor?: string | undefined;
      },
      options?: CallOptions,
    ): Promise<Overview>;
  };
  branches: {
    /** Says whether a branch is a long-lived one, that no action moves; null leaves it to what is known of it. */
    update(input: { repoId: string; branch: string; kept: boolean | null }, options?: CallOptions): Promise<Branch>;
    /** Where a branch was seen, and what of it has landed. */
    history(input: { repoId: string; branch: string }, options?: CallOptions): Promise<BranchHistory>;
    /** Tracks a branch no longer; what stood on it stands on what it stood on. No ref moves. */
    untrack(input: { repoId: string; branch: string }, options?: KeyedOptions): Promise<Accepted>;
    /** Puts a branch that is gone from the remote back where it was last seen. */
    restore(input: { repoId: string; branch: string }, options?: KeyedOptions): Promise<Accepted>;
    /** Forgets branches that are gone from the remote and that nothing stands on; all or none. */
    forget(
      input: { repoId: string; branches: readonly string[] },
      options?: CallOptions,
    ): Promise<{ forgotten: string[] }>;
    /** Takes a branch for the one that its row's `renamedFrom` names. */
    acceptRename(input: { repoId: string; branch: string }, options?: KeyedOptions): Promise<Accepted>;
  };
  jobs: {
    /**
     * Accepts an action and answers at once. With `expected`, the `tipsKey` of the forecast that its asker has seen, it
     * is refused where the branches are others now, and ends with `DIVERGED` where they are when the job acts.
     */
    run(
      input: Action & {
        expected?: string | undefined;
        /** Of a `sync_repo`: false only reads, and leaves what stands on merged branches where it is. True where it is left out. */
        move?: boolean | undefined;
      },
      options?: KeyedOptions,
    ): Promise<Accepted>;
    get(input: { jobId: string }, options?: CallOptions): Promise<JobDetail & { undo: UndoOffer; feedCursor: number }>;
    /** Newest first. `cursor` is the `nextCursor` of the page before. */
    list(
      input?: {
        repoId?: string | undefined;
        kind?: JobKind | undefined;
        status?: JobStatus | undefined;
        branch?: string | undefined;
        requestedBy?: string | undefined;
        /** At most 100; 30 where it is left out. */
        limit?: number | undefined;
        cursor?: number | undefined;
      },
      options?: CallOptions,
    ): Promise<{ jobs: JobDetail[]; nextCursor: number | null; feedCursor: number }>;
    /** A page of a log, oldest line first; `after` is the `id` of the last line that is known. */
    log(
      input: { jobId: string; after?: number | undefined },
      options?: CallOptions,
    ): Promise<{ lines: LogLine[]; more: boolean; feedCursor: number }>;
    /** A page of the commits that a job's moves have replayed, old to new. */
    rewritten(
      input: { jobId: string; cursor?: number | undefined },
      options?: CallOptions,
    ): Promise<{
      commits: Array<{ branch: string; state: 'planned' | 'pushed' | 'abandoned'; from: string; to: string }>;
      nextCursor: number | null;
    }>;
    /** Cancels a queued job at once, a running one before its push; after that it is refused. */
    cancel(input: { jobId: string }, options?: CallOptions): Promise<{ jobId: string; status: JobStatus }>;
    /** Puts a commit that a job's `result.left` names, and that no branch has any more, onto a new branch. */
    keep(input: { jobId: string; commit: string; branch: string }, options?: KeyedOptions): Promise<Accepted>;
    /** Queues the job that puts back what an ended job has moved, while that is possible. */
    undo(input: { jobId: string }, options?: KeyedOptions): Promise<Accepted>;
    /** Queues a new job with the intent of one that has ended; `expected` as of `run`. */
    retry(input: { jobId: string; expected?: string | undefined }, options?: KeyedOptions): Promise<Accepted>;
  };
  tasks: {
    /** `branch` alone names one that is there or will be pushed; with `parent`, or without `branch`, a new one is made. */
    create(
      input: {
        repoId: string;
        title: string;
        description?: string | undefined;
        branch?: string | undefined;
        parent?: string | undefined;
      },
      options?: KeyedOptions,
    ): Promise<Task>;
    /** Newest first: the active ones, or with `archived` all. `cursor` is the `nextCursor` of the page before. */
    list(
      input?: {
        repoId?: string | undefined;
        branch?: string | undefined;
        archived?: boolean | undefined;
        limit?: number | undefined;
        cursor?: string | undefined;
      },
      options?: CallOptions,
    ): Promise<{ tasks: Task[]; nextCursor: string | null }>;
    get(input: { taskId: string }, options?: CallOptions): Promise<Task>;
    archive(input: { taskId: string }, options?: CallOptions): Promise<Task>;
    /** Tries again to attach the branch of a task whose job has failed, or attaches another one. */
    retry(input: { taskId: string; branch?: string | undefined }, options?: KeyedOptions): Promise<Accepted>;
  };
  forecast: {
    /** What an action would do to the branches as they are; `pending` is filled in later (`forecasts` of `watch`). */
    get(input: Action, options?: CallOptions): Promise<Forecast & { feedCursor: number }>;
  };
  changes: {
    /**
     * What the commit `to` has over `from` (null: all of its history); `pending` ends later (`changes` of `watch`), and
     * then asking again gives it. `file` gives one file alone, by its place among all, with all of its patch.
     */
    get(
      input: ChangesAsk,
      options?: CallOptions,
    ): Promise<ChangesState & { changes: Changes | null; feedCursor: number }>;
    /** A picture by the id of its blob (`before.id`, `after.id` of a file), likewise. */
    image(
      input: { repoId: string; id: string },
      options?: CallOptions,
    ): Promise<ChangesState & { image: ShownImage | null; feedCursor: number }>;
    /** Commits by their ids, at most 200, likewise and without sizes; those that the server's clone lacks are left out. */
    commits(
      input: { repoId: string; ids: string[] },
      options?: CallOptions,
    ): Promise<ChangesState & { commits: ChangedCommit[] | null; feedCursor: number }>;
    /** A branch's commits before a move against those after it, likewise. */
    rangeDiff(
      input: { repoId: string; before: CommitRange; after: CommitRange },
      options?: CallOptions,
    ): Promise<ChangesState & { rangeDiff: RangeDiff | null; feedCursor: number }>;
  };
  system: {
    status(options?: CallOptions): Promise<Status>;
  };
  access: {
    /** Who asks, as the server knows it; `name` is null where it asks nobody. */
    me(options?: CallOptions): Promise<{ name: string | null; role: Role; hasSession: boolean }>;
    /** Newest first. */
    tokens(options?: CallOptions): Promise<{ tokens: Token[] }>;
    /** Makes a token; what it is, is told this once. A name has one token: once its answer was lost, revoke it. */
    createToken(
      input: {
        name: string;
        role: Role;
        /** Ids of the repositories outside of which it is to change nothing, at most 50; left out, it is for all. */
        repoIds?: string[] | undefined;
        /** Days until it expires; null is never, 90 where it is left out. */
        days?: number | null | undefined;
      },
      options?: CallOptions,
    ): Promise<{ secret: string; token: Token }>;
    /** Ends a token, and every session that was opened with it. */
    revokeToken(input: { tokenId: string }, options?: CallOptions): Promise<{ revoked: true; name: string }>;
    /** Who did what, newest first. `cursor` is the `nextCursor` of the page before. */
    audit(
      input?: {
        action?: string | undefined;
        /** At most 100; 30 where it is left out. */
        limit?: number | undefined;
        cursor?: number | undefined;
      },
      options?: CallOptions,
    ): Promise<{ entries: AuditEntry[]; nextCursor: number | null }>;
  };
  /**
   * Follows what changes, over lost connections and restarts of the server, without a gap or a duplicate, until the loop
   * is left or the signal aborts, whose reason it throws then.
   */
  watch(options?: WatchOptions): AsyncIterableIterator<FeedMessage>;
  /**
   * Waits until a job has ended, however it does, over lost connections and restarts of the server. Any number of waits
   * share one stream. The answer is whole, as that of `jobs.get`.
   */
  waitForJob(jobId: string, options?: WaitOptions): Promise<JobDetail & { undo: UndoOffer }>;
  /**
   * Waits until a forecast is no longer `pending`, or its message says what it waits for itself (a sync, where a clone is
   * missing); asks again where the branches have changed meanwhile.
   */
  waitForForecast(input: Action, options?: CallOptions): Promise<Forecast>;
  /** Waits until changes are no longer `pending`. */
  waitForChanges(input: ChangesAsk, options?: CallOptions): Promise<ChangesState & { changes: Changes | null }>;
}
