import { describe, expect, it } from 'vitest';
import { conflictBlocks } from './conflict-blocks';

describe('a conflicted text', () => {
  it('comes apart into what both sides agree on and the sides of each conflict', () => {
    const text = 'a\n<<<<<<< main\nours\n=======\ntheirs 1\ntheirs 2\n>>>>>>> 1234567 (subject)\nz\n';
    expect(conflictBlocks(text)).toEqual([
      { kind: 'agreed', line: 1, lines: ['a'] },
      { kind: 'conflict', line: 2, ours: ['ours'], base: null, theirs: ['theirs 1', 'theirs 2'] },
      { kind: 'agreed', line: 8, lines: ['z'] },
    ]);
  });

  it('has the base where git wrote it', () => {
    expect(conflictBlocks('<<<<<<< main\n||||||| base\nwas\n=======\nis\n>>>>>>> x')).toEqual([
      { kind: 'conflict', line: 1, ours: [], base: ['was'], theirs: ['is'] },
    ]);
  });

  it('keeps underlines of a text that is no conflict, and markers that do not close', () => {
    expect(conflictBlocks('Title\n=======\n')).toEqual([{ kind: 'agreed', line: 1, lines: ['Title', '======='] }]);
    expect(conflictBlocks('<<<<<<< main\nours')).toEqual([
      { kind: 'agreed', line: 1, lines: ['<<<<<<< main', 'ours'] },
    ]);
  });
});
