import { parseArgs } from 'node:util';
import { ensureBuilt } from '@/server/build/ensure-built';
import { findInngest } from '@/server/inngest-program';
import { allCells, type Cell, type CellResult, cellName, runCells } from './matrix';
import { momentName } from './moments';
import type { World } from './world';

/**
 * `npm run test:faults`: every kind of job × every step, at its border and within × each executor × every fault.
 * One line a cell, then the total; exit code 1 when any promise was broken, or nothing was run. Each filter takes
 * a part of a name, or several with commas between:
 * `-- --kind restack_repo,undo --fault killed --executor inline --moment act:push`.
 */

/** Seconds that one git command may talk to a remote; short where the remote hangs, since that is waited for. */
const NETWORK_TIMEOUT = { usual: 25, hung: 4 };

const { values } = parseArgs({
  options: {
    kind: { type: 'string', default: '' },
    fault: { type: 'string', default: '' },
    executor: { type: 'string', default: '' },
    moment: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
  },
});

const inngest = await findInngest();
const executors: Array<World['executor']> = 'program' in inngest ? ['inline', 'inngest'] : ['inline'];
const cells = allCells(executors).filter(
  ({ executor, fault, scenario, moment }) =>
    asked(values.executor, executor) &&
    asked(values.fault, fault.name) &&
    asked(values.kind, scenario.kind) &&
    asked(values.moment, momentName(moment)),
);

if (values.list) {
  for (const cell of cells) console.log(cellName(cell));
  console.log(`${cells.length} cells`);
} else {
  process.exitCode = await main();
}

async function main(): Promise<number> {
  await ensureBuilt(process.cwd(), console.error);
  const begun = performance.now();
  const results: CellResult[] = [];
  for (const executor of executors) {
    for (const hangs of [false, true]) {
      const some = cells.filter((cell: Cell) => cell.executor === executor && isHung(cell) === hangs);
      results.push(...(await runCells(some, hangs ? NETWORK_TIMEOUT.hung : NETWORK_TIMEOUT.usual, print)));
    }
  }
  const failed = results.filter(({ problems }) => problems.length > 0).length;
  if ('missing' in inngest) console.log('The Inngest program was not found: its cells were skipped (npm run setup).');
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
  console.log(`\n${results.length} cells: ${results.length - failed} passed, ${failed} failed, in ${minutes} min`);
  return failed > 0 || results.length === 0 ? 1 : 0;
}

function asked(parts: string, name: string): boolean {
  return parts.split(',').some((part) => name.includes(part));
}

function isHung({ fault }: Cell): boolean {
  return fault.name === 'remote hung';
}

function print({ name, problems, seconds }: CellResult): void {
  console.log(`${problems.length > 0 ? 'FAIL' : 'ok  '} | ${name} | ${seconds.toFixed(1)} s`);
  for (const problem of problems) console.log(`     ${problem}`);
}
