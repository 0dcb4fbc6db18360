import { describe, expect, it } from 'vitest';
import { branchRow, jobDetail } from '../../testing/rows';
import { entriesOf } from '../entries';
import { filterStack } from '../filter';
import { layoutStack } from '../layout';
import { afterMoves, type PendingMoves, pendingMoves, requestName, withGhosts } from './pending';

const branches = [branchRow('a'), branchRow('b', { parent: 'a' }), branchRow('c', { parent: 'b' }), branchRow('z')];
const NOTHING_SENT = new Map();
const reparent = { kind: 'reparent_branch', branch: 'b', parent: 'z' } as const;

/** The rows from top to bottom, each with its lane and its parent's; ghosts in brackets. */
function rows(moves: PendingMoves, search = ''): string[] {
  const after = afterMoves(branches, moves);
  const stack = filterStack(after, new Map(), layoutStack(after), { filter: 'all', search });
  return withGhosts(entriesOf(stack, 'main'), branches, moves, 'main').map(({ name, ghost, place }) =>
    [ghost ? `(${ghost})` : name, ...(place ? [place.lane, place.parentLane] : [])].join(' '),
  );
}

describe('a move under way', () => {
  it('is known from the press, then from its job, until the branch has the new parent', () => {
    const pressed = new Map([['b', { name: requestName('reparent_branch', 'z'), waiting: true, jobId: null }]]);
    expect([...pendingMoves(branches, [], pressed)]).toEqual([['b', 'z']]);
    const running = jobDetail(3, { ...reparent, status: 'running' });
    expect([...pendingMoves(branches, [running], NOTHING_SENT)]).toEqual([['b', 'z']]);
    const moved = branches.map((branch) => (branch.name === 'b' ? { ...branch, parent: 'z' } : branch));
    expect([...pendingMoves(moved, [running], NOTHING_SENT)]).toEqual([]);
  });

  it('is over when its request was refused or its job has ended', () => {
    const refused = new Map([['b', { name: requestName('reparent_branch', 'z'), waiting: false, jobId: null }]]);
    const ended = jobDetail(3, { ...reparent, status: 'error' });
    expect([...pendingMoves(branches, [ended], refused)]).toEqual([]);
  });

  it('shows the branch with all above it at its new place, and a ghost at the old one', () => {
    expect(rows(new Map())).toEqual(['main', 'z 1 0', 'a 1 0', 'b 1 1', 'c 1 1']);
    expect(rows(new Map([['b', 'z']]))).toEqual(['main', 'a 1 0', '(b) 1 1', 'z 1 0', 'b 1 1', 'c 1 1']);
  });

  it('leaves no ghost where a search does not show the old place', () => {
    expect(rows(new Map([['b', 'z']]), 'b')).toEqual(['main', 'z 1 0', 'b 1 1']);
  });

  it('leaves its ghost on the trunk where it stood there', () => {
    expect(rows(new Map([['z', 'c']]))).toEqual(['main', '(z) 1 0', 'a 1 0', 'b 1 1', 'c 1 1', 'z 1 1']);
  });
});
