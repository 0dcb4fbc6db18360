'use client';

import { createContext, type ReactNode, useContext } from 'react';
import type { Asker } from '@/access/asker';
import { may } from '@/access/may';
import type { Role } from '@/model/access';

/** Who looks at the page, as the server knows it. */
export type Me = Pick<Asker, 'name' | 'role' | 'hasSession'>;

const MeContext = createContext<Me>({ name: null, role: 'read', hasSession: false });

export function MeProvider({ me, children }: { me: Me; children: ReactNode }) {
  return <MeContext value={me}>{children}</MeContext>;
}

export function useMe(): Me {
  return useContext(MeContext);
}

/** Whether who looks may do this: what he may not do is not there. The server holds it too. */
export function useMay(role: Role): boolean {
  return may(useMe(), role);
}
