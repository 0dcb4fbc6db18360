import { describe, expect, it } from 'vitest';
import { branchRow } from '../../testing/rows';
import { layoutStack } from '../layout';
import { moveWords, possibleParents } from './choices';
import { dropProblem, movedWith, pickUpProblem } from './rules';

const branches = [
  branchRow('a'),
  branchRow('b', { parent: 'a' }),
  branchRow('c', { parent: 'b' }),
  branchRow('d', { parent: 'a' }),
  branchRow('old', { merged: true }),
  branchRow('lost', { gone: true }),
  branchRow('new', { tracked: false, parent: null }),
];
const stack = { trunk: 'main', branches, picture: layoutStack(branches) };

describe('a move', () => {
  it('takes along everything that stands on the branch', () => {
    expect(movedWith('a', stack.picture)).toEqual(['a', 'd', 'b', 'c']);
    expect(movedWith('c', stack.picture)).toEqual(['c']);
  });

  it('is refused where it would change nothing or make a circle', () => {
    expect(dropProblem('a', 'main', stack)).toBe('Already on main');
    expect(dropProblem('a', 'c', stack)).toBe('c stands on it');
    expect(dropProblem('a', 'a', stack)).toBe('Aim at another branch');
  });

  it('is refused onto what no branch can stand on', () => {
    expect(dropProblem('b', 'old', stack)).toBe('old is merged');
    expect(dropProblem('b', 'lost', stack)).toBe('lost is gone');
    expect(dropProblem('b', 'new', stack)).toBe('new is untracked: register it first');
  });

  it('goes onto the trunk and onto any other branch', () => {
    expect(dropProblem('b', 'main', stack)).toBeNull();
    expect(dropProblem('b', 'd', stack)).toBeNull();
  });

  it('begins with a branch that is tracked and still there', () => {
    expect(branches.filter((branch) => pickUpProblem(branch) === null).map(({ name }) => name)).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
  });

  it('is offered onto exactly what it can be dropped on', () => {
    for (const { name } of branches.filter((branch) => branch.tracked && !branch.merged)) {
      const possible = ['main', ...branches.map((each) => each.name)];
      expect(possibleParents(name, stack)).toEqual(
        possible.filter((target) => dropProblem(name, target, stack) === null),
      );
    }
    expect(moveWords('a', stack.picture)).toBe('Move it and 3 above it onto');
    expect(moveWords('c', stack.picture)).toBe('Move onto');
  });
});
