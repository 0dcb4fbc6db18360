import type { Asker } from '@/access/asker';
import type { Db } from '@/db/client';
import type { Follow } from '@/feed/follow';
import type { MadeFrom } from './kept/answers';

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
  /** Says what the answer is made from, so that it may be given again while that is so; null where none is kept. */
  keep: ((from: MadeFrom) => void) | null;
  /** Takes what the answer follows, and sends it itself; null where the procedure's own stream is read. */
  stream: ((follow: Follow) => void) | null;
}
