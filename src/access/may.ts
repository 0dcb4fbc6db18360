import { ROLES, type Role } from '@/model/access';

/** Whether somebody of this role may do what another role is enough for. */
export function may({ role }: { role: Role }, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}
