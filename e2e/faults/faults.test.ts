import { describe, expect, it } from 'vitest';
import { findInngest } from '@/server/inngest-program';
import { FAULTS } from './faults';
import { allCells, type Cell, cellName, runCells } from './matrix';
import type { World } from './world';

/**
 * A short cut of the fault matrix (`npm run test:faults` runs all of it): each fault once, spread over the kinds
 * and the moments.
 */
function shortCut(executor: World['executor'], faults: string[]): Cell[] {
  const cells = allCells([executor]);
  return faults.map((name, i) => {
    const some = cells.filter(({ fault }) => fault.name === name);
    const kinds = [...new Set(some.map(({ scenario }) => scenario.kind))];
    const ofKind = some.filter(({ scenario }) => scenario.kind === kinds[(i * 3 + 1) % kinds.length]);
    const cell = ofKind[(i * 5 + 2) % ofKind.length];
    if (!cell) throw new Error(`There is no cell of ${name}.`);
    return cell;
  });
}

const inngest = await findInngest();
const WORLDS = [
  {
    executor: 'inline' as const,
    cells: shortCut(
      'inline',
      FAULTS.filter(({ executor }) => executor !== 'inngest').map(({ name }) => name),
    ),
    missing: null,
  },
  {
    executor: 'inngest' as const,
    cells: shortCut('inngest', ['server killed', 'Inngest lost']),
    missing: 'program' in inngest ? null : 'the Inngest program was not found',
  },
];

for (const { executor, cells, missing } of WORLDS) {
  describe.skipIf(missing)(`under faults, on ${executor}${missing ? ` (${missing})` : ''}`, () => {
    it('every job ends, rows and remote agree, nothing is lost or done twice, and the next job runs', async () => {
      const results = await runCells(cells, 8, () => undefined);
      expect(results.map(({ name }) => name).sort()).toEqual(cells.map(cellName).sort());
      expect(results.filter(({ problems }) => problems.length > 0)).toEqual([]);
    }, 300_000);
  });
}
