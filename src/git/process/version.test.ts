import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { runProgram } from './run';
import { gitVersion } from './version';

const dir = mkdtempSync(join(tmpdir(), 'spicerack-version-'));
const program = join(dir, 'git');
// Before anything reads the settings, which is done once.
process.env.SPICERACK_GIT = program;

beforeEach(() => rm(program, { force: true }));
afterAll(() => rm(dir, { recursive: true }));

const has = (script: string) => writeFile(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });

it('a git that is not there, or too old, has to be installed', async () => {
  expect(await gitVersion()).toMatchObject({
    problem: { what: expect.stringMatching(/cannot be started: .*[^.]\.$/), remedy: /^Install git 2\.38/ },
  });
  await has('echo git version 2.37.9');
  expect(await gitVersion()).toMatchObject({
    version: '2.37.9',
    problem: { what: 'git is version 2.37.9; 2.38 or later is needed.', remedy: /^Install git 2\.38/ },
  });
  await has('echo git version 2.38.0');
  expect(await gitVersion()).toEqual({ version: '2.38.0', problem: null });
});

it('one that is there and does not say so has to be looked at', async () => {
  await has('echo fatal: no such luck >&2; exit 3');
  expect((await gitVersion()).problem).toMatchObject({
    what: 'Asked for its version, git failed (exit 3): fatal: no such luck.',
    remedy: /^Look what keeps it/,
  });
  await has('kill -9 $$');
  expect((await gitVersion()).problem?.what).toBe('Asked for its version, git was killed (SIGKILL).');
  await has('exec sleep 1000');
  expect((await gitVersion()).problem).toMatchObject({
    what: 'Asked for its version, git did not end within 5 s.',
    remedy: /^Look what keeps it/,
  });
}, 30_000);

/** This process does nothing meanwhile. */
const standStill = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

it('a program that has ended in time did, however long this process stood still', async () => {
  await has('echo git version 2.38.0');
  const started = runProgram(program, ['version'], { timeoutMs: 1000 });
  // It is asked for in the turn after this one.
  await new Promise(setImmediate);
  standStill(2000);
  expect((await started).stdout.toString()).toBe('git version 2.38.0\n');
});
