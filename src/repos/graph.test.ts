import { describe, expect, test } from 'vitest';
import { bottoms, Graph, type GraphBranch, stackBottoms } from './graph';

const row = (name: string, parent: string | null, more: Partial<GraphBranch> = {}): GraphBranch => ({
  name,
  parent,
  tracked: parent !== null,
  merged: false,
  gone: false,
  ...more,
});
const names = (branches: GraphBranch[]) => branches.map((branch) => branch.name);

describe('Graph', () => {
  const graph = new Graph(
    [
      row('c', 'b'),
      row('a', 'main'),
      row('side', 'a'),
      row('b', 'a', { merged: true }),
      row('loose', null),
      row('other', 'main'),
    ],
    'main',
  );

  test('lists a branch and all above it bottom up', () => {
    expect(names(graph.subtree('a'))).toEqual(['a', 'b', 'side', 'c']);
    expect(names(graph.childrenOf('main'))).toEqual(['a', 'other']);
    expect(names(graph.bottomUp())).toEqual(['a', 'other', 'b', 'side', 'c']);
  });

  test('a branch on merged ones is to stand on what those stood on', () => {
    expect(graph.effectiveParent('c')).toBe('a');
    expect(graph.effectiveParent('side')).toBe('a');
    expect(
      new Graph(
        [row('a', 'main', { merged: true }), row('b', 'a', { merged: true }), row('c', 'b')],
        'main',
      ).effectiveParent('c'),
    ).toBe('main');
  });

  test('knows what would close a circle', () => {
    expect(graph.wouldCycle('a', 'c')).toBe(true);
    expect(graph.wouldCycle('a', 'a')).toBe(true);
    expect(graph.wouldCycle('c', 'side')).toBe(false);
    expect(graph.wouldCycle('c', 'main')).toBe(false);
    expect(graph.isAbove('c', 'main')).toBe(true);
    expect(graph.isAbove('main', 'c')).toBe(false);
  });

  test('a tall stack that stands on nothing takes one walk, and not one a branch', () => {
    let asked = 0;
    class Counted extends Graph {
      override childrenOf(name: string) {
        asked += 1;
        return super.childrenOf(name);
      }
    }
    const tall = Array.from({ length: 200 }, (_, i) => row(`b${i}`, i === 0 ? 'nowhere' : `b${i - 1}`));
    expect(names(new Counted(tall, 'main').bottomUp())).toEqual(tall.map(({ name }) => name));
    expect(asked).toBeLessThan(2 * tall.length);
  });

  test('rows in a circle and rows on a missing parent end every walk and come last', () => {
    const odd = new Graph(
      [row('y', 'x'), row('x', 'y'), row('lost', 'nowhere'), row('on-lost', 'lost'), row('a', 'main')],
      'main',
    );
    expect(names(odd.bottomUp())).toEqual(['a', 'lost', 'on-lost', 'y', 'x']);
    expect(names(odd.subtree('x'))).toEqual(['x', 'y']);
    expect(odd.wouldCycle('x', 'y')).toBe(true);
    expect(odd.effectiveParent('lost')).toBe('nowhere');
    const merged = { merged: true };
    expect(new Graph([row('x', 'y', merged), row('y', 'x', merged)], 'main').effectiveParent('x')).toBe('main');
  });
});

describe('the bottom of a stack', () => {
  test('is below whatever has landed in it, and above what no Restack moves', () => {
    const bottomOf = stackBottoms(
      new Graph(
        [
          row('a', 'main'),
          row('landed', 'a', { merged: true }),
          row('b', 'landed'),
          row('c', 'b'),
          { ...row('release', 'main'), kept: true },
          row('fix', 'release'),
          row('wip', 'main', { gone: true }),
          row('lost', 'wip'),
          row('loose', null),
          row('on-loose', 'loose'),
        ],
        'main',
      ),
    );
    expect(['c', 'b', 'a'].map(bottomOf)).toEqual(['a', 'a', 'a']);
    expect(['fix', 'lost', 'on-loose', 'loose'].map(bottomOf)).toEqual(['fix', 'lost', 'on-loose', 'loose']);
  });

  test('is one for all that stand in a circle, or on it, and each is walked over once', () => {
    const parents: Record<string, string> = { x: 'y', y: 'z', z: 'x', 'on-x': 'x', self: 'self' };
    const walked: string[] = [];
    const bottomOf = bottoms((name) => {
      walked.push(name);
      return parents[name];
    });
    expect(new Set(['on-x', 'z', 'y', 'x'].map(bottomOf)).size).toBe(1);
    expect(bottomOf('self')).toBe('self');
    expect(walked.sort()).toEqual(['on-x', 'self', 'x', 'y', 'z']);
  });
});
