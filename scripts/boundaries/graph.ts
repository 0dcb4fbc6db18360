import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { parseSync } from 'oxc-parser';

/** One import of a file of ours. Paths are relative to the root, with `/` between. */
export interface Import {
  to: string;
  /** Whether only types are imported: nothing is left of it when the program runs. */
  typesOnly: boolean;
}

/** Which file imports which: every source file of the folders asked for, and only files of the project. */
export type Graph = ReadonlyMap<string, Import[]>;

/** Where our aliases lead, as in `tsconfig.json`. */
const ALIASES: Array<[string, string]> = [
  ['@/', 'src/'],
  ['@inngest/', 'inngest/'],
];

/**
 * Reads the imports of every source file, those of types, dynamic ones and re-exports too.
 * @param places folders and files below `root`; what is not there is left out
 */
export function readGraph(root: string, places: string[]): Graph {
  const files = places.flatMap((place) => sources(root, place));
  return new Map(files.map((file) => [file, importsOf(root, file)]));
}

/** Tests and what only they use: any folder named `testing`, and `*.test.ts`. */
export function isTest(file: string): boolean {
  return /\.(test|spec)\.tsx?$/.test(file) || dirname(file).split('/').includes('testing');
}

function sources(root: string, place: string): string[] {
  const path = join(root, place);
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [place];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((file) => posix.join(place, file.replaceAll('\\', '/')))
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'));
}

function importsOf(root: string, file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const { module, errors } = parseSync(file, text);
  if (errors[0]) throw new Error(`${file} cannot be read: ${errors[0].message}`);
  const named = (specifier: string, typesOnly: boolean) => ({ specifier, typesOnly });
  const found = [
    ...module.staticImports.map(({ moduleRequest, entries }) =>
      named(moduleRequest.value, entries.length > 0 && entries.every((entry) => entry.isType)),
    ),
    ...module.staticExports.flatMap(({ entries }) => {
      const from = entries.find((entry) => entry.moduleRequest)?.moduleRequest;
      return from
        ? [
            named(
              from.value,
              entries.every((entry) => entry.isType),
            ),
          ]
        : [];
    }),
    ...module.dynamicImports.flatMap(({ moduleRequest: { start, end } }) => {
      const literal = /^(['"`])([^$'"`]+)\1$/.exec(text.slice(start, end));
      return literal?.[2] ? [named(literal[2], false)] : [];
    }),
  ];
  return found.flatMap(({ specifier, typesOnly }) => {
    const to = resolve(root, file, specifier);
    return to ? [{ to, typesOnly }] : [];
  });
}

/** The file that a specifier means; null for packages and for what is no source. */
function resolve(root: string, from: string, specifier: string): string | null {
  const alias = ALIASES.find(([prefix]) => specifier.startsWith(prefix));
  const path = alias
    ? alias[1] + specifier.slice(alias[0].length)
    : specifier.startsWith('.')
      ? posix.join(posix.dirname(from), specifier)
      : null;
  if (path === null) return null;
  const candidates = [path, `${path}.ts`, `${path}.tsx`, `${path}/index.ts`, `${path}/index.tsx`];
  return candidates.find((file) => /\.tsx?$/.test(file) && existsSync(join(root, file))) ?? null;
}

/** The shortest way from a file to one that is `reached`: `[file, …, reached]`; null where there is none. */
export function shortest(
  graph: Graph,
  entry: string,
  reached: (file: string) => boolean,
  follows: (found: Import) => boolean = () => true,
): string[] | null {
  const seen = new Set([entry]);
  const chains = [[entry]];
  for (const chain of chains) {
    for (const found of graph.get(chain.at(-1) ?? entry) ?? []) {
      if (!follows(found)) continue;
      if (reached(found.to)) return [...chain, found.to];
      if (seen.has(found.to)) continue;
      seen.add(found.to);
      chains.push([...chain, found.to]);
    }
  }
  return null;
}
