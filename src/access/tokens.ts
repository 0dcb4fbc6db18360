import { createHash, randomBytes } from 'node:crypto';
import { and, desc, eq, gt, inArray, isNull, lt, or } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import type { Db } from '@/db/client';
import { now, secondsFromNow, type TokenRow, tokens } from '@/db/schema';
import { TOKEN_PREFIX } from '@/model/access';

/** The last use is written at most so often, in milliseconds. */
const USED_MS = 60_000;

/** A token as it is listed: without its hash. */
export type TokenView = Omit<TokenRow, 'hash'>;

const view = {
  id: tokens.id,
  name: tokens.name,
  role: tokens.role,
  repoIds: tokens.repoIds,
  createdAt: tokens.createdAt,
  createdBy: tokens.createdBy,
  expiresAt: tokens.expiresAt,
  lastUsedAt: tokens.lastUsedAt,
};

// 256 random bits: nothing is gained by a slow hash.
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');
/** An earlier version knows no limit, so it must not know such a token. */
const hashOfLimited = (token: string) => hashOf(`${token} in some repositories`);

/**
 * Makes a token for somebody or something.
 * @param days until it expires; null is never
 * @param repoIds outside of which it is to change nothing; null is for all
 * @returns null where there is a token of that name
 */
export async function createToken(
  db: Db,
  {
    name,
    role,
    repoIds,
    days,
    createdBy,
  }: Pick<TokenRow, 'name' | 'role' | 'createdBy'> & { repoIds: string[] | null; days: number | null },
): Promise<{ secret: string; token: TokenView } | null> {
  const secret = `${TOKEN_PREFIX}${randomBytes(32).toString('base64url')}`;
  const expiresAt = days === null ? null : secondsFromNow(days * 86_400);
  const [token] = await db
    .insert(tokens)
    .values({
      id: uuid(),
      name,
      hash: repoIds ? hashOfLimited(secret) : hashOf(secret),
      role,
      repoIds,
      createdBy,
      expiresAt,
    })
    .onConflictDoNothing({ target: tokens.name })
    .returning(view);
  return token ? { secret, token } : null;
}

/** All tokens, newest first. */
export function listTokens(db: Db): Promise<TokenView[]> {
  return db.select(view).from(tokens).orderBy(desc(tokens.id));
}

/** From now on it opens nothing, nor does a session that it has opened. @returns its name; null where there is none */
export async function revokeToken(db: Db, id: string): Promise<string | null> {
  const [gone] = await db.delete(tokens).where(eq(tokens.id, id)).returning({ name: tokens.name });
  return gone?.name ?? null;
}

/** What the door asks of tokens. */
export interface Tokens {
  /** Whose this is; null where it is none, or has expired. That it was used is written by and by. */
  find(token: string): Promise<Pick<TokenRow, 'id' | 'name' | 'role' | 'repoIds'> | null>;
}

export function tokensIn(database: () => Promise<Db>, clock: () => number = () => performance.now()): Tokens {
  const written = new Map<string, number>();
  return {
    async find(token) {
      if (!token.startsWith(TOKEN_PREFIX)) return null;
      const db = await database();
      const [found] = await db
        .select({ id: tokens.id, name: tokens.name, role: tokens.role, repoIds: tokens.repoIds })
        .from(tokens)
        .where(
          and(
            inArray(tokens.hash, [hashOf(token), hashOfLimited(token)]),
            or(isNull(tokens.expiresAt), gt(tokens.expiresAt, now)),
          ),
        );
      if (!found) return null;
      const last = written.get(found.id);
      if (last === undefined || clock() - last >= USED_MS) {
        written.set(found.id, clock());
        // Nobody waits for it, and one that fails is made up for by the next.
        void noteUse(db, found.id).catch(() => written.delete(found.id));
      }
      return found;
    },
  };
}

/** Guarded, because several servers on one database each keep count by themselves. */
async function noteUse(db: Db, id: string): Promise<void> {
  const before = secondsFromNow(-USED_MS / 1000);
  const old = or(isNull(tokens.lastUsedAt), lt(tokens.lastUsedAt, before));
  await db
    .update(tokens)
    .set({ lastUsedAt: now })
    .where(and(eq(tokens.id, id), old));
}
