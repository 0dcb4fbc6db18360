import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setUpEnvironment } from '@/environment';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a production build is made of. */
const SOURCES = [
  'src',
  'inngest',
  'public',
  'next.config.mjs',
  'postcss.config.mjs',
  'tsconfig.json',
  'package-lock.json',
];

/**
 * Makes the production build where there is none, or where a source is newer than it.
 * @throws Error when the build fails; its output has gone to standard error by then
 */
export async function ensureBuilt(log: (line: string) => void): Promise<void> {
  const built = await changedAt(join(root, '.next/BUILD_ID'));
  const sources = Math.max(...(await Promise.all(SOURCES.map((source) => newest(join(root, source))))));
  if (built > sources) return;
  log(`${built ? 'The sources are newer than the production build' : 'There is no production build'}: building`);
  const build = spawn(process.execPath, [join(root, 'node_modules/next/dist/bin/next'), 'build'], {
    cwd: root,
    env: setUpEnvironment({ NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }),
    stdio: ['ignore', process.stderr, process.stderr],
  });
  // A build that is left behind keeps the next one from starting.
  const end = () => build.kill();
  process.once('exit', end);
  const [code] = await once(build, 'exit');
  process.off('exit', end);
  if (code !== 0) throw new Error('The production build failed; see the messages above.');
}

/** Milliseconds; 0 where there is no such file. */
async function changedAt(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.mtimeMs,
    () => 0,
  );
}

/** When the newest file at or below a path was changed; tests are not part of a build. */
async function newest(path: string): Promise<number> {
  if (/\.test\.tsx?$/.test(path)) return 0;
  const entries = await readdir(path, { withFileTypes: true }).catch(() => null);
  if (!entries) return changedAt(path);
  const times = await Promise.all(entries.map((entry) => newest(join(path, entry.name))));
  return Math.max(0, ...times);
}
