import { describe, expect, it } from 'vitest';
import { repoRow } from '../testing/rows';
import { changesOf, type Draft, withSettings } from './draft';

const saved: Draft = {
  name: 'shop',
  url: 'https://git.example.com/acme/shop.git',
  trunk: 'main',
  engine: 'auto',
  autoSyncMinutes: '15',
  autoRestack: false,
  autoSyncMoves: true,
  allowNonAtomicPush: false,
};

describe('the form of the settings', () => {
  it('asks for nothing where nothing changed, spaces aside', () => {
    expect(changesOf(saved, { ...saved, name: ' shop ', autoSyncMinutes: '15 ' })).toEqual({
      changes: {},
      problems: {},
    });
  });

  it('asks for what changed and for nothing else', () => {
    const draft = { ...saved, trunk: 'develop', autoSyncMinutes: '30', autoRestack: true };
    expect(changesOf(saved, draft).changes).toEqual({ trunk: 'develop', autoSyncMinutes: 30, autoRestack: true });
  });

  it('switches automatic sync off where its field is emptied', () => {
    expect(changesOf(saved, { ...saved, autoSyncMinutes: ' ' }).changes).toEqual({ autoSyncMinutes: null });
  });

  it.each(['soon', '1.5', '1e3', '15 min'])('says that %j is no number of minutes', (autoSyncMinutes) => {
    const { changes, problems } = changesOf(saved, { ...saved, autoSyncMinutes });
    expect(changes).toEqual({});
    expect(problems.autoSyncMinutes).toMatch(/whole minutes/);
  });

  it('takes the settings of the answer, and nothing that the feed may know newer', () => {
    const known = repoRow('r', { name: 'shop', syncedAt: '2026-11-27T10:00:05.000Z', trunkTip: 'b' });
    const answered = repoRow('r', { name: 'store', syncedAt: '2026-11-27T10:00:00.000Z', trunkTip: 'a' });
    expect(withSettings(known, answered)).toEqual({ ...known, name: 'store' });
  });
});
