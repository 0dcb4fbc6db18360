import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bundle } from '@/server/build/bundle';
import { ensureBuilt } from '@/server/build/ensure-built';
import { SERVER } from '@/server/build/sources.mjs';
import { description, engines, license, name, version } from '../package.json';

/**
 * `npm run pack`: the server as one package that needs no development package and no build where it is installed, as
 * `dist/spicerack-server-<version>.tgz`. It carries the production build, the server and the command line as one file
 * each, and of Next and React the files that a production server reads. Only the database's driver is left to be
 * installed, as it comes for each system. Where a folder is given, what would be packed is put there, and that is all.
 */

const given = process.argv[2];
const FOLDER = given ?? 'dist/package';
const DRIVER = '@libsql/client';

/** What Next has for building, for developing and for reading, which its server only seems to need. */
const NOT_NEEDED = [
  'node_modules/next/dist/docs/**',
  'node_modules/next/dist/lib/upgrade/**',
  'node_modules/next/dist/compiled/next-devtools/**',
  'node_modules/next/dist/compiled/next-server/*.dev.js',
  'node_modules/next/dist/compiled/babel*/**',
  'node_modules/next/dist/compiled/webpack/**',
  'node_modules/@next/swc*/**',
  'node_modules/sharp/**',
  'node_modules/@img/**',
  'node_modules/**/*.development.js',
  'node_modules/**/*.map',
];

const require = createRequire(import.meta.url);
const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

rmSync(given ?? 'dist', { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });

const buildDir = await ensureBuilt(process.cwd(), console.error);
cpSync(buildDir, join(FOLDER, buildDir), {
  recursive: true,
  filter: (path) => !/\/(cache|diagnostics|types|node_modules|trace|trace-build)$|\.nft\.json$|\.map$/.test(path),
});

writeFileSync(join(FOLDER, SERVER), `#!/usr/bin/env node\nimport './${buildDir}/${SERVER}';\n`, { mode: 0o755 });
await bundle('scripts/backup.ts', `${FOLDER}/backup.mjs`, process.cwd());
execFileSync(process.execPath, ['packages/cli/build.mjs', join(FOLDER, 'spicerack.mjs')], { stdio: ['ignore', 2, 2] });
for (const path of ['drizzle', 'README.md', 'docs', 'deploy', 'packages/cli/README.md']) {
  cpSync(path, join(FOLDER, path), { recursive: true, filter: (file) => !/\/decisions$|\.png$/.test(file) });
}

const bundled = new Set<string>();
const { nodeFileTrace } = require('next/dist/compiled/@vercel/nft');
// The build's own code asks Next for its runtimes by names that no trace can see.
const RUNTIMES = 'node_modules/next/dist/compiled/next-server';
const runtimes = readdirSync(RUNTIMES).filter((file) => /^app-(page|route)-turbo\.runtime\.prod\.js$/.test(file));
const entries = [require.resolve('next'), ...runtimes.map((file) => join(process.cwd(), RUNTIMES, file))];
const { fileList } = await nodeFileTrace(entries, { base: process.cwd(), ignore: NOT_NEEDED });
for (const file of fileList) {
  cpSync(file, join(FOLDER, file), { dereference: true });
  const [, of] = file.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//) ?? [];
  if (of) bundled.add(of);
}
// Which of its files are read depends on the version of Node.
cpSync('node_modules/@swc/helpers', join(FOLDER, 'node_modules/@swc/helpers'), { recursive: true });
// All that it reads is here: npm is not to fetch the rest.
const next = readJson('node_modules/next/package.json');
const { dependencies: _1, optionalDependencies: _2, peerDependencies: _3, peerDependenciesMeta: _4, ...ownNext } = next;
writeFileSync(join(FOLDER, 'node_modules/next/package.json'), JSON.stringify(ownNext));

// The build knows the driver by a name of its own, a link which no package can hold.
const scope = dirname(DRIVER);
for (const link of readdirSync(join(buildDir, 'node_modules', scope))) {
  const alias = join(FOLDER, 'node_modules', scope, link);
  mkdirSync(alias, { recursive: true });
  writeFileSync(
    join(alias, 'package.json'),
    JSON.stringify({ name: `${scope}/${link}`, version, type: 'module', exports: './index.js' }),
  );
  writeFileSync(join(alias, 'index.js'), `export * from '${DRIVER}';\n`);
  bundled.add(`${scope}/${link}`);
}

const versionOf = (dependency: string) => readJson(join(FOLDER, 'node_modules', dependency, 'package.json')).version;
const manifest = {
  ...{ name, version, description, license, engines, type: 'module' },
  bin: { spicerack: 'spicerack.mjs', 'spicerack-server': 'server.mjs' },
  dependencies: {
    [DRIVER]: readJson(`node_modules/${DRIVER}/package.json`).version,
    ...Object.fromEntries([...bundled].sort().map((dependency) => [dependency, versionOf(dependency)])),
  },
  bundleDependencies: [...bundled].sort(),
  files: ['.next', 'drizzle', 'docs', 'deploy', 'packages', '*.mjs'],
};
writeFileSync(join(FOLDER, 'package.json'), JSON.stringify(manifest, null, 2));
if (given === undefined)
  execFileSync('npm', ['pack', '--silent', '--pack-destination', '..'], { cwd: FOLDER, stdio: ['ignore', 1, 2] });
