import type { ActionKind } from '@/model/kinds';

/** The fields of an action, as `jobs.run` takes them. */
export interface ActionFields {
  branch?: string | undefined;
  parent?: string | undefined;
  suggested?: boolean | undefined;
  /** A commit, in full or by its first digits. */
  base?: string | undefined;
}

type Need = 'required' | 'optional' | 'none';

/** Which fields each kind takes. `register_existing_branch` takes either a branch or `suggested: true`. */
const FIELDS: Record<ActionKind, { branch: Need; parent: Need; suggested: Need; base: Need }> = {
  sync_repo: { branch: 'none', parent: 'none', suggested: 'none', base: 'none' },
  restack_repo: { branch: 'none', parent: 'none', suggested: 'none', base: 'none' },
  restack_subtree: { branch: 'required', parent: 'none', suggested: 'none', base: 'none' },
  rebase_branch: { branch: 'required', parent: 'none', suggested: 'none', base: 'none' },
  reparent_branch: { branch: 'required', parent: 'required', suggested: 'none', base: 'none' },
  register_existing_branch: { branch: 'optional', parent: 'optional', suggested: 'optional', base: 'optional' },
};

/** As git writes ids; shorter ones are too often somebody else's. */
const COMMIT = /^[0-9a-f]{7,64}$/i;

/** What is wrong with the fields of an action, if anything: the field's name, and what to do. */
export function fieldsProblem(
  kind: ActionKind,
  fields: ActionFields,
): { field: string; message: string; hint: string | null } | null {
  const { branch, parent, base } = fields;
  const given = { branch, parent, suggested: fields.suggested || undefined, base };
  for (const field of ['branch', 'parent', 'suggested', 'base'] as const) {
    const need = FIELDS[kind][field];
    if (need === 'required' && given[field] === undefined)
      return { field, message: `${kind} needs the field "${field}".`, hint: 'Give it.' };
    if (need === 'none' && given[field] !== undefined)
      return { field, message: `${kind} takes no field "${field}".`, hint: 'Leave it out.' };
  }
  if (kind === 'register_existing_branch') {
    if (given.suggested && given.branch)
      return { field: 'branch', message: 'Give either a branch or suggested: true, not both.', hint: null };
    if (given.suggested && given.parent)
      return {
        field: 'parent',
        message: 'With suggested: true each branch gets its suggested parent.',
        hint: 'Leave "parent" out.',
      };
    if (given.suggested && given.base)
      return { field: 'base', message: 'A base is that of one branch.', hint: 'Name the branch, or leave "base" out.' };
    if (!given.suggested && !given.branch)
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
