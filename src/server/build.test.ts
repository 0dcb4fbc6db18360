import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { digestOf } from './build';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spicerack-build-'));
  mkdirSync(join(dir, 'src/deep'), { recursive: true });
  writeFileSync(join(dir, 'src/deep/a.ts'), 'one');
  writeFileSync(join(dir, 'package-lock.json'), '{}');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const digest = () => digestOf(['src', 'public', 'package-lock.json'], dir);

it('a build is of the same sources whatever their times, and whatever the tests say', async () => {
  const before = await digest();
  utimesSync(join(dir, 'package-lock.json'), new Date(), new Date(Date.now() + 60_000));
  writeFileSync(join(dir, 'src/deep/a.test.ts'), 'a test');
  expect(await digest()).toBe(before);
});

it.each([
  ['another content', () => writeFileSync(join(dir, 'src/deep/a.ts'), 'two')],
  ['another file', () => writeFileSync(join(dir, 'src/b.ts'), '')],
  ['another name', () => renameSync(join(dir, 'src/deep/a.ts'), join(dir, 'src/deep/c.ts'))],
  ['a file less', () => rmSync(join(dir, 'package-lock.json'))],
])('it is of others with %s', async (_name, change) => {
  const before = await digest();
  change();
  expect(await digest()).not.toBe(before);
});
