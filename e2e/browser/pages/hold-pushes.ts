import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Remote } from '@/demo/remote';

/** Makes every push wait until the returned function is called: a job stays at its push for as long as a test looks. */
export async function holdPushes(remote: Remote): Promise<() => Promise<void>> {
  const gate = join(remote.dir, 'gate');
  await promisify(execFile)('mkfifo', [gate]);
  await remote.hook('pre-receive', `cat "${gate}" >/dev/null`);
  return () => writeFile(gate, '');
}
