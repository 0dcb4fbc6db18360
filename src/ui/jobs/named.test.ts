import { expect, it } from 'vitest';
import { conflictName, isNamed, lineName } from './named';

it('an address names a line of a log, and the conflict of a branch whatever it is called', () => {
  for (const name of [lineName(12), conflictName('feat/ä b#c%')])
    expect(isNamed(`#${encodeURIComponent(name)}`, name)).toBe(true);
  expect(isNamed('', lineName(12))).toBe(false);
  expect(isNamed('#%E0%A4%A', lineName(12))).toBe(false);
  expect(isNamed('#line-120', lineName(12))).toBe(false);
});
