import { readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { findProgram } from '@/server/programs';
import { findGitSpice } from '@/stack/engines/git-spice/find';
import type { BenchRow } from './row';

/**
 * `npm run bench [name …]`: runs every row of this folder (a file that exports `run`), or the named ones, and
 * prints each subject beside its references. All numbers of a row come from one run of interleaved
 * measurements, so their ratio means something on a busy machine, and the milliseconds little.
 */
interface Row {
  run(): Promise<BenchRow>;
}

const asked = process.argv.slice(2);
const names = readdirSync(new URL('.', import.meta.url))
  .flatMap((file) => file.match(/^([a-z]\w*)\.ts$/)?.[1] ?? [])
  .filter((name) => name !== 'index' && name !== 'row' && (asked.length === 0 || asked.includes(name)));

console.log(`Node ${process.version}, ${cpus().length} cores; milliseconds are medians`);
for (const missing of await missingReferences()) console.log(`Not installed, so not measured: ${missing}`);
for (const name of names) {
  const row: Row = await import(`./${name}.ts`);
  print(await row.run());
}

async function missingReferences(): Promise<string[]> {
  const jj = await findProgram('jj', ['--version'], [{ how: 'PATH', program: 'jj' }]);
  return [...('missing' in (await findGitSpice()) ? ['git-spice'] : []), ...('missing' in jj ? ['jj'] : [])];
}

function print({ name, subject, references, runs }: BenchRow): void {
  console.log(`\n${name} (${runs} runs)`);
  const rows = [
    [subject.label, ms(subject.medianMs), ''],
    ...references.map(({ label, medianMs, ratio }) => [label, ms(medianMs), comparison(ratio)]),
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const [label = '', time = '', note = ''] of rows) {
    console.log(`  ${label.padEnd(widths[0] ?? 0)}  ${time.padStart(widths[1] ?? 0)}  ${note}`.trimEnd());
  }
}

function ms(value: number): string {
  return `${value >= 100 ? value.toFixed(0) : value.toFixed(2)} ms`;
}

/** `ratio` is the reference's time over the subject's. */
function comparison(ratio: number): string {
  return ratio >= 1 ? `${ratio.toFixed(2)} times as long` : `${(1 / ratio).toFixed(2)} times as fast`;
}
