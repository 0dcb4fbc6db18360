import { z } from 'zod';
import { askChanges, type ChangesAnswer } from '@/changes/ask';
import type { Db } from '@/db/client';
import type { Changes, ChangesAsk, RangeDiff } from '@/model/changes';
import { procedure, refuse, repoId, router } from './trpc';

const commit = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'Give the whole id of a commit, in small letters.');
const range = z.strictObject({ base: commit, tip: commit });

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
        from: commit.nullable(),
        to: commit,
        hideWhitespace: z.boolean().optional(),
        file: z.number().int().min(0).max(999).nullable().optional(),
      }),
    )
    .query(async ({ ctx, input: { repoId: repo, from, to, hideWhitespace = false, file = null } }) => {
      const { content, ...state } = await ask(ctx.db, repo, { kind: 'changes', from, to, hideWhitespace, file });
      // What was asked for is what the content is of.
      return { ...state, changes: content as Changes | null };
    }),

  /** A branch's commits before a move against those after it, likewise. */
  rangeDiff: procedure
    .input(z.strictObject({ repoId, before: range, after: range }))
    .query(async ({ ctx, input: { repoId: repo, before, after } }) => {
      const { content, ...state } = await ask(ctx.db, repo, { kind: 'range_diff', before, after });
      return { ...state, rangeDiff: content as RangeDiff | null };
    }),
});

async function ask(db: Db, repo: string, wanted: ChangesAsk): Promise<ChangesAnswer> {
  const answer = await askChanges(db, repo, wanted);
  return 'refused' in answer ? refuse(answer.refused) : answer;
}
