import type { ConnectionState } from '@spicerack/client';
import type { Out } from './out';

/** Says once that the connection is lost, and once that it is back: what goes on meanwhile comes then. */
export function connectionWords(out: Out): (state: ConnectionState) => void {
  let isLost = false;
  return (state) => {
    if ((state === 'lost') === isLost || state === 'connecting') return;
    isLost = state === 'lost';
    out.say(isLost ? 'Lost the connection to the server, trying again…' : 'The server is back.');
  };
}
