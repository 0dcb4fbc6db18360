import { createHash, randomBytes } from 'node:crypto';
import { and, eq, gt, lte, sql } from 'drizzle-orm';
import type { Db } from '@/db/client';
import { now, sessions } from '@/db/schema';

/** For how long a browser that has shown the token is believed, in seconds. */
export const SESSION_SECONDS = 30 * 86_400;

/** The browsers that have shown the token. */
export interface Sessions {
  /** @returns the id of a new session, which is all that opens the door: it is not kept */
  begin(): Promise<string>;
  /** Whether this is the id of a session that has neither expired nor ended. */
  isLive(id: string): Promise<boolean>;
  /** Ends a session, whether or not there is one. */
  end(id: string): Promise<void>;
}

/**
 * Sessions as rows: every server on the same database with the same token knows them, over restarts too.
 * @param token part of each hash, so that a new token ends all sessions
 */
export function sessionsIn(database: () => Promise<Db>, token: string): Sessions {
  // The id is as long as the hash, so neither can be found from the other, nor the token from either.
  const hashOf = (id: string) => createHash('sha256').update(`${id} ${token}`).digest('hex');
  return {
    async begin() {
      const id = randomBytes(32).toString('base64url');
      const db = await database();
      await db.batch([
        db.delete(sessions).where(lte(sessions.expiresAt, now)),
        db.insert(sessions).values({
          hash: hashOf(id),
          expiresAt: sql`strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ${`+${SESSION_SECONDS} seconds`})`,
        }),
      ]);
      return id;
    },
    async isLive(id) {
      const db = await database();
      const found = await db
        .select({ hash: sessions.hash })
        .from(sessions)
        .where(and(eq(sessions.hash, hashOf(id)), gt(sessions.expiresAt, now)));
      return found.length > 0;
    },
    async end(id) {
      const db = await database();
      await db.delete(sessions).where(eq(sessions.hash, hashOf(id)));
    },
  };
}
