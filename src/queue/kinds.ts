import type { ActionKind } from '@/model/kinds';

/** The fields of an action, as `jobs.run` takes them. */
export interface ActionFields {
  branch?: string | undefined;
  parent?: string | undefined;
  suggested?: boolean | undefined;
}

type Need = 'required' | 'optional' | 'none';

/** Which fields each kind takes. `register_existing_branch` takes either a branch or `suggested: true`. */
const FIELDS: Record<ActionKind, { branch: Need; parent: Need; suggested: Need }> = {
  sync_repo: { branch: 'none', parent: 'none', suggested: 'none' },
  restack_repo: { branch: 'none', parent: 'none', suggested: 'none' },
  restack_subtree: { branch: 'required', parent: 'none', suggested: 'none' },
  rebase_branch: { branch: 'required', parent: 'none', suggested: 'none' },
  reparent_branch: { branch: 'required', parent: 'required', suggested: 'none' },
  register_existing_branch: { branch: 'optional', parent: 'optional', suggested: 'optional' },
};

/** What is wrong with the fields of an action, if anything: the field's name and what to do. */
export function fieldsProblem(kind: ActionKind, fields: ActionFields): { field: string; message: string } | null {
  const given = { branch: fields.branch, parent: fields.parent, suggested: fields.suggested || undefined };
  for (const field of ['branch', 'parent', 'suggested'] as const) {
    const need = FIELDS[kind][field];
    if (need === 'required' && given[field] === undefined)
      return { field, message: `${kind} needs the field "${field}".` };
    if (need === 'none' && given[field] !== undefined)
      return { field, message: `${kind} takes no field "${field}": leave it out.` };
  }
  if (kind === 'register_existing_branch') {
    if (given.suggested && given.branch)
      return { field: 'branch', message: 'Give either a branch or suggested: true, not both.' };
    if (given.suggested && given.parent)
      return {
        field: 'parent',
        message: 'With suggested: true each branch gets its suggested parent: leave "parent" out.',
      };
    if (!given.suggested && !given.branch)
      return {
        field: 'branch',
        message: 'Name the branch to register, or give suggested: true for every branch that has a suggestion.',
      };
  }
  return null;
}
