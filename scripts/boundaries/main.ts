import { fileURLToPath } from 'node:url';
import { readGraph } from './graph';
import { problems } from './rules';

/** Part of `npm run lint`: holds the imports of the whole program against the rules of its structure. */
const places = ['src', 'inngest', 'scripts', 'server.ts', 'e2e', 'bench', 'packages'];
const graph = readGraph(fileURLToPath(new URL('../..', import.meta.url)), places);
const found = problems(graph);
for (const line of found) console.error(line);
process.exitCode = found.length > 0 ? 1 : 0;
