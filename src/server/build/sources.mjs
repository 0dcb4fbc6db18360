import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';

// Plain JavaScript, so that a start need not load what compiles TypeScript to find out that there is nothing to compile.

/** What a production build is made of. */
const SOURCES = [
  'src',
  'inngest',
  'packages/client/src',
  'public',
  'server.ts',
  'next.config.mjs',
  'postcss.config.mjs',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
];

/** A folder a build, named after what it is made of. A server that runs keeps its own, whatever is built meanwhile. */
export const BUILDS = '.next/builds';
/** Is in a build when all else is. */
export const FINISHED = 'finished';
/** The program of the server, in its build. */
export const SERVER = 'server.mjs';

/** Where the production build of the sources in this folder is, or will be; from there. */
export async function buildOf(root) {
  return `${BUILDS}/${(await digestOf(SOURCES, root)).slice(0, 16)}`;
}

/** A digest of the names and contents of all files at or below these paths; tests are not part of a build. */
export async function digestOf(paths, dir) {
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
      const bytes = await readFile(file);
      digest
        .update(`${relative(dir, file)}\0`)
        .update(basename(file) === 'package-lock.json' ? versionsIn(bytes) : bytes)
        .update('\0');
    }
  }
  return digest.digest('hex');
}

/** Which packages a lock is for: npm itself writes all else of it anew, at `npm prune` too. */
function versionsIn(lock) {
  const { packages = {} } = JSON.parse(lock.toString('utf8'));
  const versions = Object.entries(packages).map(([place, { version, integrity }]) => [place, version, integrity]);
  return JSON.stringify(versions.sort(([a = ''], [b = '']) => (a < b ? -1 : 1)));
}
