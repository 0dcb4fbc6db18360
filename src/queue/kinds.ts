import type { ActionKind } from '@/model/kinds';

/** The fields of an action, as `jobs.run` takes them. */
export interface ActionFields {
  branch?: string | undefined;
  /** Several branches at once, in the place of `branch`. */
  branches?: readonly string[] | undefined;
  parent?: string | undefined;
  suggested?: boolean | undefined;
  /** A commit, in full or by its first digits. */
  base?: string | undefined;
}

type Need = 'required' | 'optional' | 'none';

/** Which fields each kind takes, of those that say what it is about exactly one. */
const FIELDS: Record<ActionKind, Record<'branch' | 'branches' | 'parent' | 'suggested' | 'base', Need>> = {
  sync_repo: { branch: 'none', branches: 'none', parent: 'none', suggested: 'none', base: 'none' },
  restack_repo: { branch: 'none', branches: 'none', parent: 'none', suggested: 'none', base: 'none' },
  restack_subtree: { branch: 'optional', branches: 'optional', parent: 'none', suggested: 'none', base: 'none' },
  rebase_branch: { branch: 'required', branches: 'none', parent: 'none', suggested: 'none', base: 'none' },
  reparent_branch: { branch: 'required', branches: 'none', parent: 'required', suggested: 'none', base: 'none' },
  register_existing_branch: {
    ...{ branch: 'optional', branches: 'optional', parent: 'optional', suggested: 'optional', base: 'optional' },
  },
};

/** As git writes ids; shorter ones are too often somebody else's. */
const COMMIT = /^[0-9a-f]{7,64}$/i;

/** What is wrong with the fields of an action, if anything: the field's name, and what to do. */
export function fieldsProblem(
  kind: ActionKind,
  fields: ActionFields,
): { field: string; message: string; hint: string | null } | null {
  const { branch, branches, parent, base } = fields;
  const given = { branch, branches, parent, suggested: fields.suggested || undefined, base };
  for (const field of ['branch', 'branches', 'parent', 'suggested', 'base'] as const) {
    const need = FIELDS[kind][field];
    if (need === 'required' && given[field] === undefined)
      return { field, message: `${kind} needs the field "${field}".`, hint: 'Give it.' };
    if (need === 'none' && given[field] !== undefined)
      return { field, message: `${kind} takes no field "${field}".`, hint: 'Leave it out.' };
  }
  if (given.branches) {
    if (given.branch !== undefined)
      return { field: 'branches', message: 'Give either a branch or several, not both.', hint: null };
    if (given.branches.length === 0)
      return { field: 'branches', message: 'No branch is named.', hint: 'Name one or more.' };
    if (given.parent !== undefined)
      return {
        field: 'parent',
        message: 'Of several branches each gets its suggested parent.',
        hint: 'Leave "parent" out, or name one branch.',
      };
  }
  if (kind === 'restack_subtree' && given.branch === undefined && given.branches === undefined)
    return {
      field: 'branch',
      message: `${kind} needs the field "branch".`,
      hint: 'Give it, or several as "branches".',
    };
  if (kind === 'register_existing_branch') {
    if (given.suggested && given.branches)
      return { field: 'branches', message: 'Give either branches or suggested: true, not both.', hint: null };
    if (given.suggested && given.branch)
      return { field: 'branch', message: 'Give either a branch or suggested: true, not both.', hint: null };
    if (given.suggested && given.parent)
      return {
        field: 'parent',
        message: 'With suggested: true each branch gets its suggested parent.',
        hint: 'Leave "parent" out.',
      };
    if ((given.suggested || given.branches) && given.base)
      return { field: 'base', message: 'A base is that of one branch.', hint: 'Name the branch, or leave "base" out.' };
    if (!given.suggested && !given.branch && !given.branches)
      return {
        field: 'branch',
        message: 'Name the branch to register, or give suggested: true for every branch that has a suggestion.',
        hint: null,
      };
    if (given.base !== undefined && !COMMIT.test(given.base))
      return {
        field: 'base',
        message: 'Give the base as the id of a commit: 7 to 64 of the digits 0-9 and a-f.',
        hint: null,
      };
  }
  return null;
}

/**
 * Whether a job has ended so that a task only begins to wait for the push of its branch: nobody has to see to it. The
 * trigger that ends a task's job decides by the same.
 */
export function beginsToWait(job: {
  status: string;
  kind: string;
  errorCode: string | null;
  taskId?: string | null;
}): boolean {
  const notThere = job.kind === 'register_existing_branch' && job.errorCode === 'BRANCH_NOT_FOUND';
  return job.status === 'error' && notThere && Boolean(job.taskId);
}
