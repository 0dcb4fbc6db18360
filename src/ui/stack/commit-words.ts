import type { ForecastOutline } from '@/model/forecast';
import { visible } from '@/text/visible';
import { listed } from '@/text/words';

/** What becomes of a commit that changes whose it is, in a line. */
export interface CommitWords {
  commit: string;
  /** No branch would have it any more. */
  isLost: boolean;
  words: string;
}

type Changes = Pick<ForecastOutline, 'left' | 'adopted'>;

/**
 * The commits that would leave branches, and those that would become a branch's own, each told once, whichever branches
 * hold it. One that its author has rewritten is no news.
 */
export function commitWords({ left = [], adopted = [] }: Changes): CommitWords[] {
  const leaving = new Map<string, typeof left>();
  for (const one of left) {
    if (one.replacedBy === null) leaving.set(one.commit, [...(leaving.get(one.commit) ?? []), one]);
  }
  return [
    ...[...leaving].map(([commit, all]): CommitWords => {
      const { subject = '', on = null } = all.find((one) => one.on !== null) ?? all[0] ?? {};
      const from = visible(listed(all.map(({ branch }) => branch)));
      const where = on === null ? 'no branch has it then' : `${visible(on)} has it`;
      return { commit, isLost: on === null, words: `${visible(subject)} leaves ${from}: ${where}` };
    }),
    ...adopted.map(
      ({ commit, subject, branch }): CommitWords => ({
        commit,
        isLost: false,
        words: `${visible(subject)} becomes a commit of ${visible(branch)} itself`,
      }),
    ),
  ];
}
