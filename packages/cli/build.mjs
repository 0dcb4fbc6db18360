import { chmodSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

/** Bundles the program into one ESM file that needs nothing beside Node: into `dist`, or where the argument says. */

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { version } = JSON.parse(readFileSync(here('package.json'), 'utf8'));
const file = process.argv[2] ?? here('dist/spicerack.mjs');

await build({
  input: here('src/main.ts'),
  platform: 'node',
  tsconfig: here('../../tsconfig.json'),
  transform: { target: 'node20', define: { SPICERACK_VERSION: JSON.stringify(version) } },
  output: { file, format: 'esm', minify: true, codeSplitting: false, banner: '#!/usr/bin/env node' },
});
chmodSync(file, 0o755);
