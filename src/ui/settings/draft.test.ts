import { describe, expect, it } from 'vitest';
import { changesOf, type Draft } from './draft';

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
});
