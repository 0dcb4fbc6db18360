import { describe, expect, it } from 'vitest';
import { branchRow } from '../../testing/rows';
import { previewSuggestions } from './suggestions';

const untracked = (name: string, suggestedParent: string | null, row = {}) =>
  branchRow(name, { tracked: false, parent: null, base: null, suggestedParent, ...row });

describe('the preview of a registration of every suggestion', () => {
  it('shows each branch after the one that it would stand on, with its level', () => {
    const rows = previewSuggestions([untracked('b', 'a'), untracked('a', 'main'), untracked('c', 'main')]);
    expect(rows).toEqual([
      { name: 'c', parent: 'main', level: 1, fresh: true },
      { name: 'a', parent: 'main', level: 1, fresh: true },
      { name: 'b', parent: 'a', level: 2, fresh: true },
    ]);
  });

  it('shows what is there already only below something new', () => {
    const rows = previewSuggestions([branchRow('a'), branchRow('other'), untracked('b', 'a')]);
    expect(rows.map(({ name, fresh }) => [name, fresh])).toEqual([
      ['a', false],
      ['b', true],
    ]);
  });

  it('leaves out what has no suggestion, is merged or is gone', () => {
    expect(
      previewSuggestions([
        untracked('a', null),
        untracked('b', 'main', { merged: true }),
        untracked('c', 'main', { gone: true }),
      ]),
    ).toEqual([]);
  });
});
