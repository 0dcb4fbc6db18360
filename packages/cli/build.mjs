import { chmodSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Bundles the program into one ESM file that needs nothing beside Node. */

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { version } = JSON.parse(readFileSync(here('package.json'), 'utf8'));
const outfile = process.argv[2] ?? here('dist/spicerack.mjs');

await build({
  entryPoints: [here('src/main.ts')],
  outfile,
  bundle: true,
  minifySyntax: true,
  minifyWhitespace: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  tsconfig: here('../../tsconfig.json'),
  define: { SPICERACK_VERSION: JSON.stringify(version) },
  // CommonJS inside the bundle asks for Node's own modules by require.
  banner: {
    js: '#!/usr/bin/env node\nimport{createRequire as __require}from"node:module";const require=__require(import.meta.url);',
  },
});
chmodSync(outfile, 0o755);
