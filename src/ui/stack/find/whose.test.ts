import { expect, it } from 'vitest';
import { searchedWith, whoseOf } from './whose';

it('whose branches are shown is a word of the search, beside the others', () => {
  const mine = searchedWith('gift is:conflict', 'mine');
  expect([mine, whoseOf(mine)]).toEqual(['author:me gift is:conflict', 'mine']);
  const agents = searchedWith(mine, 'agents');
  expect([agents, whoseOf(agents)]).toEqual(['author:agents gift is:conflict', 'agents']);
  expect(searchedWith(agents, 'all')).toBe('gift is:conflict');
  expect(whoseOf('author:mara')).toBe('all');
});
