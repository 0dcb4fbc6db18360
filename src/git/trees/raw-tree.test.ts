import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fuzzing } from '@/testing/fuzz';
import { formatTree, parseTree, type TreeEntry } from '../objects/commit';
import { RawTree } from './raw-tree';

const EMPTY = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const NAMES = ['a', 'a.c', 'a0', 'b', 'c', 'c-', 'd', 'folder'];
const MODES = ['100644', '100644', '100755', '120000', '160000', '40000', '40000', '100664', '0'];
/** An id with bytes in it that look like the begin of an entry, and one that no folder may have. */
const IDS = ['11'.repeat(20), '22'.repeat(20), Buffer.from('100644 a\0aaaaaaaaaaa').toString('hex'), EMPTY];

const anyEntry = fc.record({
  mode: fc.constantFrom(...MODES),
  name: fc.constantFrom(...NAMES),
  id: fc.constantFrom(...IDS),
});
const inOrder = ({ mode, name }: TreeEntry) => (mode === '40000' ? `${name}/` : name);
const anyEntries = fc.array(anyEntry, { maxLength: 8 }).map((entries) => {
  const sorted = [...entries].sort((a, b) => (inOrder(a) < inOrder(b) ? -1 : 1));
  // Some have a name twice, as a file and as a folder.
  return sorted.filter((entry, i) => i === 0 || inOrder(entry) !== inOrder(sorted[i - 1] ?? entry));
});
const anyTree = anyEntries.map(formatTree);
const anySplice = fc.record({ at: fc.nat(8), removed: fc.nat(2), added: fc.array(anyEntry, { maxLength: 2 }) });
/** A tree, and another one that is much the same: in order or not, and some are cut, or go on with anything. */
const anyTwo = fc
  .record({
    entries: anyEntries,
    splices: fc.array(anySplice, { maxLength: 2 }),
    end: fc.oneof({ weight: 9, arbitrary: fc.constant([]) }, fc.array(fc.nat(255), { maxLength: 30 })),
    cut: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.nat(30)),
  })
  .map(({ entries, splices, end, cut }) => {
    const other = splices.reduce((all, { at, removed, added }) => all.toSpliced(at, removed, ...added), entries);
    const bytes = Buffer.concat([formatTree(other), Buffer.from(end)]);
    return { one: formatTree(entries), other: bytes.subarray(0, Math.max(0, bytes.length - cut)) };
  });

test('a tree is read alike whichever other tree it is read beside', () => {
  const seen = { read: 0, refused: 0 };
  fc.assert(
    fc.property(anyTwo, ({ one, other: bytes }) => {
      const alone = RawTree.parse(bytes, EMPTY);
      const like = RawTree.parse(one, EMPTY);
      const beside = RawTree.parse(bytes, EMPTY, like);
      expect(beside).toEqual(alone);
      expect(beside === null).toBe(alone === null);
      if (!alone || !beside) seen.refused += 1;
      else {
        seen.read += 1;
        // The places of all entries are known, so every one of them is found.
        for (const entry of parseTree(bytes, 40)) expect(beside.entry(entry.name)?.id).toBe(entry.id);
        if (like) expect(beside.difference(like)).toEqual(alone.difference(like));
      }
    }),
    fuzzing(3_000),
  );
  expect(seen.read).toBeGreaterThan(100);
  expect(seen.refused).toBeGreaterThan(100);
});

test('also where a name ends as another entry begins', () => {
  const [id = ''] = IDS;
  const of = (name: string) => formatTree(['a', name].map((one) => ({ mode: '100644', name: one, id })));
  const like = RawTree.parse(of('d'), EMPTY);
  const tree = RawTree.parse(of('e100644 d'), EMPTY, like);
  expect(tree?.entry('e100644 d')).toEqual({ mode: '100644', name: 'e100644 d', id });
  expect(tree?.entry('d')).toBeNull();
  expect(tree?.with(new Map([['a', null]])).bytes).toEqual(of('e100644 d').subarray('100644 a'.length + 21));
});

const anyEdit = fc.tuple(fc.constantFrom(...NAMES), fc.option(anyEntry));

test('an edited tree is the one that its bytes are, and is refused by none of them', () => {
  let edited = 0;
  fc.assert(
    fc.property(anyTree, fc.array(anyEdit, { maxLength: 3 }), (bytes, edits) => {
      const tree = RawTree.parse(bytes, EMPTY);
      if (!tree) return;
      const known = edits.flatMap(([name, entry]): Array<[string, TreeEntry | null]> => {
        const isKnown = !entry || (MODES.indexOf(entry.mode) < 7 && !(entry.mode === '40000' && entry.id === EMPTY));
        return isKnown ? [[name, entry && { ...entry, name }]] : [];
      });
      const made = tree.with(new Map(known));
      const read = RawTree.parse(made.bytes, EMPTY);
      expect(read).not.toBeNull();
      for (const [name, entry] of new Map(known)) expect(made.entry(name)).toEqual(entry);
      for (const entry of parseTree(made.bytes, 40)) expect(made.entry(entry.name)).toEqual(entry);
      if (read) expect(made.difference(read).size).toBe(0);
      edited += known.length;
    }),
    fuzzing(2_000),
  );
  expect(edited).toBeGreaterThan(100);
});
