import { z } from 'zod';
import { askChanges } from '@/changes/ask';
import type { Db } from '@/db/client';
import type { ChangesAsk, ChangesContents } from '@/model/changes';
import { procedure, refuse, repoId, router } from './trpc';

const objectId = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'Give a whole id, in small letters.');
const range = z.strictObject({ base: objectId, tip: objectId });

export const changesRouter = router({
  /**
   * What the commit `to` has over `from`: its commits, and how the files differ from where the two part (`base`). It
   * answers at once with what is known; `pending` ends by the feed (`changes`, from `feedCursor`), and then asking
   * again gives the content. `file` gives one file alone, with a patch that was too long among the others.
   */
  get: procedure
    .input(
      z.strictObject({
        repoId,
        from: objectId.nullable(),
        to: objectId,
        hideWhitespace: z.boolean().optional(),
        file: z.number().int().min(0).max(999).nullable().optional(),
      }),
    )
    .query(async ({ ctx, input: { repoId: repo, from, to, hideWhitespace = false, file = null } }) => {
      const { content, ...state } = await ask(ctx.db, repo, { kind: 'changes', from, to, hideWhitespace, file });
      return { ...state, changes: content };
    }),

  /** A picture by the id of its blob, likewise. What is no picture, or too large a one, is an error. */
  image: procedure
    .input(z.strictObject({ repoId, id: objectId }))
    .query(async ({ ctx, input: { repoId: repo, id } }) => {
      const { content, ...state } = await ask(ctx.db, repo, { kind: 'image', id });
      return { ...state, image: content };
    }),

  /** Commits by their ids, likewise; those that the server's clone lacks are left out. */
  commits: procedure
    .input(
      z.strictObject({ repoId, ids: z.array(objectId).min(1, 'Name a commit.').max(200, 'Name at most 200 commits.') }),
    )
    .query(async ({ ctx, input: { repoId: repo, ids } }) => {
      const { content, ...state } = await ask(ctx.db, repo, { kind: 'commits', ids });
      return { ...state, commits: content?.commits ?? null };
    }),

  /** A branch's commits before a move against those after it, likewise. */
  rangeDiff: procedure
    .input(z.strictObject({ repoId, before: range, after: range }))
    .query(async ({ ctx, input: { repoId: repo, before, after } }) => {
      const { content, ...state } = await ask(ctx.db, repo, { kind: 'range_diff', before, after });
      return { ...state, rangeDiff: content };
    }),
});

async function ask<K extends ChangesAsk['kind']>(db: Db, repo: string, wanted: Extract<ChangesAsk, { kind: K }>) {
  const answer = await askChanges(db, repo, wanted);
  if ('refused' in answer) refuse(answer.refused);
  // The row that the wish names has what came of that wish.
  return { ...answer, content: answer.content as ChangesContents[K] | null };
}
