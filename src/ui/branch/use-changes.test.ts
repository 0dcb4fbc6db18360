import { expect, it } from 'vitest';
import type { ChangesState, FeedEvent } from '@/feed/events';
import { mergeState } from './use-changes';

const state: ChangesState = {
  id: 7,
  repoId: 'repo',
  status: 'pending',
  errorCode: null,
  message: '',
  askedAt: '2026-01-01T00:00:00.000Z',
  computedAt: null,
};
const event = (change: Partial<ChangesState>): FeedEvent => ({
  seq: 2,
  at: state.askedAt,
  repoId: 'repo',
  type: 'changes',
  op: 'upsert',
  row: { ...state, ...change },
});
const asked = { ...state, content: null, cursor: 1 };

it('the feed says when it is there, or why it never will be', () => {
  expect(mergeState(asked, [event({ status: 'ready' })])).toMatchObject({ status: 'ready', content: null });
  expect(mergeState(asked, [event({ status: 'error', message: 'No.' })])).toMatchObject({
    status: 'error',
    message: 'No.',
  });
});

it('what concerns another one, or what is there already, changes nothing', () => {
  expect(mergeState(asked, [event({ id: 8, status: 'ready' })])).toBe(asked);
  const shown = { ...asked, status: 'ready' as const, content: 'all of it' };
  expect(mergeState(shown, [event({ status: 'pending' })])).toBe(shown);
});

it('a row that has made room is asked for anew', () => {
  const gone: FeedEvent = {
    seq: 2,
    at: state.askedAt,
    repoId: 'repo',
    type: 'changes',
    op: 'delete',
    row: { repoId: 'repo', id: 7 },
  };
  expect(mergeState(asked, [gone])).toMatchObject({ status: 'ready', content: null });
});
