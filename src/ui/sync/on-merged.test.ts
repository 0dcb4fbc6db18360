import { expect, it } from 'vitest';
import { branchRow } from '../testing/rows';
import { onMerged } from './on-merged';

const branch = (name: string, parent: string, more = {}) => branchRow(name, { parent, tracked: true, ...more });

it('finds what stands on merged branches, at any height', () => {
  const rows = [
    branch('a', 'main', { merged: true }),
    branch('b', 'a'),
    branch('c', 'b'),
    branch('d', 'main'),
    branch('e', 'd'),
  ];
  expect(onMerged(rows)).toEqual({ merged: ['a'], above: ['b', 'c'] });
});

it('finds neither merged branches that nothing stands on, nor what is merged, gone or long-lived above them', () => {
  const rows = [
    branch('a', 'main', { merged: true }),
    branch('b', 'a', { merged: true }),
    branch('c', 'b', { gone: true }),
    branch('d', 'a', { kept: true }),
    branch('e', 'd'),
  ];
  expect(onMerged(rows)).toEqual({ merged: [], above: [] });
});

it('ends where parents run in a circle', () => {
  expect(onMerged([branch('a', 'b'), branch('b', 'a')])).toEqual({ merged: [], above: [] });
});
