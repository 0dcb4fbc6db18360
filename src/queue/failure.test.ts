import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { failureOf } from './failure';

it.each([
  ['a file that is not there is tried again', join(tmpdir(), 'nobody/made/this'), true],
  ['a name that no file can have is not: time does not mend it', join(tmpdir(), 'x'.repeat(300)), false],
])('%s', async (_, path, transient) => {
  const error: unknown = await readFile(path).catch((refused: unknown) => refused);
  expect(failureOf(error)).toMatchObject({ transient, failure: { code: 'INTERNAL' } });
});
