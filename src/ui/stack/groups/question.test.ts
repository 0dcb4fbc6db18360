import { expect, it } from 'vitest';
import { branchRow } from '../../testing/rows';
import { outlineQuestion, restackQuestion } from './question';

const branches = (n: number) => Array.from({ length: n }, (_, i) => branchRow(`b/${i}`));

it('asks nothing before a few branches move, and says how many before many do', () => {
  expect(restackQuestion(branches(25))).toBeNull();
  expect(restackQuestion(branches(26))).toBe('26 branches will be pushed.');
});

it('asks before an approved pull request is pushed, with what that costs as far as the forge tells', () => {
  const approved = branchRow('a', { prState: 'open', review: 'approved', ci: 'success' });
  expect(restackQuestion([approved])).toBe('1 branch will be pushed: that may dismiss 1 approval and starts 1 CI run.');
  expect(restackQuestion([{ ...approved, review: 'required' }])).toBeNull();
  expect(restackQuestion([{ ...approved, prState: 'merged' }])).toBeNull();
});

it('asks the same of what a forecast says would move, and of nothing else', () => {
  const approved = branchRow('a', { prState: 'open', review: 'approved', ci: null });
  const move = { from: '1', parentBefore: null, onto: 'main', commits: 1, tree: null };
  const outline = (moves: boolean) => ({ moves: [{ ...move, branch: 'a', moves }] });
  expect(outlineQuestion(outline(true), [approved])).toBe('1 branch will be pushed: that may dismiss 1 approval.');
  expect(outlineQuestion(outline(false), [approved])).toBeNull();
});
