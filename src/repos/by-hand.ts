import { shellWord } from '@/text/shell';

/** What solving a branch's conflict by hand begins with; all of it as the plan that met the conflict knew it. */
export interface ByHand {
  /** The branch that it is to stand on. */
  parent: string;
  /** The branch's commit on the remote. */
  tip: string;
  /** The commit that its own commits begin on: what is below is its parent's, and is not taken along. */
  base: string;
  /** Its merge commits that have changed something themselves, oldest first. */
  merges?: string[];
}

/** Whether it is a merge commit's own change that does not go onto the branch below. */
export function isMergesOwn({ commit, byHand }: { commit: string; byHand?: ByHand }): boolean {
  return byHand?.merges?.includes(commit) ?? false;
}

/**
 * The commands that take a branch where a job could not, on one's own machine, a line each. They begin at the commit
 * that the job saw, whatever a local branch of that name is at, and the push is refused where the remote has moved on
 * since: so nobody's newer commits are lost. `git rebase` stops at the conflict; the push comes after its `--continue`.
 * It leaves out what merge commits have changed themselves, silently: where there is such a change it is shown, to be
 * brought in before the push.
 */
export function commandsByHand(branch: string, { parent, tip, base, merges = [] }: ByHand): string[] {
  return [
    'git fetch origin',
    `git switch --detach ${tip}`,
    `git rebase --onto ${shellWord(`origin/${parent}`)} ${base}`,
    ...merges.map((merge) => `git show --remerge-diff ${merge}  # the rebase has left this out: commit it again`),
    `git push ${shellWord(`--force-with-lease=${branch}:${tip}`)} origin ${shellWord(`HEAD:refs/heads/${branch}`)}`,
  ];
}
