import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spicerack-machine-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true });
});

/** As a process that starts now names its machine. */
async function named(dataDir: string): Promise<string> {
  vi.resetModules();
  vi.stubEnv('SPICERACK_DATA_DIR', dataDir);
  return (await import('./machine')).machine();
}

describe('a machine', () => {
  it('is named once, in its data directory, and for its user alone', async () => {
    const dataDir = join(dir, 'data');
    const first = await named(dataDir);
    expect(first).toMatch(/^[\da-f-]{36}$/);
    expect(await named(dataDir)).toBe(first);
    expect(readFileSync(join(dataDir, 'machine-id'), 'utf8')).toBe(`${first}\n`);
    expect(statSync(join(dataDir, 'machine-id')).mode & 0o077).toBe(0);
  });

  it('is another one than that of a data directory beside it, whatever the host is called', async () => {
    expect(await named(join(dir, 'one'))).not.toBe(await named(join(dir, 'two')));
  });

  it('keeps the name of the host where clones were made under that', async () => {
    mkdirSync(join(dir, 'clones'));
    expect(await named(dir)).toBe(hostname());
  });

  it('is called what SPICERACK_MACHINE says', async () => {
    vi.stubEnv('SPICERACK_MACHINE', 'rack-1');
    expect(await named(dir)).toBe('rack-1');
  });
});
