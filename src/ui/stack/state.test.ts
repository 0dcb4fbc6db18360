import { describe, expect, it } from 'vitest';
import { outlineOf } from '@/model/result';
import { branchRow, jobDetail, jobMove, jobResult } from '../testing/rows';
import { coveredBy, NO_NEWS, newsByBranch, standingOf } from './state';

const nothing = { branches: [], states: new Map() };

describe('how a branch stands', () => {
  it('is said with the job that is about to move it', () => {
    const planned = jobMove(1, { branch: 'b', state: 'planned' });
    const at = (status: 'running' | 'error') =>
      newsByBranch([jobDetail(2, { status }, { moves: [planned] })], nothing).get('b') ?? NO_NEWS;
    expect(standingOf(branchRow('b'), { is: 'moving' }, at('running')).detail).toBe('by #2');
    expect(at('error').mover).toBeNull();
  });

  it('is the same object while nothing of it has changed, however far its job is', () => {
    const planned = jobMove(1, { branch: 'b', state: 'planned' });
    const at = (message: string) => [jobDetail(2, { status: 'running', message }, { moves: [planned] })];
    const before = newsByBranch(at('Planning'), nothing);
    expect(newsByBranch(at('Pushing'), nothing, before).get('b')).toBe(before.get('b'));
    expect(newsByBranch([jobDetail(3, { branch: 'b' }), ...at('Pushing')], nothing, before).get('b')).not.toBe(
      before.get('b'),
    );
  });

  it('tells that the remote has refused it, until it was moved', () => {
    const reason = { kind: 'protected', message: 'frozen' } as const;
    const held = jobDetail(2, { status: 'completed', result: jobResult({ heldBack: [{ branch: 'b', reason }] }) });
    const moved = jobDetail(3, { status: 'completed' }, { moves: [jobMove(1, { branch: 'b' })] });
    const says = (jobs: Parameters<typeof newsByBranch>[0]) =>
      standingOf(branchRow('b'), { is: 'will_move', with: null }, newsByBranch(jobs, nothing).get('b') ?? NO_NEWS)
        .detail;
    expect(says([held])).toBe('the remote refused it last time: frozen');
    expect(says([moved, held])).toBe('');
    // Where a later job has left many, and a list not said which, nobody knows whether it was among them.
    const many = jobDetail(3, { result: outlineOf(jobResult({ gone: Array(101).fill('g') })) });
    expect(says([many, held])).toBe('');
  });
});

describe('what a job is still to move', () => {
  const branches = [
    branchRow('a'),
    branchRow('b', { parent: 'a' }),
    branchRow('c', { parent: 'b' }),
    branchRow('other'),
    branchRow('still'),
  ];
  const willMove = { is: 'will_move', with: null } as const;
  const states = new Map(
    branches.map(({ name }) => [name, name === 'still' ? ({ is: 'in_place' } as const) : willMove]),
  );
  const covered = (...jobs: Parameters<typeof newsByBranch>[0]) => {
    const news = newsByBranch(jobs, { branches, states });
    return branches.flatMap(({ name }) => {
      const words = coveredBy(states.get(name) ?? willMove, news.get(name) ?? NO_NEWS);
      return words === null ? [] : [`${name}: ${words}`];
    });
  };

  it('is asked for no more, neither while that waits nor while it plans', () => {
    const restack = { kind: 'restack_subtree', branch: 'b' } as const;
    expect(covered(jobDetail(4, restack))).toEqual(['b: #4 waits to move it.', 'c: #4 waits to move it.']);
    expect(covered(jobDetail(4, { ...restack, status: 'running' }))).toEqual([
      'b: #4 is about to move it.',
      'c: #4 is about to move it.',
    ]);
    // Where all are restacked, what is in place is moved by nobody.
    expect(covered(jobDetail(4, { kind: 'restack_repo' }))).toEqual(
      ['a', 'b', 'c', 'other'].map((name) => `${name}: #4 waits to move it.`),
    );
  });

  it('is free where jobs only look, or have ended', () => {
    expect(covered(jobDetail(4, { kind: 'sync_repo' }))).toEqual([]);
    expect(covered(jobDetail(4, { kind: 'restack_subtree', branch: 'b', status: 'completed' }))).toEqual([]);
  });
});
