import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findInngest } from './inngest-program';
import { findProgram } from './programs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'programs-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function program(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

test('a stub that only prints an error is passed over, and the next place is taken', async () => {
  const stub = program('stub', 'echo "Error: binary not found." >&2; exit 1');
  const real = program('real', 'echo "real version 1.44.0-abc"');
  const found = await findProgram(
    'thing',
    ['version'],
    [
      { how: 'node_modules', program: stub },
      { how: 'cache', program: real },
    ],
  );
  expect(found).toEqual({ program: real, version: '1.44.0', how: 'cache' });
});

test('a missing program names every place that was tried, and why it was none', async () => {
  const stub = program('stub', 'echo "Error: binary not found." >&2; exit 1');
  const outcome = await findProgram(
    'thing',
    ['version'],
    [
      { how: 'PATH', program: 'no-such-program' },
      { how: 'node_modules', program: stub },
    ],
  );
  expect(outcome).toEqual({
    missing: 'thing',
    tried: ['PATH: no no-such-program', `node_modules: ${stub} does not work (Error: binary not found.)`],
  });
});

test('a program that was set is the only one looked at, even when it does not work', async () => {
  vi.stubEnv('SPICERACK_INNGEST', join(folder, 'nothing'));
  expect(await findInngest()).toMatchObject({
    missing: 'inngest',
    tried: [`SPICERACK_INNGEST: no ${join(folder, 'nothing')}`],
  });
});
