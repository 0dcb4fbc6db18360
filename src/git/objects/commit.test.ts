import { describe, expect, test } from 'vitest';
import { formatCommit, formatTree, parseCommit, parseTree, subjectOf } from './commit';

const TREE = '1'.repeat(40);
const PARENT = '2'.repeat(40);

describe('commits', () => {
  test('are read and written to the byte, without their signature and other extra headers', () => {
    const raw = Buffer.from(
      `tree ${TREE}\nparent ${PARENT}\nauthor J\xf6rg  <j> 1 -0730\ncommitter X <x> 2 +0000\nencoding ISO-8859-1\n` +
        `gpgsig -----BEGIN\n parent of nothing\n -----END\nmergetag object 3\n tree 4\nchange-id abc\n\n\n\nGr\xfc\xdfe\nno newline`,
      'latin1',
    );
    const commit = parseCommit(raw);
    expect(commit).toMatchObject({ tree: TREE, parents: [PARENT], encoding: 'ISO-8859-1', signed: true });
    expect(formatCommit(commit, 'Räck <r> 3 +0100')).toEqual(
      Buffer.concat([
        Buffer.from(`tree ${TREE}\nparent ${PARENT}\nauthor J\xf6rg  <j> 1 -0730\n`, 'latin1'),
        Buffer.from('committer Räck <r> 3 +0100\n'),
        Buffer.from('encoding ISO-8859-1\n\n\n\nGr\xfc\xdfe\nno newline', 'latin1'),
      ]),
    );
  });

  test('have a subject for people: the first paragraph on one line, in its encoding', () => {
    const subject = (message: string, encoding: string | null = null) =>
      subjectOf({ message: Buffer.from(message, encoding ? 'latin1' : 'utf8').toString('latin1'), encoding });
    expect(subject('\n\nÜber\n two lines\n\nBody\n')).toBe('Über two lines');
    expect(subject('Gr\xfc\xdfe\n', 'ISO-8859-1')).toBe('Grüße');
    expect(subject('plain\n', 'no-such-encoding')).toBe('plain');
    expect(subject('')).toBe('');
  });

  test('may have no message at all', () => {
    expect(parseCommit(Buffer.from(`tree ${TREE}\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n`))).toMatchObject({
      parents: [],
      message: '',
      signed: false,
    });
  });
});

describe('trees', () => {
  test('are read as they are written, with ids of either length', () => {
    for (const length of [40, 64]) {
      const entries = [
        { mode: '100644', name: 'a b\n', id: 'a'.repeat(length) },
        { mode: '40000', name: 'dir', id: 'b'.repeat(length) },
      ];
      expect(parseTree(formatTree(entries), length)).toEqual(entries);
    }
  });

  test('that are damaged are an error', () => {
    expect(() => parseTree(Buffer.from('100644 name without an end'), 40)).toThrow(/tree/);
  });
});
