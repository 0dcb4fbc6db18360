/** What commits change, for people to read: computed from commits by their ids, so it holds for ever. */

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
  /** What it changes over its first parent; null for a root commit, where it is too large to be compared, and where it is not asked for. */
  size: { files: number; additions: number; deletions: number } | null;
}

const FILE_STATUSES = ['added', 'deleted', 'modified', 'renamed', 'copied', 'type_changed'] as const;

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
  status: (typeof FILE_STATUSES)[number];
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

/** Commits by their ids, without sizes; those that the clone lacks are left out. */
export interface NamedCommits {
  commits: ChangedCommit[];
}

/** A picture; its type is told by its bytes. */
export interface ShownImage {
  type: 'image/png' | 'image/gif' | 'image/jpeg' | 'image/webp';
  width: number;
  height: number;
  base64: string;
}

/** Why changes cannot be shown. */
export const CHANGES_ERROR_CODES = ['NO_CLONE', 'COMMIT_GONE', 'TOO_LARGE', 'TIMEOUT', 'NO_IMAGE', 'INTERNAL'] as const;
export type ChangesErrorCode = (typeof CHANGES_ERROR_CODES)[number];

/** Commits from `base` (left out) to `tip`. */
export interface CommitRange {
  base: string;
  tip: string;
}

/** What is asked for. The same fields in the same order are the same wish. */
export type ChangesAsk =
  | {
      kind: 'changes';
      /** The commit to compare with, from where the two part; null for all of the history. */
      from: string | null;
      to: string;
      hideWhitespace: boolean;
      /** One file alone, by its place among all of them, with all of its patch; null for all files. */
      file: number | null;
    }
  | { kind: 'range_diff'; before: CommitRange; after: CommitRange }
  | { kind: 'commits'; ids: string[] }
  /** The blob of a picture. */
  | { kind: 'image'; id: string };

/** What comes of each kind of wish. */
export interface ChangesContents {
  changes: Changes;
  range_diff: RangeDiff;
  commits: NamedCommits;
  image: ShownImage;
}
export type ChangesContent = ChangesContents[keyof ChangesContents];
