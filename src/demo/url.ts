import { join } from 'node:path';

/** Where the demo's remote is: the one remote that Spicerack makes itself. */
export function demoUrl(dataDir: string): string {
  return join(dataDir, 'demo', 'shop.git');
}
