import { tracked } from '@trpc/server';
import { z } from 'zod';
import { followFeed } from '@/feed/read';
import { procedure, repoId, router } from './trpc';

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
          .union([z.string().regex(/^\d+$/, 'A cursor is a whole number.'), z.number().int().min(0)])
          .default(0),
      }),
    )
    .subscription(async function* ({ ctx, input, signal }) {
      const abort = AbortSignal.any([ctx.shutdown, ...(signal ? [signal] : [])]);
      for await (const message of followFeed(ctx.db, Number(input.lastEventId), input.repoId ?? null, abort)) {
        yield tracked(String(message.cursor), message);
      }
    }),
});
