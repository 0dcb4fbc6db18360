import { config } from '@/config';
import { git } from '../process/run';

/** Who replays commits: the setting, else the host's git identity, else Spicerack's own. */
export async function committerIdentity(): Promise<{ name: string; email: string }> {
  const { committer } = config();
  if (committer) return committer;
  // Exit code 1: neither is set. The last of several counts.
  const { stdout } = await git(['config', '-z', '--get-regexp', '^user\\.(name|email)$'], { okCodes: [0, 1] });
  const entries = stdout.toString('utf8').split('\0');
  const of = (key: string) =>
    entries
      .findLast((entry) => entry.startsWith(`${key}\n`))
      ?.slice(key.length + 1)
      .trim();
  const [name, email] = [of('user.name'), of('user.email')];
  return name && email ? { name, email } : { name: 'Spicerack', email: 'spicerack@localhost' };
}
