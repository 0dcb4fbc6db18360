import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** What npm installs beside the package: the database's driver. */
const DRIVER = ['@libsql', '@neon-rs', 'detect-libc', 'js-base64', 'libsql', 'promise-limit', 'ws'];

test('the packed server serves its pages, runs a job and is backed up, where neither sources nor development packages are', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'spicerack-packed-'));
  const packages = join(dir, 'node_modules');
  const home = join(packages, '@spicerack/server');
  const env = {
    NODE_ENV: 'production' as const,
    PATH: process.env.PATH,
    HOME: dir,
    PORT: '0',
    SPICERACK_LOG: 'text',
    SPICERACK_BUILD: 'never',
  };
  const node = (url: string, ...args: string[]) =>
    execFileSync(process.execPath, args, { cwd: dir, env: { ...env, SPICERACK_URL: url }, encoding: 'utf8' });
  mkdirSync(join(packages, '@spicerack'), { recursive: true });
  execFileSync(process.execPath, ['--import', 'tsx', 'scripts/pack.ts', home], { cwd: root });
  for (const name of DRIVER) symlinkSync(join(root, 'node_modules', name), join(packages, name));

  const cli = join(home, 'spicerack.mjs');
  const server = spawn(process.execPath, [cli, 'serve'], { cwd: dir, env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let url = '';
    for await (const line of createInterface(server.stdout)) {
      url = line.match(/is ready on (http\S+)/)?.[1] ?? '';
      if (url) break;
    }
    const page = await fetch(`${url}/status`);
    expect(page.status).toBe(200);
    const assets = [...(await page.text()).matchAll(/\/_next\/static\/[^"\\]+\.(?:js|css)/g)].map(([path]) => path);
    expect(assets.length).toBeGreaterThan(3);
    expect(await Promise.all(assets.map(async (path) => (await fetch(`${url}${path}`)).status))).toEqual(
      assets.map(() => 200),
    );
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);

    expect(node(url, cli, 'add', '--demo')).toContain('✓ #1 Sync');
    expect(node(url, cli, 'backup', join(dir, 'backup.db'))).toContain('backup.db');
    // Its data is where it was started, and not in the package.
    expect(readdirSync(dir)).toEqual(expect.arrayContaining(['backup.db', 'data']));
  } finally {
    server.kill();
    await once(server, 'exit');
    rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
  // It may build first.
}, 240_000);
