import { config } from '@/config';
import { git } from '../process/run';

/** Who replays commits: the setting, else the host's git identity, else Spicerack's own. */
export async function committerIdentity(): Promise<{ name: string; email: string }> {
  const { committer } = config();
  if (committer) return committer;
  // Exit code 1: neither is set. The last value of a key counts.
  const args = ['config', '--null', '--get-regexp', '^user[.](name|email)$'];
  const { stdout } = await git(args, { okCodes: [0, 1] });
  const values = new Map<string, string>();
  for (const entry of stdout.toString('utf8').split('\0')) {
    const [key = '', ...value] = entry.split('\n');
    values.set(key, value.join('\n').trim());
  }
  const [name, email] = [values.get('user.name'), values.get('user.email')];
  return name && email ? { name, email } : { name: 'Spicerack', email: 'spicerack@localhost' };
}
