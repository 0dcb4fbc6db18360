import { checkRemoteUrl } from '@/repos/url';
import { withoutLogin } from '../context/match';
import type { Session } from '../context/session';
import { usage } from '../out/exit';
import { follow } from './act/follow';

export interface AddFlags {
  json?: boolean | undefined;
  name?: string | undefined;
  trunk?: string | undefined;
  noWait?: boolean | undefined;
  demo?: boolean | undefined;
}

/** Adds a repository: the one at an address, else the one that this folder is a clone of. */
export async function add(session: Session, flags: AddFlags, given?: string) {
  const { name, trunk, noWait } = flags;
  if (flags.demo) {
    if ((given ?? name ?? trunk) !== undefined)
      throw usage('The demo has its own address, name and trunk.', 'Leave them out.');
    const demo = await session.client().repos.addDemo();
    session.out.say(`Added ${demo.repo.name}.`);
    return follow(session, demo.jobId, { noWait, more: { repo: demo.repo } });
  }
  if (given !== undefined) {
    // Which of the well-formed ones it takes, the server knows.
    const checked = checkRemoteUrl(given, { allowLocal: true });
    if ('problem' in checked) throw usage(checked.problem, checked.hint);
  }
  const url = given ?? (await session.clone())?.remotes[0];
  if (url === undefined) throw usage('No address is given, and this folder is in no clone.', 'spicerack add <address>');
  // What is kept in a clone may have a login in it; what is given is refused with one.
  const input = {
    url: given === undefined ? withoutLogin(url) : url,
    ...(name === undefined ? {} : { name }),
    ...(trunk === undefined ? {} : { trunk }),
  };
  const { repo, jobId } = await session.client().repos.add(input);
  session.out.say(`Added ${repo.name}.`);
  return follow(session, jobId, { noWait, more: { repo } });
}
