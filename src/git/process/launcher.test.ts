import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { config } from '@/config';
import { type Launched, launch } from './launcher';

const started: Launched[] = [];
let temp: string;
beforeEach(async () => {
  temp = await mkdtemp(join(tmpdir(), 'spicerack-launcher-'));
});
afterEach(async () => {
  for (const one of started.splice(0)) one.kill('SIGKILL');
  await rm(temp, { recursive: true, force: true });
});

/** Where output is received by processes that have `temp` as their temporary folder. */
async function outputFolders(): Promise<string[]> {
  return (await readdir(temp)).filter((name) => name.startsWith('spicerack-outputs-'));
}

/** A shell's script, its output and its errors as text. */
function sh(script: string, args: string[] = []): Launched & { output(): string; errors(): string } {
  let output = '';
  let errors = '';
  const stdout = (chunk: Buffer) => {
    output += chunk.toString();
  };
  const stderr = (chunk: Buffer) => {
    errors += chunk.toString();
  };
  const env = { PATH: process.env.PATH, NODE_ENV: 'test' as const };
  const options = { cwd: '/', env, stdout, stderr };
  const launched = launch('/bin/sh', ['-c', script, 'sh', ...args], options);
  started.push(launched);
  return { ...launched, output: () => output, errors: () => errors };
}

/** The process that started it. */
function starterOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/^PPid:\s+(\d+)/m)?.[1]);
}

/** Runs a script of ours in a process of its own; where it is asked to, until it is killed. */
function script(text: string): [string, string[]] {
  const module = JSON.stringify(new URL('./launcher.ts', import.meta.url).pathname);
  const options = `{ cwd: '/', env: process.env, stdout, stderr: () => {} }`;
  const head = `const { launch } = require(${module});
    const sh = (s, stdout = () => {}) => launch('/bin/sh', ['-c', s], ${options});
    const said = async (s) => { let all = ''; const { code } = await sh(s, (chunk) => { all += chunk; }).exit; return [code, all]; };`;
  return [process.execPath, ['--import', 'tsx', '-e', head + text]];
}

describe('a launched process', () => {
  it('gets what is written to it, in order, and hands on its output before its end', async () => {
    const cat = sh('cat; echo over >&2; exit 7');
    cat.write('one ');
    cat.write(Buffer.from('two '));
    await new Promise(setImmediate);
    cat.end('three ');
    expect(await cat.exit).toEqual({ code: 7, signal: null });
    expect([cat.output(), cat.errors()]).toEqual(['one two three ', 'over\n']);
  });

  it('hands on megabytes whole', async () => {
    const long = sh('cat');
    const text = Array.from({ length: 400_000 }, (_, i) => `line ${i}`).join('\n');
    long.end(text);
    await long.exit;
    expect(long.output() === text).toBe(true);
  });

  it('gets megabytes in order with what is written before and after, in the same tick and later', async () => {
    const cat = sh('cat');
    const large = Array.from({ length: 500_000 }, (_, i) => `line ${i}`).join('\n');
    cat.write('before ');
    cat.write(large);
    cat.write(' between ');
    await new Promise(setImmediate);
    cat.write('later ');
    cat.end(large);
    await cat.exit;
    expect(cat.output() === `before ${large} between later ${large}`).toBe(true);
  });

  it('leads a group, which a signal reaches whole', async () => {
    const parent = sh('sleep 600 & echo $!; wait');
    expect(await parent.pid).toBeGreaterThan(1);
    await expect.poll(parent.output).toMatch(/^\d+\n$/);
    const child = Number(parent.output());
    parent.kill('SIGKILL');
    expect(await parent.exit).toEqual({ code: null, signal: 'SIGKILL' });
    await expect.poll(() => isThere(child)).toBe(false);
  });

  it('that cannot be started says why, and the next one starts', async () => {
    const options = { cwd: '/', env: {} as NodeJS.ProcessEnv, stdout: () => undefined, stderr: () => undefined };
    const missing = launch('/no/such/program', [], options);
    await expect(missing.pid).rejects.toThrow('ENOENT');
    await expect(missing.exit).rejects.toThrow('ENOENT');
    await expect(sh(':', ['x'.repeat(3_000_000)]).exit).rejects.toThrow('E2BIG');
    await expect(sh(':', ['a\0b']).exit).rejects.toThrow('null bytes');
    expect(await sh('exit 3').exit).toEqual({ code: 3, signal: null });
  });

  it('needs not take its input, and a signal after its end does nothing', async () => {
    const deaf = sh('exit 0');
    deaf.end('x'.repeat(1_000_000));
    expect(await deaf.exit).toEqual({ code: 0, signal: null });
    deaf.write('more');
    deaf.kill('SIGKILL');
    expect(await sh('exit 4').exit).toEqual({ code: 4, signal: null });
  });
});

