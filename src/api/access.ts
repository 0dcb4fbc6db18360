import { inArray } from 'drizzle-orm';
import { z } from 'zod';
import { listAudit } from '@/access/audit';
import { createToken, listTokens, revokeToken } from '@/access/tokens';
import { repos } from '@/db/schema';
import { ROLES, SERVER_TOKEN } from '@/model/access';
import { conflict, noRepo } from '@/queue/refusal';
import { procedure, refuse, repoId, router } from './trpc';

/** A name that stands before " via " in the record of jobs, so that it must not look like one with that in it. */
const tokenName = z
  .string()
  .trim()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{M}\p{N} .@+_-]{0,59}$/u,
    'Use letters, digits, spaces, ".", "@", "+", "_", "-", at most 60.',
  )
  .refine(
    (name) => name !== SERVER_TOKEN && !/ via /i.test(name),
    'This name would look like another one: choose another.',
  );

/** Who may come in, and who did what. */
export const accessRouter = router({
  /** Who asks, as the server knows it: `name` is null where nobody was asked. */
  me: procedure.query(({ ctx }) => {
    const { name, role, hasSession } = ctx.asker;
    return { name, role, hasSession };
  }),

  /** Tokens that were made here, newest first. What they are is known to nobody any more. */
  tokens: procedure.query(async ({ ctx }) => ({ tokens: await listTokens(ctx.db) })),

  /**
   * Makes a token for somebody or something. `secret` is told this once. A name has one token, so that one whose answer
   * was lost is refused when it is asked for again, and can be revoked.
   */
  createToken: procedure
    .input(
      z.strictObject({
        name: tokenName,
        role: z.enum(ROLES, `Choose one of ${ROLES.join(', ')}.`),
        /** The repositories outside of which it is to change nothing; left out, it is for all. */
        repoIds: z.array(repoId).min(1, 'Name one, or leave it out.').max(50, 'Name 50 at most.').optional(),
        /** Days until it expires; null is never. */
        days: z
          .number()
          .int()
          .min(1, 'Give a day at least.')
          .max(3650, 'Give 3650 days at most.')
          .nullable()
          .default(90),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const { repoIds = null } = input;
      if (repoIds && input.role === 'administer') {
        const message = 'Who administers does so for all repositories.';
        return refuse({ code: 'BAD_REQUEST', field: 'repoIds', message, hint: 'Leave repoIds out, or choose act.' });
      }
      const known = await ctx.db
        .select({ id: repos.id })
        .from(repos)
        .where(inArray(repos.id, repoIds ?? []));
      const unknown = repoIds?.find((id) => !known.some((repo) => repo.id === id));
      if (unknown !== undefined) return refuse({ ...noRepo(unknown), field: 'repoIds' });
      const made = await createToken(ctx.db, { ...input, repoIds, createdBy: ctx.asker.name ?? ctx.requestedBy });
      if (made) return made;
      const message = `There is a token ${input.name} already.`;
      return refuse(conflict('name', message, 'Revoke it first, or choose another name.'));
    }),

  /** Ends a token at once, and every session that was opened with it. */
  revokeToken: procedure
    .input(z.strictObject({ tokenId: z.uuid('This is not the id of a token. List them with access.tokens.') }))
    .mutation(async ({ ctx, input }) => {
      const name = await revokeToken(ctx.db, input.tokenId);
      if (name === null) {
        const hint = 'List them with access.tokens.';
        return refuse({ code: 'NOT_FOUND', field: 'tokenId', message: 'There is no such token.', hint });
      }
      return { revoked: true as const, name };
    }),

  /** Who did what, newest first. `cursor` is the `nextCursor` of the page before. */
  audit: procedure
    .input(
      z
        .strictObject({
          action: z.string().max(100, 'Use at most 100 characters.').optional(),
          limit: z.number().int().min(1).max(100).default(30),
          cursor: z.number().int().min(1).optional(),
        })
        .default({ limit: 30 }),
    )
    .query(({ ctx, input }) => listAudit(ctx.db, { ...input, before: input.cursor })),
});
