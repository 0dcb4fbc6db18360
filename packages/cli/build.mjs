import { chmodSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

/** Bundles the program into one ESM file that needs nothing beside Node: into `dist`, or where the argument says. */

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { version } = JSON.parse(readFileSync(here('package.json'), 'utf8'));
const file = process.argv[2] ?? here('dist/spicerack.mjs');

/** The MCP SDK brings a compiler of JSON schemas, a third of the program, for schemas that ours are none of. */
const lighterMcp = {
  name: 'lighter-mcp',
  resolveId: (id) => (id === '@modelcontextprotocol/server/_shims' ? '\0shims' : null),
  load: (id) =>
    id === '\0shims'
      ? `export { CfWorkerJsonSchemaValidator as DefaultJsonSchemaValidator } from '@modelcontextprotocol/server/validators/cf-worker';
         export { default as process } from 'node:process';`
      : null,
};

await build({
  input: here('src/main.ts'),
  platform: 'node',
  tsconfig: here('../../tsconfig.json'),
  plugins: [lighterMcp],
  transform: { target: 'node20', define: { SPICERACK_VERSION: JSON.stringify(version) } },
  output: { file, format: 'esm', minify: true, codeSplitting: false, banner: '#!/usr/bin/env node' },
});
chmodSync(file, 0o755);
