import { describe, expect, it } from 'vitest';
import { EMPTY_RESULT, type JobResult } from '@/model/result';
import { type MoveOutcome, summary } from './summary';

const job = (kind: Parameters<typeof summary>[0]['kind'], branch: string | null = null) => ({
  kind,
  branch,
  parent: null,
});
const move = (branch: string, more: Partial<MoveOutcome> = {}): MoveOutcome => ({
  ...{ branch, parent: 'main', refMoved: true, baseNamed: false, now: 'there' as const },
  ...more,
});
const result = (more: Partial<JobResult>): JobResult => ({ ...EMPTY_RESULT, ...more });

describe('how a job ended, in one line', () => {
  it('leaves the case of branch names alone, wherever they stand', () => {
    const registered = [{ branch: 'checkout/cart-totals', parent: 'main' }];
    expect(summary(job('register_existing_branch'), result({ registered }), [], 'main')).toBe(
      'Registered checkout/cart-totals on main.',
    );
    expect(summary(job('create_branch', 'fix'), result({}), [move('fix')], 'trunk')).toBe('Made fix on trunk.');
    expect(summary(job('restack_repo'), result({}), [move('a', { refMoved: false })], 'main')).toBe(
      'Tracked a on main now.',
    );
  });

  it('tells what moved, what was held back, what was dropped, and what others did meanwhile', () => {
    const held = [{ branch: 'c', reason: { kind: 'below' as const, branch: 'b' } }];
    const dropped = [{ branch: 'a', commit: '1', subject: 'One' }];
    const moves = [move('a'), move('b', { now: 'moved_on' }), move('d', { now: 'gone' })];
    expect(summary(job('restack_repo'), result({ heldBack: held, dropped }), moves, 'main')).toBe(
      'Moved 3 branches; held back c; dropped 1 commit, already below; pushed to by others since: b; deleted by others since: d.',
    );
  });

  it('ends with the notes and the words of the engine, also where nothing moved', () => {
    const warnings = [{ branch: 'a', kind: 'engine' as const, commits: [], message: 'a: skipped' }];
    expect(summary(job('restack_repo'), result({ notes: ['It is so.'], warnings }), [], 'main')).toBe(
      'Nothing to do: no branch has to move. It is so. The engine says: a: skipped.',
    );
  });
});
