import { expect, test } from 'vitest';
import { type Chain, firstOf, linksOf, sharedChains } from './chain';

/** What each name goes on to, and the names that came before `asked` was looked at. */
function onward(goesOn: Record<string, string>, last?: Chain<{ name: string }>) {
  const asked: string[] = [];
  const chainFrom = sharedChains<string, { name: string }>({
    key: (name) => name,
    step(name) {
      asked.push(name);
      return { link: () => (name.startsWith('no ') ? null : { name }), goesOn: goesOn[name] ?? null };
    },
    ...(last && { last }),
  });
  const names = (from: string) => [...linksOf(chainFrom(from))].map(({ name }) => name);
  return { asked, chainFrom, names };
}

test('chains that end alike share their ends, and each place is asked once', () => {
  const { asked, chainFrom, names } = onward({ a: 'no b', 'no b': 'c', c: 'd', other: 'c' });
  expect(names('a')).toEqual(['a', 'c', 'd']);
  expect(names('other')).toEqual(['other', 'c', 'd']);
  expect(chainFrom('other')?.next).toBe(chainFrom('a')?.next);
  expect(asked).toEqual(['a', 'no b', 'c', 'd', 'other']);
  expect(names('no b')).toEqual(['c', 'd']);
});

test('what is last is at the end of each, of an empty one too', () => {
  const trunk = { name: 'trunk', next: null };
  const { chainFrom, names } = onward({ a: 'b' }, trunk);
  expect(names('a')).toEqual(['a', 'b', 'trunk']);
  expect(chainFrom('no c')).toBe(trunk);
});

test('a circle ends where one would come to the same place again, from wherever one comes', () => {
  const { names } = onward({ a: 'b', b: 'c', c: 'b' });
  for (let again = 0; again < 2; again += 1) {
    expect(names('a')).toEqual(['a', 'b', 'c']);
    expect(names('b')).toEqual(['b', 'c']);
    expect(names('c')).toEqual(['c', 'b']);
  }
});

test('the first of its kind is found, and none where there is none', () => {
  const { chainFrom } = onward({ a: 'b', b: 'c' });
  expect(firstOf(chainFrom('a'), ({ name }) => name > 'a')?.name).toBe('b');
  expect(firstOf(chainFrom('a'), ({ name }) => name > 'x')).toBeNull();
});
