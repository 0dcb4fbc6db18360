import { fileURLToPath } from 'node:url';
import { readGraph } from './graph';
import { problems } from './rules';

/** Part of `npm run lint`: holds the imports of the whole program against the rules of its structure. */
const graph = readGraph(fileURLToPath(new URL('../..', import.meta.url)), ['src', 'inngest', 'scripts', 'server.ts']);
const found = problems(graph);
for (const line of found) console.error(line);
process.exitCode = found.length > 0 ? 1 : 0;
