import { expect, it } from 'vitest';
import type { BranchState } from '@/repos/branch-state';
import { branchRow, jobDetail, jobMove, jobResult } from '../../testing/rows';
import { branchQuestion, outlineQuestion, restackQuestion, undoQuestion, wholeQuestion } from './question';

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

it('commits that no branch has then are worth a question however few move, those of what a press moves alone', () => {
  const rows = [branchRow('a'), branchRow('b', { parent: 'a' }), branchRow('c')];
  const states = new Map<string, BranchState>([
    ['a', { is: 'will_move', with: null }],
    ['b', { is: 'will_move', with: 'a', leaves: ['1'] }],
    ['c', { is: 'will_move', with: null, leaves: ['1', '2'] }],
  ]);
  expect(branchQuestion('a', rows, states)).toBe('2 branches will be pushed: that leaves 1 commit on no branch.');
  expect(wholeQuestion(rows, states)).toBe('3 branches will be pushed: that leaves 2 commits on no branch.');
  const clean = new Map(states).set('b', { is: 'will_move', with: 'a' });
  expect(branchQuestion('a', rows, clean)).toBeNull();
});

it('asks before an undo that pushes an approved pull request, and not where it only left others alone', () => {
  const approved = branchRow('a', { prState: 'open', review: 'approved', ci: 'success' });
  const rows = [approved, branchRow('b')];
  const moves = (branch: string) =>
    jobDetail(1, {}, { moves: [{ ...jobMove(1, { before: 'x', after: 'y' }), branch }] });
  expect(undoQuestion(moves('a'), rows)).toBe(
    '1 branch will be pushed: that may dismiss 1 approval and starts 1 CI run.',
  );
  expect(undoQuestion(moves('b'), rows)).toBeNull();
  const many = jobDetail(1, { result: jobResult({ moved: { branches: 990, refs: 980 } }) });
  expect(undoQuestion(many, rows)).toBe('990 branches will be pushed, unless one of them has moved since.');
});
