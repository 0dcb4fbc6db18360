import type { Token } from '@spicerack/client';
import { named } from '@/text/words';
import { exact } from '@/ui/time';
import { repoOf, type Session } from '../context/session';
import { EXIT, notFound, usage } from '../out/exit';
import { paint, table } from '../out/line';

const ROLES = ['read', 'act', 'administer'] as const;

/** Makes a token. It is the result, alone on its line, so that a script can take it; all else is talk. */
export async function tokenCreate(
  session: Session,
  flags: {
    role?: string | undefined;
    only?: string | undefined;
    days?: number | undefined;
    forever?: boolean | undefined;
  },
  name: string,
) {
  const role = ROLES.find((each) => each === (flags.role ?? 'act'));
  if (!role) throw usage(`There is no role ${flags.role}.`, `Choose one of ${ROLES.join(', ')}.`);
  if (flags.forever && flags.days !== undefined) throw usage('--days and --forever do not go together.', 'Give one.');
  const days = flags.forever ? null : flags.days;
  const only = flags.only?.split(',').map((repo) => repo.trim());
  const repoIds: string[] = [];
  for (const repo of only ?? []) repoIds.push((await repoOf(session, { repo })).id);
  const input = { name, role, ...(only ? { repoIds } : {}), ...(days === undefined ? {} : { days }) };
  const made = await session.client().access.createToken(input, { signal: session.signal });
  const { token, secret } = made;
  session.out.result(made, () => [secret]);
  if (!session.out.isJson) {
    const end = token.expiresAt ? `until ${exact(token.expiresAt).slice(0, 10)}` : 'until it is revoked';
    session.out.say(
      `${token.name} may ${token.role} with this token${only ? ` in ${named(only)} alone` : ''}, ${end}. It is not shown again.`,
    );
  }
  return EXIT.ok;
}

export async function tokenList(session: Session) {
  const { signal } = session;
  const { tokens } = await session.client().access.tokens({ signal });
  const isLimited = tokens.some(({ repoIds }) => repoIds !== null);
  const { repos } = isLimited ? await session.client().repos.list({ signal }) : { repos: [] };
  const nameOf = (id: string) => repos.find((repo) => repo.id === id)?.name ?? id;
  session.out.result({ tokens }, () =>
    table(
      tokens.map(({ name, role, repoIds, expiresAt, lastUsedAt, id }) => [
        [paint('bold', name)],
        repoIds ? `${role} in ${named(repoIds.map(nameOf))}` : role,
        expiresAt ? `until ${exact(expiresAt).slice(0, 10)}` : 'until it is revoked',
        lastUsedAt ? `used ${exact(lastUsedAt).slice(0, 16)}` : 'never used',
        [paint('dim', id)],
      ]),
    ),
  );
  if (tokens.length === 0) session.out.say('There is no token yet: spicerack token create <name>');
  return EXIT.ok;
}

export async function tokenRevoke(session: Session, _flags: object, given: string) {
  const { id } = await tokenOf(session, given);
  const revoked = await session.client().access.revokeToken({ tokenId: id }, { signal: session.signal });
  session.out.result(revoked, () => [`Revoked the token of ${revoked.name}.`]);
  return EXIT.ok;
}

async function tokenOf(session: Session, given: string): Promise<Token> {
  const { tokens } = await session.client().access.tokens({ signal: session.signal });
  const found = tokens.find(({ id, name }) => id === given || name === given);
  if (!found) throw notFound(`There is no token of ${given}.`, '"spicerack token list" lists them.');
  return found;
}

/** Who did what, newest first. */
export async function auditLog(
  session: Session,
  flags: { action?: string | undefined; limit?: number | undefined; before?: number | undefined },
) {
  const page = await session.client().access.audit(
    {
      limit: flags.limit ?? 30,
      ...(flags.action === undefined ? {} : { action: flags.action }),
      ...(flags.before === undefined ? {} : { cursor: flags.before }),
    },
    { signal: session.signal },
  );
  session.out.result(page, () =>
    table(
      page.entries.map(({ seq, at, who, via, address, action, about }) => [
        [paint('dim', String(seq))],
        exact(at).slice(0, 19),
        [paint('bold', action)],
        who ?? '–',
        [via, address].filter((part) => part !== null).join(', '),
        Object.entries(about)
          .map(([name, value]) => `${name}=${value}`)
          .join(' '),
      ]),
    ),
  );
  if (page.entries.length === 0) session.out.say('There is no such entry.');
  if (page.nextCursor !== null) session.out.say(`more: spicerack audit --before ${page.nextCursor}`);
  return EXIT.ok;
}
