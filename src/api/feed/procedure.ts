import { TRPCError, tracked } from '@trpc/server';
import { z } from 'zod';
import { followFeed } from '@/feed/follow';
import { tailOf } from '@/feed/tail';
import { repoOf } from '../repos';
import { procedure, repoId, router } from '../trpc';

/** Most streams of one process. A browser needs one. */
export const MAX_STREAMS = 1000;

export const feedRouter = router({
  /**
   * Every change after a cursor, as it happens. Take the cursor from the query that the changes go on top of
   * (`feedCursor`, `cursor`); the client sends the newest one by itself when it reconnects.
   */
  subscribe: procedure
    .input(
      z.strictObject({
        repoId: repoId.optional(),
        lastEventId: z
          .union([z.string().regex(/^\d{1,15}$/, 'A cursor is a whole number.'), z.number().int().min(0)])
          .default(0),
      }),
    )
    .subscription(async ({ ctx, input, signal }) => {
      if (input.repoId !== undefined) await repoOf(ctx.db, input.repoId);
      if (tailOf(ctx.db).followers >= MAX_STREAMS) {
        throw new TRPCError({
          code: 'TOO_MANY_REQUESTS',
          message: `${MAX_STREAMS} streams are open. Close pages and programs that need none.`,
        });
      }
      const follow = (leaves: AbortSignal) => {
        const abort = AbortSignal.any([ctx.shutdown, leaves]);
        return followFeed(ctx.db, Number(input.lastEventId), input.repoId ?? null, abort);
      };
      if (!ctx.stream) return envelopes(follow(signal ?? ctx.shutdown));
      ctx.stream(follow);
      return envelopes(nothing());
    }),
});

async function* envelopes(messages: ReturnType<typeof followFeed>) {
  for await (const message of messages) yield tracked(String(message.cursor), message);
}

async function* nothing(): ReturnType<typeof followFeed> {}
