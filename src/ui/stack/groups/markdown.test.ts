import { expect, it } from 'vitest';
import { branchRow } from '../../testing/rows';
import { markdownOf } from './markdown';

it('lists the branches in the order of the picture, and takes nothing in a subject for markup', () => {
  const rows = [
    branchRow('b', { subject: 'Pay *now* <b>' }),
    branchRow('a', { subject: 'Cart', prNumber: 7, prUrl: 'https://forge/7' }),
  ];
  expect(markdownOf({ branches: ['a', 'b'] }, rows)).toBe(
    '- `a` [#7](https://forge/7): Cart\n- `b`: Pay \\*now\\* \\<b\\>\n',
  );
});
