import type { Db } from '@/db/client';
import type { FeedMessage } from './events';
import { pastOf } from './past';
import { tailOf } from './tail';

/** Follows the feed until the signal aborts, and throws its reason then. */
export type Follow = (leaves: AbortSignal) => AsyncGenerator<FeedMessage>;

/**
 * Follows the feed from a cursor until `abort` aborts (then it throws the signal's reason: a stream that ends
 * normally tells the client never to come back). No gap and no duplicate: each piece starts where the last one ended,
 * and a change meanwhile is seen because the tail's version is noted before. Nothing is kept for a reader that is
 * slow: it goes on from where it was, by the table where the tail is already further.
 */
export async function* followFeed(
  db: Db,
  from: number,
  repoId: string | null,
  abort: AbortSignal,
): AsyncGenerator<FeedMessage> {
  const tail = tailOf(db);
  const past = pastOf(db);
  const follower = tail.join(abort);
  try {
    // Whether a cursor that the tail does not know is one of this database and still kept, only the table can say.
    let piece = tail.after(from, repoId) ?? (await past.after(from, repoId, abort));
    for (;;) {
      abort.throwIfAborted();
      if (piece.message) yield piece.message;
      abort.throwIfAborted();
      const seen = tail.version;
      const { upTo, message } = piece;
      piece = tail.after(upTo, repoId) ?? (await past.after(upTo, repoId, abort));
      if (!message && !piece.message) await follower.past(seen);
    }
  } finally {
    follower.leave();
  }
}
