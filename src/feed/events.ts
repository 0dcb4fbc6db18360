import type {
  BranchRow,
  ChangesRow,
  ForecastRow,
  JobLogRow,
  JobMoveRow,
  JobRow,
  JobStepRow,
  RepoRow,
  TaskRow,
} from '@/db/schema';
import type {
  HIDDEN_CHANGES_COLUMNS,
  HIDDEN_FORECAST_COLUMNS,
  HIDDEN_JOB_COLUMNS,
  HIDDEN_MOVE_COLUMNS,
} from '@/db/triggers';

/**
 * A job as people and clients see it: without the queue's own columns. In lists and events `result` is an outline
 * (`resultOutline`); `jobs.get` has the whole.
 */
export type JobView = Omit<JobRow, (typeof HIDDEN_JOB_COLUMNS)[number]>;

/** A move as people and clients see it; `jobs.rewritten` has its commits. */
export type MoveView = Omit<JobMoveRow, (typeof HIDDEN_MOVE_COLUMNS)[number]>;

/** A forecast as people and clients see it. */
export type ForecastView = Omit<ForecastRow, (typeof HIDDEN_FORECAST_COLUMNS)[number]>;

/** Whether what commits change is there; `changes.get` has it. */
export type ChangesState = Omit<ChangesRow, (typeof HIDDEN_CHANGES_COLUMNS)[number]>;

/** The tables that are fed, with the row that an event of each carries. */
export interface FeedRows {
  repos: RepoRow;
  branches: BranchRow;
  jobs: JobView;
  job_steps: JobStepRow;
  job_moves: MoveView;
  job_logs: JobLogRow;
  tasks: TaskRow;
  forecasts: ForecastView;
  changes: ChangesState;
}

type Upsert = { [T in keyof FeedRows]: { type: T; op: 'upsert'; row: FeedRows[T] } }[keyof FeedRows];

type Delete =
  | { type: 'repos'; op: 'delete'; row: Pick<RepoRow, 'id'> }
  | { type: 'branches'; op: 'delete'; row: Pick<BranchRow, 'repoId' | 'name'> }
  | { type: 'forecasts'; op: 'delete'; row: Pick<ForecastRow, 'repoId' | 'id'> }
  | { type: 'changes'; op: 'delete'; row: Pick<ChangesRow, 'repoId' | 'id'> };

/** One change of one row. `seq` is the cursor: it only ever grows. */
export type FeedEvent = { seq: number; at: string; repoId: string | null } & (Upsert | Delete);

/**
 * What `feed.subscribe` yields. `changes` are in order and without gaps after the cursor that was asked for;
 * `start_over` says that events after that cursor are no longer kept: load everything anew, go on from `cursor`.
 */
export type FeedMessage =
  | { kind: 'changes'; events: FeedEvent[]; cursor: number; now: string }
  | { kind: 'start_over'; cursor: number; now: string };
