import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setUpEnvironment } from '@/environment';
import { cacheFolder, type Found, findProgram, type Missing, type Place, tryRun } from './programs';

/** What npm's `inngest-cli` is asked for when its own download has to be repeated. */
const RELEASE = '1.45.1';
/** The newest version that the Go module proxy has (1.45.0 and 1.45.1 are not there). */
const MODULE = '1.44.0';

const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const cached = (version: string) => join(cacheFolder(), `inngest-${version}`);

/**
 * Looks for the Inngest server's program: SPICERACK_INNGEST (and then nowhere else), PATH, node_modules,
 * and what `ensureInngest` made earlier. Starts nothing but `<program> version`.
 */
export function findInngest(): Promise<Found | Missing> {
  const own = process.env.SPICERACK_INNGEST;
  const places: Place[] = own
    ? [{ how: 'SPICERACK_INNGEST', program: own }]
    : [
        { how: 'PATH', program: 'inngest' },
        { how: 'PATH', program: 'inngest-cli' },
        { how: 'node_modules', program: fromRoot('node_modules/inngest-cli/bin/inngest') },
        { how: 'cache', program: cached(RELEASE) },
        { how: 'cache', program: cached(MODULE) },
      ];
  return findProgram('inngest', ['version'], places);
}

/**
 * Finds the Inngest server's program, or gets it: by an ordinary download through npm, else built from its
 * Go module (about four minutes on two cores, once), into the user's cache folder.
 * @param log takes one line for people at a time
 */
export async function ensureInngest(log: (line: string) => void): Promise<Found | Missing> {
  const found = await findInngest();
  if ('program' in found || process.env.SPICERACK_INNGEST) return found;

  const tried = [...found.tried];
  for (const way of [download, build]) {
    const why = await way(log);
    if (!why) return findInngest();
    log(`  ${why}`);
    tried.push(why);
  }
  return { missing: found.missing, tried };
}

/** Resolves to null when the program is in the cache folder, else to why it is not. */
async function download(log: (line: string) => void): Promise<string | null> {
  log(`Inngest: downloading inngest-cli ${RELEASE} through npm`);
  return inScratch(async (folder) => {
    const install = await tryRun(
      'npm',
      [
        'install',
        '--prefix',
        folder,
        '--no-save',
        '--no-package-lock',
        '--ignore-scripts=false',
        `inngest-cli@${RELEASE}`,
      ],
      { cwd: folder, env: setUpEnvironment(), timeoutMs: 300_000 },
    );
    if (!install.ok) return `download: ${install.why}`;
    return adopt(join(folder, 'node_modules/inngest-cli/bin/inngest'), RELEASE);
  });
}

/**
 * Builds the server from `github.com/inngest/inngest/cmd`. Plain `go install` cannot: the module's go.mod
 * needs a `replace`, and a folder that it embeds (its web site's documents) is not in the module. Its web
 * UI is not in the module either, and Spicerack does not use it.
 */
async function build(log: (line: string) => void): Promise<string | null> {
  const go = await tryRun('go', ['version'], { env: setUpEnvironment(), timeoutMs: 20_000 });
  if (!go.ok) return 'build: Go is not installed';
  log(`Inngest: building ${MODULE} from its Go module; this takes some minutes, once (${go.output})`);
  return inScratch(async (folder) => {
    await writeFile(
      join(folder, 'go.mod'),
      `module spicerack/inngest

go 1.26

require github.com/inngest/inngest v${MODULE}

replace github.com/tencentcloud/tencentcloud-sdk-go v3.0.82+incompatible => github.com/tencentcloud/tencentcloud-sdk-go v1.0.191
`,
    );
    await writeFile(
      join(folder, 'tools.go'),
      '//go:build tools\n\npackage tools\n\nimport _ "github.com/inngest/inngest/cmd"\n',
    );
    const options = { cwd: folder, env: setUpEnvironment({ CGO_ENABLED: '0' }), timeoutMs: 30 * 60_000 };
    // -e: the embedded folder's absence is an error that both would stop at.
    for (const args of [
      ['mod', 'tidy', '-e'],
      ['mod', 'vendor', '-e'],
    ]) {
      const outcome = await tryRun('go', args, options);
      if (!outcome.ok) return `build: go ${args.join(' ')}: ${outcome.why}`;
    }
    const documents = join(folder, 'vendor/github.com/inngest/inngest/internal/embeddocs/website/pages/docs');
    await mkdir(documents, { recursive: true });
    await writeFile(join(documents, 'placeholder.md'), 'Not part of this build.\n');
    const compile = await tryRun(
      'go',
      [
        'build',
        '-mod=vendor',
        '-ldflags',
        `-s -w -X github.com/inngest/inngest/pkg/inngest/version.Version=${MODULE}`,
        '-o',
        'inngest',
        'github.com/inngest/inngest/cmd',
      ],
      options,
    );
    return compile.ok ? adopt(join(folder, 'inngest'), MODULE) : `build: ${compile.why}`;
  });
}

/** Moves a program that works to its place in the cache folder, in one step for whoever looks there. */
async function adopt(program: string, version: string): Promise<string | null> {
  const works = await tryRun(program, ['version'], { timeoutMs: 60_000 });
  if (!works.ok) return `${program} does not work: ${works.why}`;
  const arriving = `${cached(version)}.${process.pid}`;
  await copyFile(program, arriving);
  await rename(arriving, cached(version));
  return null;
}

async function inScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  await mkdir(cacheFolder(), { recursive: true });
  const folder = await mkdtemp(join(cacheFolder(), 'making-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
