import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Remote } from '@/demo/remote';

/**
 * Makes every push wait until the returned function is called: a job stays at its push for as long as a test looks. It is
 * a file that they look for, and no pipe: whoever opens the gate need not wait for a push that was killed.
 */
export async function holdPushes(remote: Remote): Promise<() => Promise<void>> {
  const gate = join(remote.dir, 'gate');
  await rm(gate, { force: true });
  await remote.hook('pre-receive', `until [ -e "${gate}" ]; do sleep 0.05; done`);
  return () => writeFile(gate, '');
}
