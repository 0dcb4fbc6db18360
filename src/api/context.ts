import type { Asker } from '@/access/asker';
import type { Db } from '@/db/client';

/** What a procedure gets beside its input. */
export interface Context {
  db: Db;
  /** Who asks, as the door knows it: what he may do is held against `access/roles.ts`. */
  asker: Asker;
  /** What the client says of itself, for the audit log; null where it says nothing. */
  client: string | null;
  /** Who asks, for the job's record: `Mara via spicerack-cli`. */
  requestedBy: string;
  /** Aborts when the server shuts down: open streams end with it. */
  shutdown: AbortSignal;
}
