import { askForecast } from '@/forecast/ask';
import { action, procedure, refuse, router } from './trpc';

export const forecastRouter = router({
  /**
   * What an action would do to the branches as they are now, with the fields of `jobs.run`. It answers at once with
   * what is known: `pending` is filled in by the feed (`forecasts`, from `feedCursor`). A forecast that turns
   * `stale`, or whose row goes, is for branches as they were: ask again.
   */
  get: procedure.input(action).query(async ({ ctx, input }) => {
    const answer = await askForecast(ctx.db, input);
    if ('refused' in answer) refuse(answer.refused);
    return answer;
  }),
});
