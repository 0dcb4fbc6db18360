import { shellWord } from '@/text/shell';

/** What solving a branch's conflict by hand begins with; all of it as the plan that met the conflict knew it. */
export interface ByHand {
  /** The branch that it is to stand on. */
  parent: string;
  /** The branch's commit on the remote. */
  tip: string;
  /** The commit that its own commits begin on: what is below is its parent's, and is not taken along. */
  base: string;
}

/**
 * The commands that take a branch where a job could not, on one's own machine, a line each. They begin at the commit
 * that the job saw, whatever a local branch of that name is at, and the push is refused where the remote has moved on
 * since: so nobody's newer commits are lost. `git rebase` stops at the conflict; the push comes after its `--continue`.
 */
export function commandsByHand(branch: string, { parent, tip, base }: ByHand): string[] {
  return [
    'git fetch origin',
    `git switch --detach ${tip}`,
    `git rebase --onto ${shellWord(`origin/${parent}`)} ${base}`,
    `git push ${shellWord(`--force-with-lease=${branch}:${tip}`)} origin ${shellWord(`HEAD:refs/heads/${branch}`)}`,
  ];
}
