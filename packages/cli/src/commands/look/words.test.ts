import { expect, it } from 'vitest';
import { branchRow } from '@/ui/testing/rows';
import { eventLine } from './words';

it('a branch that is seen is untracked where nobody tracks it, and long-lived where it is that', () => {
  const line = (row: Parameters<typeof branchRow>[1]) =>
    eventLine({
      ...{ seq: 1, at: '2026-01-01T00:00:00.000Z', repoId: 'repo', type: 'branches', op: 'upsert' },
      row: branchRow('a', { tip: '1234567890', parent: null, tracked: false, ...row }),
    });
  expect(line({})).toBe('a: 1234567, untracked');
  expect(line({ keptReason: 'name' })).toBe('a: 1234567, long-lived');
  expect(line({ keptReason: 'name', kept: false })).toBe('a: 1234567, untracked');
  expect(line({ parent: 'main', tracked: true })).toBe('a: 1234567, on main');
});
