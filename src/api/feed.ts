import { TRPCError, tracked } from '@trpc/server';
import { z } from 'zod';
import { followFeed } from '@/feed/follow';
import { procedure, repoId, router } from './trpc';

/** Most streams of one process. A browser needs one. */
export const MAX_STREAMS = 1000;
let openStreams = 0;

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
    .subscription(async function* ({ ctx, input, signal }) {
      if (openStreams >= MAX_STREAMS) {
        throw new TRPCError({
          code: 'TOO_MANY_REQUESTS',
          message: `${MAX_STREAMS} streams are open. Close pages and programs that need none.`,
        });
      }
      openStreams += 1;
      try {
        const abort = AbortSignal.any([ctx.shutdown, ...(signal ? [signal] : [])]);
        for await (const message of followFeed(ctx.db, Number(input.lastEventId), input.repoId ?? null, abort)) {
          yield tracked(String(message.cursor), message);
        }
      } finally {
        openStreams -= 1;
      }
    }),
});
