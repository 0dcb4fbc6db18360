import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { makeRemote } from '@/demo/remote';
import { writeStack } from '@/testing/stack';
import { startServer, type TestServer } from '../../e2e/support/server';
import { BROWSER_ARGS, findBrowser } from '../../scripts/browser';
import { version } from './src/version';

/** What is published, as somebody has it who has nothing else of this repository. */

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const node = (args: string[], cwd = here('.')) => execFileSync(process.execPath, args, { cwd, encoding: 'utf8' });

/** What somebody would write: each line that it prints is one thing that worked. */
const PROGRAM = `
import { createSpicerack, SpicerackError, type FeedMessage, type JobDetail } from '@spicerack/client';

declare const process: { argv: string[] };
const [, , url = '', remote = ''] = process.argv;
const spicerack = createSpicerack({ url, requestedBy: 'outside' });

const { repo, jobId } = await spicerack.repos.add({ url: remote });
const first: JobDetail = await spicerack.waitForJob(jobId);
console.log('added', first.job.status);

const registration = await spicerack.jobs.run({ repoId: repo.id, kind: 'register_existing_branch', suggested: true });
console.log('registered', (await spicerack.waitForJob(registration.jobId)).job.status);

const { cursor } = await spicerack.repos.list();
const forecast = await spicerack.waitForForecast({ repoId: repo.id, kind: 'restack_repo' });
const accepted = await spicerack.jobs.run({ repoId: repo.id, kind: 'restack_repo', expected: forecast.tipsKey });
console.log('waiting');
const done = await spicerack.waitForJob(accepted.jobId, { onChange: ({ job }) => job.status satisfies string });
console.log('restacked', done.job.status, done.moves.length, forecast.outline?.moves.length);

const seen: FeedMessage[] = [];
for await (const message of spicerack.watch({ repoId: repo.id, from: cursor })) {
  seen.push(message);
  if (message.kind === 'changes' && message.events.some(({ type }) => type === 'job_moves')) break;
}
console.log('watched', seen.length > 0);

const undo = await spicerack.jobs.undo({ jobId: accepted.jobId });
console.log('undone', (await spicerack.waitForJob(undo.jobId)).job.status);

try {
  await spicerack.jobs.run({ repoId: repo.id, kind: 'rebase_branch', branch: 'main' });
} catch (error) {
  if (!(error instanceof SpicerackError)) throw error;
  console.log('refused', error.code, error.field);
}
`;

