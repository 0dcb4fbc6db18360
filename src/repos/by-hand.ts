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

/** What solves a conflict on one's own machine, in the order in which it is done. */
export interface CommandsByHand {
  /** Commands, a line each: a rebase that stops at the conflict, and what shows what it leaves out. */
  begin: string[];
  /** What a person does then, in words. */
  solve: string;
  /** Commands, a line each, for when that is done. */
  push: string[];
}

/**
 * The commands that take a branch where a job could not. They begin at the commit that the job saw, whatever a local
 * branch of that name is at, and the push is refused where the remote has moved on since: so nobody's newer commits
 * are lost.
 *
 * Whatever is run of them, in whatever state, the push puts the branch to what has been solved or leaves it where it is:
 * they have a branch of their own, which git moves when the rebase is through and not before. `HEAD` is at the parent
 * while the rebase waits, and at somebody's own branch where it was refused; pasted as one, the push runs all the same.
 *
 * A rebase leaves out what merge commits have changed themselves, silently, and may be through without a stop: where
 * there is such a change it is shown, to be brought in before the push, which finds nothing to push until somebody has
 * made the branch that says so.
 */
export function commandsByHand(branch: string, { parent, tip, base, merges = [] }: ByHand): CommandsByHand {
  const own = `solve-${tip.slice(0, 10)}`;
  const done = merges.length > 0 ? `solved-${tip.slice(0, 10)}` : own;
  return {
    begin: [
      'git fetch origin',
      `git branch ${own} ${tip}`,
      `git rebase --onto ${shellWord(`origin/${parent}`)} ${base} ${own}`,
      ...merges.map((merge) => `git show --remerge-diff ${merge}`),
    ],
    solve:
      merges.length > 0
        ? `Where it stops at a conflict: edit the files, git add them, and git rebase --continue. What merge commits have changed themselves it leaves out, and shows: commit that again, and then git branch ${done}. When that is there:`
        : 'It stops at the conflict: edit the files, git add them, and git rebase --continue. When it is through:',
    push: [
      `git push ${shellWord(`--force-with-lease=${branch}:${tip}`)} origin ${shellWord(`${done}:refs/heads/${branch}`)}`,
    ],
  };
}

/** The same as lines of a text, of which the push is no command of its own: what is pasted does not reach it. */
export function linesByHand({ begin, solve, push }: CommandsByHand): string[] {
  return [...begin, ...push.map((command) => `${solve} ${command}`)];
}
