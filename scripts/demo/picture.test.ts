import { expect, test } from 'vitest';
import { drawStack, type PictureBranch } from './picture';

const branch = (name: string, parent: string | null, more: Partial<PictureBranch> = {}): PictureBranch => ({
  name,
  parent,
  suggestedParent: null,
  tracked: parent !== null,
  merged: false,
  gone: false,
  needsRestack: false,
  ahead: 1,
  behind: 0,
  tip: 'abcdef0123',
  forecast: null,
  ...more,
});

test('the picture shows each stack indented on trunk, with the state of each branch', () => {
  const lines = drawStack('main', '1234567890', [
    branch('a', 'main'),
    branch('b', 'a', { needsRestack: true, behind: 2, forecast: { outcome: 'conflict', files: ['x.js'] } }),
    branch('c', 'b', { ahead: 3 }),
    branch('d', 'a', { merged: true }),
    branch('loose', null, { suggestedParent: 'main' }),
    branch('orphan', 'not-there'),
  ]);
  expect(lines).toEqual([
    'main 1234567',
    '├─ a        abcdef0  +1',
    '│  ├─ b     abcdef0  +1 −2  needs restack, conflicts in x.js',
    '│  │  └─ c  abcdef0  +3',
    '│  └─ d     abcdef0  merged',
    '└─ orphan   abcdef0  +1',
    '·  loose    abcdef0  +1  not tracked; suggested parent: main',
  ]);
});

test('rows that stand on each other in a circle are drawn all the same', () => {
  const lines = drawStack('main', null, [branch('a', 'b'), branch('b', 'a')]);
  expect(lines).toHaveLength(3);
});
