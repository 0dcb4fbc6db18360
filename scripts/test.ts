import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { ensureBuilt } from '@/server/build/ensure-built';
import { ensureInngest } from '@/server/inngest-program';
import { ensureBrowser } from './browser';
import { memoryFolder } from './temp-folder';
import { playwrightResults, type Results, slowest, sum, vitestResults } from './test-results';

/**
 * `npm test`: every test there is. Unit and integration tests run under vitest, then the browser tests under
 * Playwright, both on one production build. Arguments go to vitest (`npm test -- src/git`), or to Playwright
 * when one of them is in `e2e/browser`. Whatever was skipped or failed is named at the end, and the last line counts.
 */

const args = process.argv.slice(2);
const browserOnly = args.some((arg) => arg.startsWith('e2e/browser'));
const vitestOnly = args.length > 0 && !browserOnly;
const ci = Boolean(process.env.CI) && process.env.CI !== 'false';
const say = (line: string) => console.log(line);

const reports = { vitest: 'test-results/vitest.json', playwright: 'test-results/playwright.json' };
const memory = process.env.TMPDIR === undefined ? memoryFolder() : null;
if (memory) {
  process.env.TMPDIR = memory;
  say(`Temporary folders lie in ${memory}; set TMPDIR for another place.`);
}

rmSync('test-results', { recursive: true, force: true });
mkdirSync('test-results', { recursive: true });

const inngest = await ensureInngest(say);
const browser = vitestOnly ? null : await ensureBrowser(say);
const missing = [inngest, browser].flatMap((outcome) => (outcome && 'missing' in outcome ? [outcome] : []));
// The tests look for the program themselves; what was found once is what they get.
if ('program' in inngest) process.env.SPICERACK_INNGEST = inngest.program;
if (browser && 'program' in browser) process.env.SPICERACK_CHROMIUM = browser.program;

const results: Results[] = [];
const parts: string[] = [];
const built = await timed('build', () =>
  ensureBuilt(process.cwd(), say).then(
    () => true,
    (error: Error) => {
      say(error.message);
      results.push({ passed: 0, failed: ['the build'], skipped: [], times: [] });
      return false;
    },
  ),
);
if (!browserOnly) {
  const code = await run('vitest', 'node_modules/vitest/vitest.mjs', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reports.vitest}`,
    ...args,
  ]);
  results.push(vitestResults(report(reports.vitest), code));
}
if (built && browser && 'program' in browser) {
  process.env.PLAYWRIGHT_JSON_OUTPUT_NAME = reports.playwright;
  const code = await run('browser tests', 'node_modules/@playwright/test/cli.js', [
    'test',
    '--project=tests',
    '--reporter=list,json',
    ...args,
  ]);
  results.push(playwrightResults(report(reports.playwright), code));
} else if (browser) {
  results.push({ passed: 0, failed: [], skipped: ['all browser tests'], times: [] });
}

const total = sum(results);
for (const { missing: name, tried } of missing) {
  say(`\nNot to be had: ${name}`);
  for (const line of tried) say(`  ${line}`);
}
list('Skipped', total.skipped);
// What the tests install themselves is not skipped there; what a machine may lack is named.
const elsewhere = ['git-spice', 'nginx', 'Caddy', 'Prometheus', 'Firefox'];
const forbidden = ci ? total.skipped.filter((name) => !elsewhere.some((program) => name.includes(program))) : [];
list(`Skipped, though in CI nothing but what needs ${elsewhere.join(' or ')} may be`, forbidden);
say('\nThe slowest:');
for (const { name, ms } of slowest(total, 10)) say(`  ${(ms / 1000).toFixed(1)} s  ${name}`);
list('Failed', total.failed);
say(`\nOf the time: ${parts.join(', ')}.`);
process.exitCode = total.failed.length > 0 || forbidden.length > 0 ? 1 : 0;
say(`\n${total.passed} passed, ${total.failed.length} failed, ${total.skipped.length} skipped`);

function list(title: string, names: string[]): void {
  if (names.length === 0) return;
  say(`\n${title}:`);
  for (const name of names) say(`  ${name}`);
}

async function run(name: string, program: string, programArgs: string[]): Promise<number> {
  const child = spawn(process.execPath, [program, ...programArgs], { stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = await timed(name, () => once(child, 'exit'));
  return typeof code === 'number' ? code : 1;
}

/** What the work gives; how long it took is said at the end. */
async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  const from = performance.now();
  const outcome = await work();
  parts.push(`${name} ${Math.round((performance.now() - from) / 1000)} s`);
  return outcome;
}

function report(path: string): unknown {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}
