import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildOf, FINISHED, SERVER } from '../src/server/build/sources.mjs';

/** `npm start`: the server of the production build of these sources; where there is none, the sources, which make one. */
const root = new URL('../', import.meta.url);
const build = new URL(`${await buildOf(fileURLToPath(root))}/`, root);
if (existsSync(new URL(FINISHED, build))) {
  await import(new URL(SERVER, build).href);
} else {
  await import('tsx');
  await import(new URL('server.ts', root).href);
}
