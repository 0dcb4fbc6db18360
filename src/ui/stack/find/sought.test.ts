import { describe, expect, it } from 'vitest';
import { type BranchState, STATE_FILTERS, type StateFilter } from '@/repos/branch-state';
import { branchRow } from '../../testing/rows';
import { sought } from './sought';

const NOW = Date.parse('2026-06-30T00:00:00Z');
const branches = [
  branchRow('auth/login', {
    author: 'Mara Lind',
    subject: 'Log-in form',
    committedAt: '2026-06-29T00:00:00Z',
    prNumber: 12,
    prState: 'open',
    review: 'approved',
    ci: 'success',
  }),
  branchRow('auth/reset', {
    author: 'Jonas Weber',
    subject: 'Reset a password',
    committedAt: '2026-06-01T00:00:00Z',
    prNumber: 112,
    prState: 'draft',
    ci: 'failure',
  }),
  branchRow('perf/cache', { author: 'pixel-agent[bot]', subject: 'Cache: is:conflict in words', committedAt: null }),
];
const states: Record<string, BranchState> = {
  'auth/login': { is: 'in_place' },
  'auth/reset': { is: 'conflict', files: ['a.ts'] },
  'perf/cache': { is: 'blocked', by: 'auth/reset' },
};

function found(text: string, author: string | null = 'Mara Lind'): string[] {
  const { keeps } = sought(text, { author, now: NOW });
  return branches.filter((branch) => keeps(branch, states[branch.name] ?? { is: 'in_place' })).map(({ name }) => name);
}
const [login, reset, cache] = branches.map(({ name }) => name);

describe('what is typed into Find', () => {
  it.each<[string, Array<string | undefined>]>([
    ['', [login, reset, cache]],
    ['AUTH', [login, reset]],
    ['auth password', [reset]],
    ['"reset a"', [reset]],
    ['auth -reset', [login]],
    ['author:mara', [login]],
    ['author:"jonas weber"', [reset]],
    ['author:me', [login]],
    ['author:agents', [cache]],
    ['-author:agents', [login, reset]],
    ['is:conflict', [reset]],
    ['is:held', [cache]],
    ['is:held is:conflict', []],
    ['IS:Clean', [login]],
    ['pr:12', [login]],
    ['pr:#112', [reset]],
    ['pr:none', [cache]],
    ['pr:approved pr:green', [login]],
    ['pr:red', [reset]],
    ['age:<7d', [login]],
    ['age:>2w', [reset]],
    ['age:>1h auth', [login, reset]],
    // What only looks like such a word is a word as any other.
    ['cache:', [cache]],
    ['"is:conflict"', [cache]],
    ['https://x', []],
    ['-', [login]],
  ])('%j keeps %j', (text, names) => {
    expect(found(text)).toEqual(names);
  });

  it.each([
    ['is:zzz', /is: takes conflict/],
    ['is:', /is: takes/],
    ['is:__proto__', /is: takes/],
    ['is:constructor', /is: takes/],
    ['pr:__proto__', /pr: takes a number/],
    ['pr:zzz', /pr: takes a number/],
    ['age:7', /age: takes/],
    ['age:>7x', /age: takes/],
    ['-is:zzz', /is: takes/],
  ])('%j keeps nothing, and says what it could be', (text, problem) => {
    expect(found(text)).toEqual([]);
    expect(sought(text, { author: null, now: NOW }).problem).toMatch(problem);
  });

  it('author:me asks who that is', () => {
    expect(sought('author:me', { author: null, now: NOW }).problem).toMatch(/who you are/);
  });

  const every: BranchState[] = [
    ...(['in_place', 'moving', 'untracked', 'long_lived', 'merged', 'gone', 'too_large'] as const).map((is) => ({
      is,
    })),
    { is: 'will_move', with: null },
    { is: 'conflict', files: [] },
    { is: 'blocked', by: 'a' },
    { is: 'parent_gone', parent: 'a' },
    { is: 'unrelated', parent: 'a' },
  ];
  it.each<[string, StateFilter]>([
    ['is:held', 'held_back'],
    ['is:conflict', 'conflicts'],
    ['is:restack', 'needs_restack'],
    ['is:untracked', 'untracked'],
    ['is:merged', 'merged'],
  ])('%s keeps just what the filter %s keeps, however a branch stands', (word, filter) => {
    const { keeps } = sought(word, { author: null, now: NOW });
    const kept = every.filter((state) => keeps(branchRow('a'), state));
    expect(kept).not.toEqual([]);
    expect(kept).toEqual(every.filter((state) => STATE_FILTERS[filter](state)));
  });
});
