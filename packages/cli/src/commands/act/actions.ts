import { branchOf, repoOf, type Session } from '../../context/session';
import { usage } from '../../out/exit';
import { type ActFlags, act } from './act';
import { follow } from './follow';

/** What stands on merged branches goes onto what those stood on, unless it is only to look. */
export async function sync(session: Session, flags: ActFlags & { noMove?: boolean | undefined }) {
  const repo = await repoOf(session, flags);
  if (flags.noMove) {
    if (flags.dryRun) throw usage('Give --no-move or --dry-run, not both: neither moves anything.');
    const { jobId } = await session.client().jobs.run({ repoId: repo.id, kind: 'sync_repo', move: false });
    return follow(session, jobId, { noWait: flags.noWait });
  }
  return act(session, flags, { repoId: repo.id, kind: 'sync_repo' });
}

/** The branches and what stands on them; all of them where it is the trunk, or `--all` is given. */
export async function restack(
  session: Session,
  flags: ActFlags & { all?: boolean | undefined },
  ...[given, ...more]: string[]
) {
  const repo = await repoOf(session, flags);
  if (given !== undefined && more.length > 0) {
    if (flags.all || flags.branch !== undefined)
      throw usage('Give branches as arguments, --branch or --all: one of them.');
    return act(session, flags, { repoId: repo.id, kind: 'restack_subtree', branches: [given, ...more] });
  }
  if (flags.all && (given ?? flags.branch) !== undefined) throw usage('Give a branch or --all, not both.');
  const branch = flags.all ? null : await branchOf(session, given, flags, 'Name one, or give --all for every stack.');
  return branch === null || branch === repo.trunk
    ? act(session, flags, { repoId: repo.id, kind: 'restack_repo' })
    : act(session, flags, { repoId: repo.id, kind: 'restack_subtree', branch });
}

export async function rebase(session: Session, flags: ActFlags, given?: string) {
  const repo = await repoOf(session, flags);
  return act(session, flags, { repoId: repo.id, kind: 'rebase_branch', branch: await branchOf(session, given, flags) });
}

export async function reparent(session: Session, flags: ActFlags, branch: string, parent: string) {
  const repo = await repoOf(session, flags);
  return act(session, flags, { repoId: repo.id, kind: 'reparent_branch', branch, parent });
}

export interface RegisterFlags extends ActFlags {
  suggested?: boolean | undefined;
  parent?: string | undefined;
  base?: string | undefined;
}

export async function register(session: Session, flags: RegisterFlags, ...[given, ...more]: string[]) {
  const repo = await repoOf(session, flags);
  const { suggested, parent, base } = flags;
  if (suggested && (given ?? flags.branch ?? parent ?? base) !== undefined) {
    throw usage(
      'With --suggested each branch gets its suggested parent.',
      'Leave the branch, --parent and --base out.',
    );
  }
  const kind = 'register_existing_branch';
  if (suggested) return act(session, flags, { repoId: repo.id, kind, suggested: true });
  if (given !== undefined && more.length > 0) {
    if ((flags.branch ?? parent ?? base) !== undefined) {
      throw usage(
        'Of several branches each gets its suggested parent.',
        'Leave --branch, --parent and --base out, or name one branch.',
      );
    }
    return act(session, flags, { repoId: repo.id, kind, branches: [given, ...more] });
  }
  const branch = await branchOf(session, given, flags);
  return act(session, flags, {
    repoId: repo.id,
    kind,
    branch,
    ...(parent === undefined ? {} : { parent }),
    ...(base === undefined ? {} : { base }),
  });
}
