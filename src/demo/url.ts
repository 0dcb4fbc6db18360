import { join } from 'node:path';
import { DEMO_PATH } from './path';

/** Where the demo's remote is: the one remote that Spicerack makes itself. */
export function demoUrl(dataDir: string): string {
  return join(dataDir, ...DEMO_PATH);
}
