import { z } from 'zod';
import { ROLES, type Role } from '@/model/access';

/** Who asks, as the server knows it. */
export interface Asker {
  /** Null where nobody was asked who they are: on a server for this machine alone, or where everybody may look. */
  name: string | null;
  role: Role;
  /** The repositories outside of which they change nothing; null where there is no such limit. */
  repoIds: readonly string[] | null;
  /** Whether it is a browser with a session, which can be ended. */
  hasSession: boolean;
  /** Where the request comes from, as far as that is known. */
  address: string | null;
}

/** Whoever comes, with this role. */
export function anybody(role: Role): Asker {
  return { name: null, role, repoIds: null, hasSession: false, address: null };
}

/**
 * How the door tells the app who asks: what a client sends by this name is dropped there (`server/door/door.ts`), and
 * the app has no other way in.
 */
export const ASKER_HEADER = 'x-spicerack-asker';

const Told = z.strictObject({
  name: z.string().nullable(),
  role: z.enum(ROLES),
  repoIds: z.array(z.string()).nullable(),
  hasSession: z.boolean(),
  address: z.string().nullable(),
});

export function writeAsker(asker: Asker): string {
  return Buffer.from(JSON.stringify(asker)).toString('base64url');
}

/** @throws Error where the door has said nothing, which is no request of anybody's */
export function readAsker(headers: Pick<Headers, 'get'>): Asker {
  const told = headers.get(ASKER_HEADER);
  if (told === null) throw new Error('This request has not come through the door.');
  return Told.parse(JSON.parse(Buffer.from(told, 'base64url').toString()));
}

/**
 * Who a job is asked for by: who the server knows, with the client's own name beside it. What a client says of itself
 * comes last, so that nobody looks like another one.
 */
export function requestedByOf({ name }: Pick<Asker, 'name'>, client: string | null): string {
  if (name === null) return client ?? 'api';
  return client === null ? name : `${name} via ${client}`;
}
