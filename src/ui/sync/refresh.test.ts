import { describe, expect, it } from 'vitest';
import { jobDetail } from '../testing/rows';
import { staleSince } from './refresh';

const NOON = '2026-01-01T12:00:00.000Z';
const later = (minutes: number) => Date.parse(NOON) + minutes * 60_000;
const synced = { syncedAt: NOON, syncErrorAt: null };

describe('what a page shows is stale', () => {
  it('five minutes after the remote was last looked at', () => {
    expect(staleSince(synced, [], later(4))).toBeNull();
    expect(staleSince(synced, [], later(6))).toBe(NOON);
  });

  it('likewise after a look that failed, so that an unreachable remote is not asked at every opening', () => {
    const failed = { syncedAt: '2026-01-01T11:00:00.000Z', syncErrorAt: NOON };
    expect(staleSince(failed, [], later(4))).toBeNull();
    expect(staleSince(failed, [], later(6))).toBe(NOON);
  });

  it('unless a job is under way, which looks too', () => {
    expect(staleSince(synced, [jobDetail(1, { status: 'running' })], later(6))).toBeNull();
    expect(staleSince(synced, [jobDetail(1, { status: 'completed' })], later(6))).toBe(NOON);
  });

  it('never before the first look', () => {
    expect(staleSince({ syncedAt: null, syncErrorAt: null }, [], later(6))).toBeNull();
  });
});
