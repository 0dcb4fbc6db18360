import { createHash, randomBytes } from 'node:crypto';
import { and, eq, gt, inArray, isNotNull, isNull, lte, or } from 'drizzle-orm';
import { type Db, PAGE } from '@/db/client';
import { now, secondsFromNow, sessions, tokens } from '@/db/schema';
import { type Role, SERVER_TOKEN } from '@/model/access';

/** For how long a browser that has signed in is believed, in seconds. */
export const SESSION_SECONDS = 30 * 86_400;

/** Who has signed in, and with which token unless it was the server's. */
export interface SignedIn {
  name: string;
  role: Role;
  /** Of that token: the repositories outside of which it changes nothing; null where it is for all. */
  repoIds: readonly string[] | null;
  tokenId: string | null;
}

/** The browsers that somebody has signed in with. */
export interface Sessions {
  /**
   * @param seconds for how long it is believed; SESSION_SECONDS where it is left out
   * @returns the id of a new session, which is all that opens the door: it is not kept
   */
  begin(who: SignedIn, seconds?: number): Promise<string>;
  /** Whose session this is; null where it has expired or ended, or the token that it was opened with has. */
  find(id: string): Promise<SignedIn | null>;
  /** Ends a session, whether or not there is one. */
  end(id: string): Promise<void>;
}

/**
 * Sessions as rows: every server on the same database with the same token knows them, over restarts too.
 * @param token the server's own, part of each hash, so that a new one ends all sessions
 */
export function sessionsIn(database: () => Promise<Db>, token: string): Sessions {
  // The id is as long as the hash, so neither can be found from the other, nor the token from either.
  const hashOf = (id: string, of: string) => createHash('sha256').update(`${id} ${of}`).digest('hex');
  // An earlier version takes each session that it knows for one of the server's token, and it must not know others.
  const hashesOf = (id: string) => ({
    ofServer: hashOf(id, token),
    ofOthers: hashOf(id, `${token} with a role`),
    ofLimited: hashOf(id, `${token} with a role in some repositories`),
  });
  return {
    async begin(who, seconds = SESSION_SECONDS) {
      const id = randomBytes(32).toString('base64url');
      const db = await database();
      const { ofServer, ofOthers, ofLimited } = hashesOf(id);
      const hash = who.repoIds ? ofLimited : who.name === SERVER_TOKEN ? ofServer : ofOthers;
      await db.batch([
        // However many have expired while nobody signed in, this one does not wait for all of them to go.
        db.delete(sessions).where(inArray(sessions.hash, expired(db))),
        db.insert(sessions).values({
          hash,
          name: who.name,
          role: who.role,
          tokenId: who.tokenId,
          expiresAt: secondsFromNow(seconds),
        }),
      ]);
      return id;
    },
    async find(id) {
      const db = await database();
      const opened = and(isNotNull(tokens.id), or(isNull(tokens.expiresAt), gt(tokens.expiresAt, now)));
      const [found] = await db
        .select({ name: sessions.name, role: sessions.role, repoIds: tokens.repoIds, tokenId: sessions.tokenId })
        .from(sessions)
        .leftJoin(tokens, eq(tokens.id, sessions.tokenId))
        .where(
          and(
            inArray(sessions.hash, Object.values(hashesOf(id))),
            gt(sessions.expiresAt, now),
            or(isNull(sessions.tokenId), opened),
          ),
        );
      // Those of earlier versions were all opened with the server's token.
      return found ? { ...found, name: found.name ?? SERVER_TOKEN, role: found.role ?? 'administer' } : null;
    },
    async end(id) {
      const db = await database();
      await db.delete(sessions).where(inArray(sessions.hash, Object.values(hashesOf(id))));
    },
  };
}

/** Some of those that have expired. */
function expired(db: Db) {
  return db.select({ hash: sessions.hash }).from(sessions).where(lte(sessions.expiresAt, now)).limit(PAGE);
}
