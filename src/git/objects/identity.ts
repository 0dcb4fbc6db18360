import { config } from '@/config';
import { git } from '../process/run';

/** Who replays commits: the setting, else the host's git identity, else Spicerack's own. */
export async function committerIdentity(): Promise<{ name: string; email: string }> {
  const { committer } = config();
  if (committer) return committer;
  const read = async (key: string) => {
    // Exit code 1: the key is not set.
    const { stdout } = await git(['config', '--get', key], { okCodes: [0, 1] });
    return stdout.toString('utf8').trim();
  };
  const [name, email] = [await read('user.name'), await read('user.email')];
  return name && email ? { name, email } : { name: 'Spicerack', email: 'spicerack@localhost' };
}
