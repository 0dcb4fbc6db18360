import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '@/config';
import { setUpEnvironment } from '@/environment';
import { lockFile } from '../file-lock';
import { bundle } from './bundle';
import { BUILDS, buildOf, FINISHED, SERVER } from './sources.mjs';

/** How many builds stay, this one too: for servers that still run on one of them. */
const KEPT = 3;
/** Longer than the slowest build. */
const BUILT_WITHIN_MS = 20 * 60_000;

/**
 * Makes the production build of these sources where there is none. It goes by what stands in them and not by their
 * times, which a checkout or a copy changes. Where another process makes it, that is waited for.
 * @param root the folder that the sources are in
 * @param mode `never` takes what is there
 * @returns its folder, from the root
 * @throws Error when the build fails, its output having gone to standard error; or where there is none and none may be made
 */
export async function ensureBuilt(
  root: string,
  log: (line: string) => void,
  mode: Config['build'] = 'auto',
): Promise<string> {
  const dir = await buildOf(root);
  const isBuilt = () => existsSync(join(root, dir, FINISHED));
  if (isBuilt()) {
    await nowUsed(root, dir);
    return dir;
  }
  if (mode === 'never') {
    throw new Error(
      'There is no production build of these sources, and SPICERACK_BUILD=never: run `npm run build` before the start.',
    );
  }
  // Readable for others: the server may run as another user than who builds.
  await mkdir(join(root, BUILDS), { recursive: true });
  const lock = join(root, BUILDS, 'lock.db');
  let unlock = await lockFile(lock, 0);
  if (!unlock) {
    log('Another process makes the production build: waiting for it');
    unlock = await lockFile(lock, BUILT_WITHIN_MS);
    if (!unlock) throw new Error('Another process still makes the production build: end it, or start again later.');
  }
  try {
    if (isBuilt()) return dir;
    const others = await finished(root);
    log(`There is no production build${others.length > 0 ? ' of these sources' : ''}: building`);
    await build(root, dir);
    for (const old of others.slice(KEPT - 1)) await rm(join(root, BUILDS, old), { recursive: true, force: true });
    return dir;
  } finally {
    unlock();
  }
}

async function build(root: string, dir: string): Promise<void> {
  // What a build that was broken off has left.
  await rm(join(root, dir), { recursive: true, force: true });
  const next = spawn(process.execPath, [join(root, 'node_modules/next/dist/bin/next'), 'build'], {
    cwd: root,
    env: setUpEnvironment({ NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', NEXT_DIST_DIR: dir }),
    stdio: ['ignore', process.stderr, process.stderr],
  });
  // A build that is left behind would go on beside the next one.
  const end = () => next.kill();
  process.once('exit', end);
  const [code] = await once(next, 'exit');
  process.off('exit', end);
  if (code !== 0) throw new Error('The production build failed; see the messages above.');
  await bundle('server.ts', join(dir, SERVER), root);
  await writeFile(join(root, dir, FINISHED), '');
}

/** A build that a server has gone back to is no old one. Where it is another user's it keeps its place. */
export async function nowUsed(root: string, dir: string): Promise<void> {
  const now = new Date();
  await utimes(join(root, dir, FINISHED), now, now).catch(() => undefined);
}

/** The builds that are whole, the last used first. */
async function finished(root: string): Promise<string[]> {
  const names = await readdir(join(root, BUILDS)).catch(() => []);
  const builds = await Promise.all(
    names.map(async (name) => {
      const made = await stat(join(root, BUILDS, name, FINISHED)).catch(() => null);
      return made ? [{ name, at: made.mtimeMs }] : [];
    }),
  );
  return builds
    .flat()
    .sort((a, b) => b.at - a.at)
    .map(({ name }) => name);
}

/** The build whose server a program is, and the folder that the build is in; null where it runs from its sources. */
export function buildOfProgram(file: string): { root: string; dir: string } | null {
  const end = `/${SERVER}`;
  const at = file.lastIndexOf(`/${BUILDS}/`);
  return at >= 0 && file.endsWith(end) ? { root: file.slice(0, at + 1), dir: file.slice(at + 1, -end.length) } : null;
}
