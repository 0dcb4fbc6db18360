import { posix } from 'node:path';
import { type Graph, isTest, isTestFile, shortest } from './graph';

/**
 * The rooms of the house, from the ground up: a file imports only from its own room and from rooms before it. A room
 * is a folder, or files of their own. ARCHITECTURE.md says what each one holds.
 */
export const ROOMS: string[][] = [
  [
    'src/breather.ts',
    'src/config.ts',
    'src/counters.ts',
    'src/environment.ts',
    'src/machine.ts',
    'src/percent-decoded.ts',
    'src/shutdown.ts',
    'src/time-limit.ts',
  ],
  ['src/text'],
  ['src/log.ts', 'src/spans.ts'],
  ['src/model'],
  ['src/db'],
  ['src/access'],
  ['src/feed'],
  ['src/git'],
  ['src/repos'],
  ['src/queue'],
  ['src/stack'],
  ['src/projection'],
  ['src/planner'],
  ['src/forge'],
  ['src/forecast'],
  ['src/changes'],
  ['src/demo'],
  ['src/workflow'],
  ['src/upkeep'],
  ['inngest'],
  ['src/server'],
  ['src/runtime'],
  ['src/tasks'],
  ['packages/client'],
  ['src/api'],
  ['src/mcp'],
  ['src/ui'],
  ['src/app'],
  ['src/instrumentation.ts', 'server.ts'],
  ['packages/cli'],
];

/** What runs when a request is answered, and what it may never reach; the one door is where the executor calls in. */
const REQUEST_PATH = {
  from: ['src/api', 'src/mcp', 'src/app', 'src/ui'],
  to: ['src/git', 'src/stack', 'src/forge'],
  except: ['src/app/api/inngest/route.ts'],
};

/** More files of its own than this, tests not counted, and a folder wants subfolders. */
const MOST_FILES = 15;

const within = (file: string, place: string) => file === place || file.startsWith(`${place}/`);
const level = (file: string) => ROOMS.findIndex((room) => room.some((place) => within(file, place)));
const arrow = (chain: string[]) => chain.join(' → ');

/** Everything that is wrong with the structure, a line each, with the chain of imports that shows it. */
export function problems(graph: Graph): string[] {
  return [
    ...upward(graph).map((chain) => `Imports go down: ${arrow(chain)}`),
    ...homeless(graph).map((file) => `${file} is in no room: put it into one, or name its room in rules.ts`),
    ...testsReached(graph).map((chain) => `Only tests may use what is for tests: ${arrow(chain)}`),
    ...circles(graph).map((chain) => `These files import each other: ${arrow(chain)}`),
    ...gitInRequests(graph).map((chain) => `A request may not reach git or a forge: ${arrow(chain)}`),
    ...crowded(graph).map(([folder, count]) => `${folder} has ${count} files of its own: give it subfolders`),
  ];
}

const production = (graph: Graph) => [...graph.keys()].filter((file) => !isTest(file));

/** What is in no room (`scripts`) stands above all of them. */
function upward(graph: Graph): string[][] {
  const isAbove = (to: string, file: string) =>
    level(to) > level(file) || (level(to) < 0 && !within(to, 'src') && !isTest(to));
  return production(graph).flatMap((file) =>
    level(file) < 0 ? [] : (graph.get(file) ?? []).filter(({ to }) => isAbove(to, file)).map(({ to }) => [file, to]),
  );
}

function homeless(graph: Graph): string[] {
  return production(graph).filter((file) => within(file, 'src') && level(file) < 0);
}

function testsReached(graph: Graph): string[][] {
  return production(graph).flatMap((file) => {
    const chain = shortest(graph, file, isTest);
    return chain ? [chain] : [];
  });
}

/** Each circle once, as the shortest way from its first file back to it. */
function circles(graph: Graph): string[][] {
  const told = new Set<string>();
  return [...graph.keys()].flatMap((file) => {
    if (told.has(file)) return [];
    const circle = shortest(graph, file, (to) => to === file);
    for (const each of circle ?? []) told.add(each);
    return circle ? [circle] : [];
  });
}

/** Imports of types do not count here: nothing of them runs. */
function gitInRequests(graph: Graph): string[][] {
  const { from, to, except } = REQUEST_PATH;
  return production(graph)
    .filter((file) => from.some((place) => within(file, place)) && !except.includes(file))
    .flatMap((file) => {
      const chain = shortest(
        graph,
        file,
        (reached) => to.some((place) => within(reached, place)),
        ({ typesOnly }) => !typesOnly,
      );
      return chain ? [chain] : [];
    });
}

function crowded(graph: Graph): Array<[string, number]> {
  const counts = new Map<string, number>();
  for (const file of graph.keys()) {
    if (isTestFile(file)) continue;
    const folder = posix.dirname(file);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count > MOST_FILES);
}
