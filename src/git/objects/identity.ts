import { config } from '@/config';
import { hostConfig } from '../process/host-config';

/** Who replays commits: the setting, else the host's git identity, else Spicerack's own. */
export function committerIdentity(): { name: string; email: string } {
  return config().committer ?? hostConfig().identity ?? { name: 'Spicerack', email: 'spicerack@localhost' };
}
