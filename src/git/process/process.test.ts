import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, test } from 'vitest';
import { identifyProcess, isAlive, isDead, killGroup } from './process';

async function ended(): Promise<string> {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const identity = identifyProcess(child.pid ?? 0) ?? '';
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
  return identity;
}

describe('a process', () => {
  it('is known to run, or to have ended, where it can be seen', async () => {
    const own = identifyProcess(process.pid) ?? '';
    expect([isAlive(own), isDead(own)]).toEqual([true, false]);
    const gone = await ended();
    expect([isAlive(gone), isDead(gone)]).toEqual([false, true]);
  });

  it('of another process table is neither, and its group is not killed', async () => {
    const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    await once(child, 'spawn');
    const identity = identifyProcess(child.pid ?? 0) ?? '';
    const elsewhere = identity.replace(/@.*/, '@another boot/pid:[1]');
    expect([isAlive(elsewhere), isDead(elsewhere)]).toEqual([false, false]);
    expect(killGroup(elsewhere)).toBe(false);
    expect(isAlive(identity)).toBe(true);
    const exit = once(child, 'exit');
    expect(killGroup(identity)).toBe(true);
    await exit;
    expect(isDead(identity)).toBe(true);
  });
});

/** Runs a script in a namespace of process numbers of its own, as a container has. */
function contained(script: string): string {
  const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const args = [...asRoot, '--pid', '--fork', '--mount-proc', process.execPath, '--import', 'tsx', '-e', script];
  return execFileSync('unshare', args, { encoding: 'utf8', env: { PATH: process.env.PATH, NODE_ENV: 'test' } });
}

test.runIf(process.platform === 'linux')(
  'two containers on one system do not take each other’s processes for ended',
  async () => {
    const own = identifyProcess(process.pid) ?? '';
    const gone = await ended();
    const module = JSON.stringify(new URL('./process.ts', import.meta.url).pathname);
    const answer = contained(`
      const { identifyProcess, isAlive, isDead } = require(${module});
      const self = identifyProcess(process.pid) ?? '';
      console.log(JSON.stringify({
        self, seen: [isAlive(self), isDead(self)],
        others: [${JSON.stringify(own)}, ${JSON.stringify(gone)}].map((identity) => isDead(identity)),
      }));`);
    const { self, seen, others } = JSON.parse(answer);
    expect(seen).toEqual([true, false]);
    expect(others).toEqual([false, false]);
    // It has ended, which from here cannot be told.
    expect([isAlive(self), isDead(self)]).toEqual([false, false]);
  },
);
