import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Which folders may not reach which, through however many files. Paths are relative to the root. */
export interface Boundary {
  from: string[];
  to: string[];
  /** Files in `from` that may. */
  except: string[];
}

/**
 * A request never runs git and never calls a forge: that is a checked fact, not a habit. The one door is
 * where the executor calls the workflow's steps.
 */
export const REQUEST_PATH: Boundary = {
  from: ['src/api', 'src/app', 'src/ui'],
  to: ['src/git', 'src/stack', 'src/forge'],
  except: ['src/app/api/inngest/route.ts'],
};

/**
 * The shortest chain of imports for every file in `from` that reaches `to`: `[file, …, reached]`. Imports of
 * types alone do not count, dynamic imports do. The graph is esbuild's, so it is the one that is bundled.
 */
export async function findBreaches(root: string, boundary: Boundary): Promise<string[][]> {
  const entries = boundary.from
    .flatMap((folder) => sources(root, folder))
    .filter((file) => !boundary.except.includes(file));
  if (entries.length === 0) return [];
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir: 'unused',
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    jsx: 'automatic',
    packages: 'external',
    loader: { '.css': 'empty', '.svg': 'empty', '.png': 'empty', '.woff2': 'empty' },
    logLevel: 'silent',
  });
  const imports = (file: string) =>
    (metafile.inputs[file]?.imports ?? []).flatMap((found) => (found.external ? [] : [found.path]));
  return entries.flatMap((entry) => {
    const chain = shortest(entry, imports, (file) => boundary.to.some((folder) => file.startsWith(`${folder}/`)));
    return chain ? [chain] : [];
  });
}

function shortest(
  entry: string,
  imports: (file: string) => string[],
  reached: (file: string) => boolean,
): string[] | null {
  const seen = new Set([entry]);
  const chains = [[entry]];
  for (const chain of chains) {
    for (const next of imports(chain.at(-1) ?? entry)) {
      if (reached(next)) return [...chain, next];
      if (seen.has(next)) continue;
      seen.add(next);
      chains.push([...chain, next]);
    }
  }
  return null;
}

function sources(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$|\.d\.ts$/.test(file))
    .map((file) => `${folder}/${file}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const breaches = await findBreaches(fileURLToPath(new URL('..', import.meta.url)), REQUEST_PATH);
  for (const chain of breaches) console.error(`A request may not reach git or a forge: ${chain.join(' → ')}`);
  process.exitCode = breaches.length > 0 ? 1 : 0;
}
