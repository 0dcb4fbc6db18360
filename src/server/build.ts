import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '@/config';
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

/** What a build was made of, beside it. */
const MADE_OF = join(root, '.next/spicerack-sources');

/**
 * Makes the production build where there is none, or where it was made of other sources. It goes by what stands in them
 * and not by their times, which a checkout or a copy changes.
 * @param mode `never` takes the build that is there
 * @throws Error when the build fails, its output having gone to standard error; or where there is none and none may be made
 */
export async function ensureBuilt(log: (line: string) => void, mode: Config['build'] = 'auto'): Promise<void> {
  const isBuilt = existsSync(join(root, '.next/BUILD_ID'));
  if (mode === 'never') {
    if (isBuilt) return;
    throw new Error('There is no production build, and SPICERACK_BUILD=never: run `npm run build` before the start.');
  }
  const sources = await digestOf(SOURCES, root);
  const madeOf = await readFile(MADE_OF, 'utf8').catch(() => null);
  if (isBuilt && madeOf === sources) return;
  log(`${isBuilt ? 'The production build was made of other sources' : 'There is no production build'}: building`);
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
  await writeFile(MADE_OF, sources);
}

/** A digest of the names and contents of all files at or below these paths; tests are not part of a build. */
export async function digestOf(paths: string[], dir: string): Promise<string> {
  const digest = createHash('sha256');
  for (const path of paths) {
    const found = await stat(join(dir, path)).catch(() => null);
    if (!found) continue;
    const below = found.isDirectory() ? await readdir(join(dir, path), { recursive: true, withFileTypes: true }) : null;
    const files = below
      ? below.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
      : [join(dir, path)];
    for (const file of files.sort()) {
      if (/\.test\.tsx?$/.test(file)) continue;
      digest
        .update(`${relative(dir, file)}\0`)
        .update(await readFile(file))
        .update('\0');
    }
  }
  return digest.digest('hex');
}
