import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * What a fresh clone needs before anything else can run. Plain JavaScript on the standard library alone:
 * it runs before node_modules exists. It writes to standard error only.
 */

const root = fileURLToPath(new URL('..', import.meta.url));

/** Installs the packages of package-lock.json when they are missing or not those of the lock. */
export function ensureInstalled() {
  const why = staleness();
  if (!why) return;
  say(`${why}: installing packages (npm ci)`);
  if (npm('ci')) return;
  // npm ci refuses a lock that lacks another platform's optional package; npm install does not mind.
  say('npm ci failed: trying npm install');
  if (npm('install', '--no-save')) return;
  say('The packages cannot be installed; see the messages above.');
  process.exit(1);
}

/**
 * Runs one of the project's TypeScript programs in this process, after `ensureInstalled`.
 * @param {string} program path from the project's root
 */
export async function runTypeScript(program) {
  process.chdir(root);
  await import('tsx');
  await import(new URL(`../${program}`, import.meta.url).href);
}

/** Says why node_modules is not what the lock asks for; null when it is. */
function staleness() {
  if (!existsSync(`${root}/node_modules/.package-lock.json`)) return 'node_modules is missing';
  const wanted = packages('package-lock.json');
  const installed = packages('node_modules/.package-lock.json');
  for (const [path, { version, optional, devOptional }] of Object.entries(wanted)) {
    if (path === '') continue;
    const has = installed[path];
    // Optional packages of other platforms are never installed.
    if (has ? has.version !== version : !optional && !devOptional)
      return `${path} is not ${version ? `at ${version}` : 'there'}`;
  }
  return null;
}

/** @param {string} file */
function packages(file) {
  return JSON.parse(readFileSync(`${root}/${file}`, 'utf8')).packages;
}

/** @param {string[]} args */
function npm(...args) {
  // npm's own output goes to standard error: a program's result may be on standard output.
  const { status } = spawnSync('npm', [...args, '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  return status === 0;
}

/** @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`);
}