let folder: string;
let tarball: string;
let server: TestServer;
let site: Server;
/** Of the site whose pages may use the API. */
let origin: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spicerack-outside-'));
  node(['--import', 'tsx', 'build.ts']);
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: here('.') });
  tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'outside', private: true, type: 'module' }));
  // It needs nothing else, so no registry is asked.
  execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', '--silent', tarball], { cwd: folder });
  writeFileSync(join(folder, 'program.ts'), PROGRAM);
  site = createServer((request, response) => {
    const isScript = request.url === '/bundle.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(
      isScript
        ? readFileSync(join(folder, 'bundle.js'))
        : '<!doctype html><title>…</title><script type="module" src="/bundle.js"></script>',
    );
  });
  await once(site.listen(0, '127.0.0.1'), 'listening');
  const address = site.address();
  origin = `http://localhost:${address && typeof address === 'object' ? address.port : 0}`;
  server = await startServer({
    executor: 'inline',
    env: { SPICERACK_ENGINE: 'git', SPICERACK_ALLOWED_ORIGINS: origin },
  });
}, 180_000);
afterAll(async () => {
  await server?.dispose();
  site?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('is small and brings nothing else', () => {
  expect(version).toBe(JSON.parse(readFileSync(here('package.json'), 'utf8')).version);
  const { dependencies = {}, peerDependencies = {} } = JSON.parse(readFileSync(here('package.json'), 'utf8'));
  expect(Object.keys({ ...dependencies, ...peerDependencies })).toEqual([]);
  expect(statSync(tarball).size).toBeLessThanOrEqual(60 * 1024);
  expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['@spicerack']);
});

it('is a package as package managers and compilers want it', () => {
  const bin = (path: string) => here(`../../node_modules/${path}`);
  expect(node([bin('publint/src/cli.js'), here('.'), '--strict', '--pack', 'false'])).toContain('All good');
  expect(node([bin('@arethetypeswrong/cli/dist/index.js'), tarball, '--profile', 'esm-only'])).toContain('🟢');
});

describe.each(['typescript', 'typescript-5.9'])('compiled by %s', (typescript) => {
  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('a program compiles under strict, with module %s and moduleResolution %s', (module, moduleResolution) => {
    const compilerOptions = {
      ...{ module, moduleResolution, strict: true, target: 'es2023', lib: ['es2023', 'dom'], types: [] },
      ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false },
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
    node([here(`../../node_modules/${typescript}/bin/tsc`), '--project', 'tsconfig.json'], folder);
  });
});

/** Others than Node are tried where they are installed. */
const RUNTIMES: Array<[program: string, args: string[]]> = [
  ['bun', []],
  ['deno', ['run', '--allow-net', '--allow-env', '--allow-read', '--node-modules-dir=manual']],
];
const isThere = ([program]: [string, string[]]) => spawnSync(program, ['--version']).status === 0;

describe.each([[process.execPath, []] as [string, string[]], ...RUNTIMES.filter(isThere)])(
  'a program that was compiled, run by %s',
  (runtime, args) => {
    it('adds, forecasts, restacks, watches, undoes and is refused, while the server is killed and started again', async () => {
      const remote = await makeRemote(join(folder, `${basename(runtime)}.git`));
      await writeStack(remote);
      await remote.from('main').commit('Trunk goes on', { 'next.txt': 'next\n' }).write();
      const program = spawn(runtime, [...args, 'program.js', server.url, remote.dir], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let printed = '';
      const restarts: Promise<void>[] = [];
      program.stderr.on('data', (chunk) => {
        printed += chunk;
      });
      program.stdout.on('data', (chunk) => {
        printed += chunk;
        if (restarts.length === 0 && printed.includes('waiting')) restarts.push(server.restart());
      });
      const [code] = await once(program, 'exit');
      await Promise.all(restarts);
      expect(printed.trim().split('\n')).toEqual([
        'added completed',
        'registered completed',
        'waiting',
        'restacked completed 4 4',
        'watched true',
        'undone completed',
        'refused BAD_REQUEST branch',
      ]);
      expect(code).toBe(0);
    }, 120_000);
  },
);

describe('in a browser, on a page of another site', () => {
  it('it works where the settings name the site, and is refused where they do not', async () => {
    const browser = await findBrowser();
    if (!('program' in browser)) throw new Error('There is no browser.');
    writeFileSync(
      join(folder, 'page.js'),
      `import { createSpicerack } from '@spicerack/client';
       const spicerack = createSpicerack({ url: ${JSON.stringify(server.url)} });
       document.title = await spicerack.repos.list().then(({ repos }) => 'has ' + repos.length, (error) => error.code);
       if (document.title !== 'CONNECTION_LOST') {
         for await (const message of spicerack.watch({ from: 0 })) { document.title += ' and ' + message.kind; break; }
       }`,
    );
    await build({ input: join(folder, 'page.js'), output: { file: join(folder, 'bundle.js'), format: 'esm' } });
    const chrome = await chromium.launch({ executablePath: browser.program, args: BROWSER_ARGS });
    onTestFinished(() => chrome.close());
    const title = async (url: string) => {
      const page = await chrome.newPage();
      await page.goto(url);
      await page.waitForFunction(
        () => document.title !== '…' && (document.title.includes('and') || document.title === 'CONNECTION_LOST'),
      );
      return page.title();
    };
    expect(await title(origin)).toMatch(/^has \d+ and (changes|start_over)$/);
    // The same page under another name is another site.
    expect(await title(origin.replace('localhost', '127.0.0.1'))).toBe('CONNECTION_LOST');
  }, 120_000);
});
