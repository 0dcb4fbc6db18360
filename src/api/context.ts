import type { Db } from '@/db/client';

/** What a procedure gets beside its input. */
export interface Context {
  db: Db;
  /** Who asks, for the job's record: the `x-requested-by` header, else `api`. */
  requestedBy: string;
  /** Aborts when the server shuts down: open streams end with it. */
  shutdown: AbortSignal;
}
