import { config } from '@/config';
import { hostConfig } from '../process/host-config';

/** Who commits, and when. */
export interface Committer {
  name: string;
  email: string;
  /** Unix seconds and zone as git writes them: `1763900000 +0000`. */
  date: string;
}

/** As a commit has it: `Name <email> seconds zone`. */
export function committerLine({ name, email, date }: Committer): string {
  return `${name} <${email}> ${date}`;
}

/** Who commits, as of a time: that at which a job was made, so that each attempt of it yields the same commits. */
export function committerAt(time: string): Committer {
  return { ...committerIdentity(), date: `${Math.floor(Date.parse(time) / 1000)} +0000` };
}

/** Who replays commits: the setting, else the host's git identity, else Spicerack's own. */
export function committerIdentity(): { name: string; email: string } {
  return config().committer ?? hostConfig().identity ?? { name: 'Spicerack', email: 'spicerack@localhost' };
}
