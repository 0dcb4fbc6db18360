import type { JobKind } from './kinds';

/** A job that has failed, as its repo carries it: nothing was done since that may have mended it. */
export interface FailedJob {
  id: string;
  seq: number;
  kind: JobKind;
  branch: string | null;
  /** What went wrong, the start of it. */
  message: string;
}
