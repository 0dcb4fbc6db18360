import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { type Argument, parseSync, Visitor } from 'oxc-parser';

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
  ['@spicerack/client', 'packages/client/src'],
];

const SOURCE = /\.[cm]?[jt]sx?$/;

/**
 * Reads the imports of every source file, those of types, dynamic ones and re-exports too.
 * @param places folders and files below `root`; what is not there is left out
 */
export function readGraph(root: string, places: string[]): Graph {
  const files = places.flatMap((place) => sources(root, place));
  return new Map(files.map((file) => [file, importsOf(root, file)]));
}

/** Whether it has tests itself, by its name. */
export function isTestFile(file: string): boolean {
  return /\.(test|spec)\.tsx?$/.test(file);
}

/** Tests and what only they use: any folder named `testing`, `e2e`, `bench`, and `*.test.ts`. */
export function isTest(file: string): boolean {
  return isTestFile(file) || dirname(file).split('/').includes('testing') || /^(e2e|bench)\//.test(file);
}

function sources(root: string, place: string): string[] {
  const path = join(root, place);
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [place];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((file) => posix.join(place, file.replaceAll('\\', '/')))
    .filter((file) => SOURCE.test(file) && !file.endsWith('.d.ts'));
}

function importsOf(root: string, file: string): Import[] {
  const { program, errors } = parseSync(file, readFileSync(join(root, file), 'utf8'));
  if (errors[0]) throw new Error(`${file} cannot be read: ${errors[0].message}`);
  const found: Import[] = [];
  const add = (specifier: string | null, typesOnly: boolean) => {
    const to = specifier === null ? null : resolve(root, file, specifier);
    if (to) found.push({ to, typesOnly });
  };
  // `import { type A } from` is no import of types alone: with our `verbatimModuleSyntax` the module is still loaded.
  new Visitor({
    ImportDeclaration(node) {
      add(node.source.value, node.importKind === 'type');
    },
    ExportNamedDeclaration(node) {
      add(node.source?.value ?? null, node.exportKind === 'type');
    },
    ExportAllDeclaration(node) {
      add(node.source.value, node.exportKind === 'type');
    },
    ImportExpression(node) {
      add(literal(node.source), false);
    },
    TSImportType(node) {
      add(node.source.value, true);
    },
    TSExternalModuleReference(node) {
      add(node.expression.value, false);
    },
    CallExpression({ callee, arguments: [first] }) {
      if (callee.type === 'Identifier' && callee.name === 'require' && first) add(literal(first), false);
    },
  }).visit(program);
  return found;
}

/** The text of a string that is written out; null for one that is put together when the program runs. */
function literal(node: Argument): string | null {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : null;
  return node.type === 'TemplateLiteral' && node.expressions.length === 0
    ? (node.quasis[0]?.value.cooked ?? null)
    : null;
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
  // A specifier that ends in `.js` may mean the source of that name.
  const stems = [path, path.replace(/\.[cm]?jsx?$/, '')];
  const candidates = [
    path,
    ...stems.flatMap((stem) => ['.ts', '.tsx', '/index.ts', '/index.tsx'].map((end) => stem + end)),
  ];
  return candidates.find((file) => SOURCE.test(file) && existsSync(join(root, file))) ?? null;
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
