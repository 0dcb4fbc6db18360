import { describe, expect, it } from 'vitest';
import { stillRows } from './still';

const still = (rows: string[], held: string[]) => stillRows(rows, new Set(held), (row) => row);

describe('a list of rows', () => {
  it('holds still while somebody is at it, and says how many wait', () => {
    expect(still(['third', 'second', 'first'], ['second', 'first'])).toEqual({
      shown: ['second', 'first'],
      waiting: 1,
    });
  });

  it('lets no row come between two', () => {
    expect(still(['third', 'second', 'first'], ['third', 'first'])).toEqual({ shown: ['third', 'first'], waiting: 1 });
  });

  it('shows what a row says now, though it holds still', () => {
    const rows = [
      { name: 'new', says: 'running' },
      { name: 'known', says: 'completed' },
    ];
    expect(stillRows(rows, new Set(['known']), ({ name }) => name).shown).toEqual([
      { name: 'known', says: 'completed' },
    ]);
  });

  it('goes on below, where older ones come: that moves nobody', () => {
    expect(still(['second', 'first', 'older'], ['second', 'first'])).toEqual({
      shown: ['second', 'first', 'older'],
      waiting: 0,
    });
  });

  it('shows all while nobody is at it', () => {
    expect(still(['third', 'second', 'first'], [])).toEqual({ shown: ['third', 'second', 'first'], waiting: 0 });
  });
});
