import { describe, expect, it } from 'vitest';
import { branchRow } from '../../testing/rows';
import { layoutStack } from '../layout';
import { type HandEvent, type MoveInHand, nextHand, pickUpWords } from './hand';

const branches = [
  branchRow('a'),
  branchRow('b', { parent: 'a' }),
  branchRow('c', { parent: 'b' }),
  branchRow('z'),
  branchRow('old', { merged: true }),
];
const stack = { trunk: 'main', branches, picture: layoutStack(branches) };
const handAfter = (...events: HandEvent[]) =>
  events.reduce<MoveInHand | null>((hand, event) => nextHand(hand, event, stack), null);

describe('a branch in hand', () => {
  it('is picked up, aimed and dropped, and waits there for the confirmation', () => {
    const aimed = handAfter({ is: 'picked_up', branch: 'b' }, { is: 'over', target: 'a' }, { is: 'over', target: 'z' });
    expect(aimed).toEqual({ branch: 'b', target: 'z', dropped: false });
    const dropped = nextHand(aimed, { is: 'dropped', target: 'z' }, stack);
    expect(dropped).toEqual({ branch: 'b', target: 'z', dropped: true });
    expect(nextHand(dropped, { is: 'over', target: 'main' }, stack)).toBe(dropped);
  });

  it('goes back where it is dropped on what it cannot stand on, or on nothing', () => {
    for (const target of ['c', 'a', 'old', 'b', null])
      expect(handAfter({ is: 'picked_up', branch: 'b' }, { is: 'dropped', target })).toBeNull();
  });

  it('goes back when it is left, aimed or dropped', () => {
    expect(handAfter({ is: 'picked_up', branch: 'b' }, { is: 'left' })).toBeNull();
    expect(handAfter({ is: 'picked_up', branch: 'b' }, { is: 'dropped', target: 'z' }, { is: 'left' })).toBeNull();
  });

  it('gives way to one that is picked up anew, even where it waits', () => {
    const again = handAfter(
      { is: 'picked_up', branch: 'b' },
      { is: 'dropped', target: 'z' },
      { is: 'picked_up', branch: 'c' },
    );
    expect(again).toEqual({ branch: 'c', target: null, dropped: false });
  });

  it('is none where nothing was picked up', () => {
    expect(handAfter({ is: 'over', target: 'z' })).toBeNull();
    expect(handAfter({ is: 'dropped', target: 'z' })).toBeNull();
  });
});

describe('what is said of picking up', () => {
  it('counts what moves with the branch', () => {
    expect(pickUpWords('a', stack)).toMatchObject({
      can: true,
      words: expect.stringMatching(/^Picked up a and 2 above\./),
    });
    expect(pickUpWords('z', stack)).toMatchObject({ can: true, words: expect.stringMatching(/^Picked up z\./) });
  });

  it('is why it cannot be', () => {
    expect(pickUpWords('main', stack)).toEqual({ can: false, words: 'main cannot be moved. It is the trunk.' });
    expect(pickUpWords('old', stack)).toEqual({ can: false, words: 'old cannot be moved. It is merged.' });
  });
});
