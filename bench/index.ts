import { readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { pathToFileURL } from 'node:url';
import { gitText } from '@/git/process/run';
import { bundle } from '@/server/build/bundle';
import { findProgram } from '@/server/programs';
import { findGitSpice } from '@/stack/engines/git-spice/find';
import type { BenchRow, Measured } from './support/row';

/**
 * `npm run bench [name …] [-- --json]`: runs every row of this folder (a file that exports `run`), or the named ones,
 * and prints each subject beside its references, and whether it meets its goal. All numbers of a row come from one run
 * of interleaved measurements, so their ratio means something on a busy machine, and the milliseconds little.
 */
interface Row {
  run(): Promise<BenchRow | BenchRow[]>;
}

// What the measured parts would tell of themselves is not asked for here.
process.env.SPICERACK_LOG_LEVEL ??= 'error';

/** Names of packages, and of what Node has itself: not of our own files, whatever they are called by. */
const PACKAGES = /^(?!\.|\/|@\/|@inngest\/|@spicerack\/)/;

const json = process.argv.includes('--json');
const asked = process.argv.slice(2).filter((arg) => arg !== '--json');
const names = readdirSync(new URL('.', import.meta.url))
  .flatMap((file) => file.match(/^([a-z]\w*)\.ts$/)?.[1] ?? [])
  .filter((name) => name !== 'index' && (asked.length === 0 || asked.includes(name)));

const machine = { node: process.version, git: await version(), cores: cpus().length };
const missing = await missingReferences();
if (!json) {
  console.log(`Node ${machine.node}, ${machine.git}, ${machine.cores} cores; milliseconds are medians`);
  for (const name of missing) console.log(`Not installed, so not measured: ${name}`);
}
const rows: BenchRow[] = [];
for (const name of names) {
  const row: Row = await built(name);
  const done = [await row.run()].flat();
  rows.push(...done);
  if (!json) for (const each of done) print(each);
}
if (json) console.log(JSON.stringify({ ...machine, missing, rows }, null, 2));

/**
 * A row as a build has it, but for the packages. What compiles while it runs gives each function its name each time one
 * is made, which takes as long as some of what is measured here.
 */
async function built(name: string): Promise<Row> {
  const file = `bench/dist/${name}.mjs`;
  await bundle(`bench/${name}.ts`, file, process.cwd(), [PACKAGES]);
  return import(pathToFileURL(file).href);
}

async function version(): Promise<string> {
  return (await gitText(['version'])).replace(/^git version/, 'git');
}

async function missingReferences(): Promise<string[]> {
  const jj = await findProgram('jj', ['--version'], [{ how: 'PATH', program: 'jj' }]);
  return [...('missing' in (await findGitSpice()) ? ['git-spice'] : []), ...('missing' in jj ? ['jj'] : [])];
}

function print({ name, unit, subject, references, runs }: BenchRow): void {
  console.log(`\n${name} (${runs} ${runs === 1 ? 'run' : 'runs'})`);
  const shown = (one: Measured) => [
    one.label,
    amount(one.median, unit),
    one.p99 === undefined ? '' : `p99 ${amount(one.p99, unit)}`,
  ];
  const lines = [
    [...shown(subject), '', ''],
    ...references.map((one) => [
      ...shown(one),
      comparison(one.ratio, unit),
      one.goal === undefined
        ? ''
        : `goal: at ${one.goal < 1 && unit === undefined ? 'most' : 'least'} ${comparison(one.goal, unit)}, ${one.ratio >= one.goal ? 'met' : 'not met'}`,
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  for (const [label = '', ...rest] of lines) {
    const [first = 0, ...others] = widths;
    const columns = rest.map((text, i) => (i < 2 ? text.padStart(others[i] ?? 0) : text.padEnd(others[i] ?? 0)));
    console.log(`  ${[label.padEnd(first), ...columns].join('  ')}`.trimEnd());
  }
}

function amount(value: number, unit = 'ms'): string {
  return `${value >= 100 ? value.toFixed(0) : value.toFixed(2)} ${unit}`;
}

/** `ratio` is the reference's amount over the subject's. */
function comparison(ratio: number, unit: string | undefined): string {
  if (unit !== undefined) return `${ratio.toFixed(2)} times as much`;
  return ratio >= 1 ? `${ratio.toFixed(2)} times as long` : `${(1 / ratio).toFixed(2)} times as fast`;
}
