import { ROLES, type Role } from '@/model/access';

/** Who may do how much, as the settings name them, in lower case: `mara@example.com`, `@example.com`, `group:ops`, `*`. */
export type AllowLists = Readonly<Record<Role, readonly string[]>>;

/** Somebody whom another program vouches for. */
export interface Person {
  /** The name by which lists and the audit log know them, such as their mail address. */
  name: string;
  groups: readonly string[];
}

/** The most that a list allows somebody; null where none names them. */
export function roleOf({ name, groups }: Person, lists: AllowLists): Role | null {
  const known = name.toLowerCase();
  const at = known.lastIndexOf('@');
  const names = new Set(['*', ...groups.map((group) => `group:${group.toLowerCase()}`)]);
  // A name that looks like a domain or a group is none of them.
  if (!known.startsWith('@') && !known.startsWith('group:')) names.add(known);
  // A domain alone, never a part of one.
  if (at > 0) names.add(known.slice(at));
  return ROLES.findLast((role) => lists[role].some((entry) => names.has(entry))) ?? null;
}