describe.runIf(process.platform === 'linux')('the process that starts others', () => {
  it('limits what each may fill to what git may', async () => {
    const asked = sh('ulimit -S -d');
    await asked.exit;
    expect(asked.output()).toBe(`${config().gitMemory / 1024}\n`);
  });

  it('starts where stacks may be larger than all of its memory', async () => {
    const [program, args] = script(`void said('ulimit -S -d').then((all) => console.log(JSON.stringify(all)));`);
    const env = { ...process.env, SPICERACK_GIT_MEMORY: '128' };
    const large = ['-c', 'ulimit -S -s 262144; exec "$@"', 'sh', program, ...args];
    const { stdout } = await promisify(execFile)('/bin/sh', large, { env });
    expect(JSON.parse(stdout)).toEqual([0, `${128 * 1024}\n`]);
  });

  it('holds little of what they have not read, and stays, however much that is', async () => {
    const text = `
      const input = Buffer.alloc(96 * 1024 * 1024, 'x');
      const idle = sh('read -r _; exit 5');
      const count = async () => {
        let all = '';
        const wc = sh('sleep 0.5; wc -c', (chunk) => { all += chunk; });
        wc.end(input);
        await wc.exit;
        return Number(all);
      };
      void Promise.all([count(), count(), count()]).then(async (counted) => {
        idle.end('go on\\n');
        console.log(JSON.stringify([...counted, await idle.exit]));
      });`;
    const [program, args] = script(text);
    const env = { ...process.env, SPICERACK_GIT_MEMORY: '128' };
    const { stdout } = await promisify(execFile)(program, args, { env });
    const all = 96 * 1024 * 1024;
    expect(JSON.parse(stdout)).toEqual([all, all, all, { code: 5, signal: null }]);
  });

  it('is one for all, and what it has started is killed where it ends, not left behind', async () => {
    const [one, two] = [sh('sleep 600'), sh('sleep 600')];
    const [first, second] = [await one.pid, await two.pid];
    const starter = starterOf(first);
    expect(starter).not.toBe(process.pid);
    expect(starterOf(second)).toBe(starter);
    process.kill(starter, 'SIGKILL');
    expect(await one.exit).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await two.exit).toEqual({ code: null, signal: 'SIGKILL' });
    await expect.poll(() => [first, second].filter((pid) => isThere(pid))).toEqual([]);
    const next = sh('sleep 600');
    expect(starterOf(await next.pid)).not.toBe(starter);
  });

  it('is one for two copies of this module too, and each hears of its own processes alone', async () => {
    vi.resetModules();
    const copy = await import('./launcher');
    expect(copy.launch).not.toBe(launch);
    const echo = async (start: typeof launch, word: string) => {
      let output = '';
      const options = { cwd: '/', env: {} as NodeJS.ProcessEnv, stderr: () => undefined };
      const stdout = (chunk: Buffer) => {
        output += chunk.toString();
      };
      const launched = start('/bin/sh', ['-c', 'read -r word; echo "$word"'], { ...options, stdout });
      started.push(launched);
      launched.end(`${word}\n`);
      await launched.exit;
      return output;
    };
    const words = Array.from({ length: 20 }, (_, i) => `word ${i}`);
    const said = await Promise.all(words.map((word, i) => echo(i % 2 ? launch : copy.launch, word)));
    expect(said).toEqual(words.map((word) => `${word}\n`));
  });

  it('is not ended by what ends a terminal’s programs', async () => {
    const one = sh('sleep 600');
    const starter = starterOf(await one.pid);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.kill(starter, signal);
    const next = sh('sleep 600');
    expect(starterOf(await next.pid)).toBe(starter);
  });

  it('stays, with all that it has started, where it can start no more', async () => {
    const text = `
      const all = Array.from({ length: 40 }, () => sh('read -r _; exit 5'));
      void (async () => {
        await Promise.allSettled(all.map(({ pid }) => pid));
        for (const one of all) one.end('go on\\n');
        const ended = await Promise.allSettled(all.map(({ exit }) => exit));
        const words = ended.map(({ value, reason }) => (value ? 'ended with ' + value.code : reason.message));
        console.log(JSON.stringify([...new Set(words)].sort()), await sh('exit 3').exit);
      })();`;
    const [program, args] = script(text);
    const few = ['-c', 'ulimit -n 64; exec "$@"', 'sh', program, ...args];
    const { stdout } = await promisify(execFile)('/bin/sh', few);
    expect(stdout).toMatch(/^\["ended with 5","spawn \S*sh EMFILE"\] \{ code: 3, signal: null \}$/m);
  });

  it('keeps nobody alive: who waits for nothing ends, and who waits for a process waits', async () => {
    const text = `void sh('sleep 0.3; exit 5').exit.then(({ code }) => console.log(code));`;
    const { stdout } = await promisify(execFile)(...script(text));
    expect(stdout).toBe('5\n');
  });

  it('ends with the one that it works for, also where that is killed, and leaves nothing behind', async () => {
    const [program, args] = script(`void sh('sleep 600').pid.then((pid) => console.log(pid));`);
    const owner = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, TMPDIR: temp } });
    const [line] = await once(owner.stdout, 'data');
    const pid = Number(line);
    const starter = starterOf(pid);
    expect(await outputFolders()).toHaveLength(1);
    owner.kill('SIGKILL');
    await expect.poll(() => isThere(starter)).toBe(false);
    expect(await outputFolders()).toEqual([]);
    process.kill(-pid, 'SIGKILL');
  });

  it('is asked for output where that cannot come over connections, from the first on or any more', async () => {
    const text = `
      const { readdirSync, rmSync } = require('node:fs');
      void (async () => {
        const first = await said('echo first; exit 5');
        const folders = readdirSync(process.env.TMPDIR).filter((name) => name.startsWith('spicerack-outputs-'));
        for (const name of folders) rmSync(process.env.TMPDIR + '/' + name, { recursive: true });
        console.log(JSON.stringify([folders.length, first, await said('echo second; exit 6')]));
      })();`;
    const [program, args] = script(text);
    const run = async (TMPDIR: string) => {
      const { stdout } = await promisify(execFile)(program, args, { env: { ...process.env, TMPDIR } });
      return JSON.parse(stdout);
    };
    const said = [
      [5, 'first\n'],
      [6, 'second\n'],
    ];
    expect(await run(temp)).toEqual([1, ...said]);
    // Longer than the path of a socket may be.
    const long = join(temp, 'x'.repeat(120));
    await mkdir(long);
    expect(await run(long)).toEqual([1, ...said]);
  });

  it('has what it started count as killed where the connection that its output was to come over is dropped', async () => {
    const text = `
      const net = require('node:net');
      let drops = true;
      // As the system does it to a process with too many files open; once there is something to read, so that the process
      // is started with that connection.
      const { emit } = net.Server.prototype;
      net.Server.prototype.emit = function (name, connection) {
        if (name !== 'connection' || !drops) return emit.apply(this, arguments);
        connection.once('readable', () => connection.destroy());
      };
      void (async () => {
        const { code, signal } = await sh('exit 0').exit;
        drops = false;
        console.log(JSON.stringify([code, signal, await said('echo kept')]));
      })();`;
    const { stdout } = await promisify(execFile)(...script(text));
    expect(JSON.parse(stdout)).toEqual([null, 'SIGKILL', [0, 'kept\n']]);
  });
});

/** Whether it runs; one that has ended and was not waited for does not. */
function isThere(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
