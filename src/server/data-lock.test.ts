import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LOCK_FILE, lockDataDir } from './data-lock';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spicerack-lock-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A process that has locked the directory. */
async function holder() {
  const code = `import('./src/server/data-lock.ts').then(async ({ lockDataDir }) => {
    await lockDataDir(${JSON.stringify(dir)}); console.log('locked'); setInterval(() => {}, 1000); })`;
  const child = spawn(process.execPath, ['--import', 'tsx', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

it('a second server on one data directory is told so; one that was killed leaves no lock behind', async () => {
  const first = await holder();
  try {
    await expect(lockDataDir(dir, 200)).rejects.toThrow(
      /^Another Spicerack server uses .*spicerack-lock-.*SPICERACK_DATA_DIR/,
    );
  } finally {
    first.kill('SIGKILL');
    await once(first, 'exit');
  }
  const unlock = await lockDataDir(dir);
  expect(statSync(join(dir, LOCK_FILE)).mode & 0o077).toBe(0);
  unlock();
});

it('who comes while the one before still ends waits for that; another directory is another server’s', async () => {
  const unlock = await lockDataDir(dir);
  const other = await lockDataDir(join(dir, 'other'));
  const next = lockDataDir(dir);
  setTimeout(unlock, 300);
  (await next)();
  other();
});

it('a directory that cannot be made says whose it has to be', async () => {
  writeFileSync(join(dir, 'file'), '');
  await expect(lockDataDir(join(dir, 'file', 'data'), 200)).rejects.toThrow(
    /file\/data cannot be written \(ENOTDIR\): .*SPICERACK_DATA_DIR/,
  );
});
