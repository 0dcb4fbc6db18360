import { expect, it } from 'vitest';
import { branchRow } from '@/ui/testing/rows';
import { countStates } from './last-restack';

const foreseen = (failure: { code: 'CONFLICT'; message: string; hint: string } | null) => ({
  ...{ outline: { failure, heldBack: [], moves: [] }, stale: false, tipsKey: 'tips' },
});

it('says of a repo whose Restack nobody could foresee why that is, and else nothing of it', () => {
  const failure = { code: 'CONFLICT' as const, message: 'It cannot be foreseen.', hint: '' };
  expect(countStates([branchRow('a')], 'main', foreseen(failure))).toMatchObject({
    noForecast: 'It cannot be foreseen.',
    needs: [],
  });
  expect(countStates([branchRow('a')], 'main', foreseen(null))).not.toHaveProperty('noForecast');
  expect(countStates([branchRow('a')], 'main', null)).not.toHaveProperty('noForecast');
});
