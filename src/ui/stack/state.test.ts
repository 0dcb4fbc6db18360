import { describe, expect, it } from 'vitest';
import { branchRow, jobDetail, jobMove, jobResult } from '../testing/rows';
import { NO_NEWS, newsByBranch, standingOf } from './state';

describe('how a branch stands', () => {
  it('is said with the job that is about to move it', () => {
    const planned = jobMove(1, { branch: 'b', state: 'planned' });
    const at = (status: 'running' | 'error') =>
      newsByBranch([jobDetail(2, { status }, { moves: [planned] })]).get('b') ?? NO_NEWS;
    expect(standingOf(branchRow('b'), { is: 'moving' }, at('running')).detail).toBe('by #2');
    expect(at('error').mover).toBeNull();
  });

  it('is the same object while nothing of it has changed, however far its job is', () => {
    const planned = jobMove(1, { branch: 'b', state: 'planned' });
    const at = (message: string) => [jobDetail(2, { status: 'running', message }, { moves: [planned] })];
    const before = newsByBranch(at('Planning'));
    expect(newsByBranch(at('Pushing'), before).get('b')).toBe(before.get('b'));
    expect(newsByBranch([jobDetail(3, { branch: 'b' }), ...at('Pushing')], before).get('b')).not.toBe(before.get('b'));
  });

  it('tells that the remote has refused it, until it was moved', () => {
    const reason = { kind: 'protected', message: 'frozen' } as const;
    const held = jobDetail(2, { status: 'completed', result: jobResult({ heldBack: [{ branch: 'b', reason }] }) });
    const moved = jobDetail(3, { status: 'completed' }, { moves: [jobMove(1, { branch: 'b' })] });
    const says = (jobs: Parameters<typeof newsByBranch>[0]) =>
      standingOf(branchRow('b'), { is: 'will_move', with: null }, newsByBranch(jobs).get('b') ?? NO_NEWS).detail;
    expect(says([held])).toBe('the remote refused it last time: frozen');
    expect(says([moved, held])).toBe('');
  });
});
