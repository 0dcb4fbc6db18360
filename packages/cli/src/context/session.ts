import { userInfo } from 'node:os';
import { createSpicerack, type Repo, type Spicerack } from '@spicerack/client';
import { named } from '@/text/words';
import { connectionWords } from '../out/connection';
import { notFound, usage } from '../out/exit';
import { createOut, type Out, type Streams } from '../out/out';
import { type Clone, cloneAt } from './clone';
import { type Server, serverOf } from './config';
import { matching, withoutLogin } from './match';

/** What a command has beside its flags and arguments. */
export interface Session {
  out: Out;
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Aborts at Ctrl-C, and when nobody reads the results any more. */
  signal: AbortSignal;
  streams: Streams;
  server(): Server;
  client(): Spicerack;
  clone(): Promise<Clone | null>;
}

/** Where an action is to be done. */
export interface Place {
  repo?: string | undefined;
  branch?: string | undefined;
}

export function createSession(streams: Streams, cwd: string, signal: AbortSignal, isJson: boolean): Session {
  const out = createOut(streams, isJson);
  const { env } = streams;
  const once = <T>(make: () => T) => {
    let made: { value: T } | null = null;
    return () => {
      made ??= { value: make() };
      return made.value;
    };
  };
  const server = once(() => serverOf(env, (words) => out.say(words)));
  return {
    out,
    env,
    cwd,
    signal,
    streams,
    server,
    client: once(() =>
      createSpicerack({ ...server(), requestedBy: requestedBy(), onConnection: connectionWords(out) }),
    ),
    clone: once(() => cloneAt(cwd)),
  };
}

function requestedBy(): string {
  return `${userName() ?? 'Someone'} (command line)`;
}

/** The name of this machine's user; null where there is none, as in some containers. */
export function userName(): string | null {
  try {
    return userInfo().username || null;
  } catch (_nobody) {
    return null;
  }
}

/** The repository that is meant: by `--repo` (name, address or id), else the one that this folder is a clone of. */
export async function repoOf(session: Session, { repo }: Place): Promise<Repo> {
  const { repos } = await session.client().repos.list({ signal: session.signal });
  if (repo !== undefined) {
    const byName = repos.filter((each) => each.id === repo || each.name === repo);
    const found = byName.length > 0 ? byName : matching(repos, repo);
    if (found.length > 1) throw usage(`There are ${found.length} repositories ${repo}.`, `Give its id: ${ids(found)}`);
    return found[0] ?? fail(notFound(`There is no repository ${withoutLogin(repo)}.`, known(repos)));
  }
  const clone = await session.clone();
  if (!clone)
    throw usage(
      'This folder is in no clone of a repository, or git is not on PATH.',
      `Name one by --repo. ${known(repos)}`,
    );
  for (const remote of clone.remotes) {
    const found = matching(repos, remote);
    if (found.length > 1) {
      throw usage(`${found.length} repositories have the address of this clone.`, `Give --repo: ${ids(found)}`);
    }
    if (found[0]) return found[0];
  }
  const [first] = clone.remotes;
  throw notFound(
    first ? `Spicerack does not know ${withoutLogin(first)}.` : 'This clone has no remote.',
    first
      ? `Add it: spicerack add, or name another one by --repo. ${known(repos)}`
      : `Name one by --repo. ${known(repos)}`,
  );
}

/** The branch that is meant: given, or by `--branch`, else that of HEAD. */
export async function branchOf(
  session: Session,
  given: string | undefined,
  { branch, repo }: Place,
  hint = 'Name one, as an argument or by --branch.',
): Promise<string> {
  if (given !== undefined && branch !== undefined && given !== branch) {
    throw usage(`Two branches are named: ${given} and ${branch}.`, 'Name one.');
  }
  const named = given ?? branch;
  if (named !== undefined) return named;
  // HEAD says nothing of another repository.
  const clone = repo === undefined ? await session.clone() : null;
  if (!clone) throw usage('No branch is named.', hint);
  return clone.branch ?? fail(usage('HEAD is on no branch.', hint));
}

function fail(error: Error): never {
  throw error;
}

const ids = (repos: Repo[]) => repos.map(({ id, url }) => `${id} (${url})`).join(', ');
const known = (repos: Array<{ name: string }>) =>
  repos.length === 0
    ? 'There is none yet: spicerack add <address>'
    : `There is ${named(repos.map(({ name }) => name))}.`;
