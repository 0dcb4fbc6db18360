import { isAncestor } from '@/git/objects/is-ancestor';
import { commonAncestors } from '@/git/objects/merge-base';
import { existingCommits } from '@/git/objects/rev-list';

export interface NamedBaseQuestion {
  gitDir: string;
  /** As it was given: a commit's id, or its first digits. */
  base: string;
  branch: string;
  tip: string;
  parent: string;
  parentTip: string;
  signal?: AbortSignal;
}

/**
 * The commit that a person has named as a branch's base, in full; or what is wrong with it. It has to be in the
 * history of the branch, and not below where branch and parent part: what is there, the parent has too.
 * @throws GitError
 */
export async function namedBase(question: NamedBaseQuestion): Promise<{ base: string } | { problem: string }> {
  const { gitDir, branch, tip, parent, parentTip, signal } = question;
  const given = question.base.toLowerCase();
  const [found] = await existingCommits(gitDir, [given], signal);
  // git takes a name for what it names before it takes it for digits.
  if (!found?.id.startsWith(given) || !(await isAncestor(gitDir, found.id, tip, signal))) {
    return { problem: `There is no commit ${given} in the history of ${branch}.` };
  }
  const [parted] = await commonAncestors(gitDir, [tip, parentTip], signal);
  if (parted && parted !== found.id && (await isAncestor(gitDir, found.id, parted, signal))) {
    const [low, high] = [found.id, parted].map((id) => id.slice(0, 8));
    return { problem: `${low} is below ${high}, where ${branch} and ${parent} part: ${parent} has what is between.` };
  }
  return { base: found.id };
}
