import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { identifyProcess } from '@/git/process/process';
import { makeWorld, type World } from '@/testing/engines/world';
import type { Engine, PlannedObjects } from '../engine';
import { gitEngine } from '../git';
import { gitSpiceEngine, planWith } from '.';
import { findGitSpice, probe } from './find';

/** What the contract (`../contract.test.ts`) cannot know: this engine's program, its copy, and its mistakes. */

const found = await findGitSpice();
const missing = 'missing' in found;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'spicerack-git-spice-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

/** A program of a few lines of shell. */
async function script(lines: string): Promise<string> {
  const path = join(await mkdtemp(join(root, 'program-')), 'git-spice');
  await writeFile(path, `#!/bin/sh\n${lines}\n`);
  await chmod(path, 0o755);
  return path;
}

const using = (program: string): Engine => ({ name: 'git-spice', plan: (request) => planWith(program, request) });

/** A branch `a` with `b` on it, and a trunk that went on. */
async function stack(): Promise<World> {
  const w = await makeWorld(await mkdtemp(join(root, 'world-')));
  await w.remote.from('main').commit('Start', { f: '1\n', 'crlf.txt': 'one\r\ntwo\r\n' }).write();
  await w.remote
    .from('main')
    .branch('a')
    .commit('A', { a: '1\n' })
    .branch('b')
    .commit('fixup! A', { b: '1\n' })
    .write();
  await w.track('a');
  await w.track('b', 'a');
  await w.remote.from('main').commit('Trunk', { t: '1\n', '.gitattributes': '*.txt text eol=lf filter=x\n' }).write();
  return w;
}

/** What this process has in the temporary folders. */
async function leftovers(): Promise<string[]> {
  const folders = [tmpdir(), '/dev/shm'].filter((folder) => existsSync(folder));
  const names = (await Promise.all(folders.map((folder) => readdir(folder)))).flat();
  return names.filter((name) => new RegExp(`^spicerack-(quarantine|copy)-${process.pid}-`).test(name));
}

describe('looking for git-spice', () => {
  const says = (version: string) => script(`echo '${version}'`);

  test('takes 0.29 or later', async () => {
    for (const version of ['v0.29.0', 'v0.31.2', '1.0.0']) {
      const program = await says(`git-spice ${version}`);
      expect(await probe(program, false)).toMatchObject({ program, version: version.replace('v', '') });
    }
    expect(await probe(await says('git-spice v0.28.3'), false)).toMatchObject({
      missing: expect.stringContaining('0.29 or later'),
    });
  });

  test('takes a build without a version only where a person named it', async () => {
    const program = await says('git-spice dev');
    expect(await probe(program, true)).toEqual({ program, version: 'dev' });
    expect(await probe(program, false)).toHaveProperty('missing');
  });

  test('says what is wrong with a program that is not it, fails, or is not there', async () => {
    const reason = async (program: string, named: boolean) => {
      const answer = await probe(program, named);
      return 'missing' in answer ? answer.missing : answer;
    };
    expect(await reason(await says('GPL Ghostscript 10.00.0'), true)).toContain('Ghostscript');
    expect(await reason(await script('exit 3'), true)).toContain('SPICERACK_GIT_SPICE=');
    expect(await reason(join(root, 'nothing'), true)).toContain('cannot be started');
    vi.stubEnv('PATH', root);
    expect(await reason('git-spice', false)).toBe('git-spice is not on PATH.');
  });
});

describe('a git-spice that does what nobody expects', () => {
  test("fails the plan with the program's own words and leaves nothing behind", async () => {
    const w = await stack();
    const program = await script('echo "FTL git-spice: the moon is full" >&2; exit 1');
    await expect(w.plan(using(program))).rejects.toThrow('the moon is full');
    expect(await leftovers()).toEqual([]);
  });

  test('a branch that it skipped is never reported as moved', async () => {
    const w = await stack();
    const program = await script('echo "WRN a: checked out in another worktree (/w), skipping" >&2');
    await expect(w.plan(using(program))).rejects.toThrow('a: checked out in another worktree');
    expect(await leftovers()).toEqual([]);
  });

  test('is ended with all that it started when the plan is aborted', async () => {
    const w = await stack();
    const pids = join(root, 'pids');
    const program = await script(
      `sleep 60 & echo "$$ $!" >'${pids}.new'; mv '${pids}.new' '${pids}'; trap '' INT; wait`,
    );
    const stop = new AbortController();
    const planning = w.plan(using(program), undefined, stop.signal);
    const outcome = expect(planning).rejects.toThrow('enough');
    await vi.waitFor(() => expect(existsSync(pids)).toBe(true), { timeout: 20_000 });
    stop.abort(new Error('enough'));
    await outcome;
    const running = (await readFile(pids, 'utf8')).trim().split(' ').map(Number);
    expect(running).toHaveLength(2);
    await vi.waitFor(() => expect(running.filter((pid) => identifyProcess(pid) !== null)).toEqual([]));
    expect(await leftovers()).toEqual([]);
  });
});

describe.skipIf(missing)(`git-spice engine${missing ? ': program not found' : ''}`, () => {
  test("the host's git settings change nothing", async () => {
    const w = await stack();
    const plain = (await w.restack(gitSpiceEngine)).plan;
    expect(plain.moves.map(({ branch }) => branch)).toEqual(['a', 'b']);

    const settings = join(root, 'gitconfig');
    await writeFile(
      settings,
      `[core]\n\tautocrlf = true\n\thooksPath = ${root}\n[commit]\n\tgpgSign = true\n[merge]\n\trenormalize = true
[rebase]\n\tautoSquash = true\n\tupdateRefs = true\n\tbackend = apply\n[filter "x"]\n\tsmudge = false\n\trequired = true\n`,
    );
    vi.stubEnv('GIT_CONFIG_GLOBAL', settings);
    vi.stubEnv('GIT_AUTHOR_NAME', 'Surrounding');
    expect((await w.restack(gitSpiceEngine)).plan).toEqual(plain);
  });

  test('leaves no folder behind, whenever it is stopped', async () => {
    const w = await stack();
    for (const ms of [0, 20, 60, 120, 240, 480]) {
      const stop = new AbortController();
      const stopped = new Error('stopped');
      const planning = w.plan(gitSpiceEngine, undefined, stop.signal);
      const timer = setTimeout(() => stop.abort(stopped), ms);
      const planned = await planning.catch((error: unknown) => error);
      clearTimeout(timer);
      if (planned !== stopped) await (planned as PlannedObjects).discard();
      expect(await leftovers()).toEqual([]);
    }
  });

  describe('restacks whole stacks in one call', () => {
    /** The engine, and the commands that it has given so far. */
    async function watched(): Promise<{ engine: Engine; commands: () => Promise<string[]> }> {
      const log = join(await mkdtemp(join(root, 'log-')), 'commands');
      const program = await script(`echo "$2 $3" >>'${log}'\nexec '${missing ? '' : found.program}' "$@"`);
      return { engine: using(program), commands: async () => (await readFile(log, 'utf8')).trim().split('\n') };
    }
    const WHOLE = ['repo init', 'downstack track', 'repo restack'];

    /** Two stacks, a–b–c and x–y, that are behind trunk. */
    async function stacks(): Promise<World> {
      const w = await makeWorld(await mkdtemp(join(root, 'world-')));
      await w.remote.from('main').commit('Start', { f: '1\n', g: '1\n' }).write();
      for (const stack of [
        ['a', 'b', 'c'],
        ['x', 'y'],
      ]) {
        let parent = 'main';
        for (const name of stack) {
          await w.remote
            .from(parent)
            .branch(name)
            .commit(name, { [name]: '1\n' })
            .write();
          await w.track(name, parent);
          parent = name;
        }
      }
      return w;
    }
    const trunkGoesOn = (w: World) => w.remote.from('main').commit('Trunk', { f: '2\n' }).write();
    const restacked = async (w: World) => {
      const { engine, commands } = await watched();
      const { plan } = await w.restack(engine);
      expect(plan).toEqual((await w.restack(gitEngine)).plan);
      return { moved: plan.moves.map(({ branch }) => branch), commands: await commands() };
    };

    test('and no branch by itself, where nothing is to be said of any', async () => {
      const w = await stacks();
      await trunkGoesOn(w);
      const { moved, commands } = await restacked(w);
      expect(moved).toEqual(['a', 'b', 'c', 'x', 'y']);
      expect(commands).toEqual(['repo init', 'downstack track', 'downstack track', 'repo restack']);
    });

    test('a branch that conflicts is looked at by itself, those beside and below it are not', async () => {
      const w = await stacks();
      await w.remote.from('b').commit('Clash', { f: 'b\n' }).write();
      await w.remote.from('b').branch('c').commit('c anew', { c: '2\n' }).write();
      await w.track('c', 'b');
      await trunkGoesOn(w);
      const { moved, commands } = await restacked(w);
      expect(moved).toEqual(['a', 'x', 'y']);
      expect(commands.slice(0, 4)).toEqual([...WHOLE.slice(0, 2), 'downstack track', 'repo restack']);
      expect(commands.filter((one) => one === 'upstack onto')).toHaveLength(1);
    });

    test('a branch whose parent was amended goes by itself, with what it had of it left behind', async () => {
      const w = await stacks();
      await w.remote.from('main').branch('a').commit('a amended', { a: '2\n' }).write();
      const { moved, commands } = await restacked(w);
      expect(moved).toEqual(['b', 'c']);
      expect(commands).not.toContain('repo restack');
    });

    test('a branch whose change trunk has by another commit is left out, and what stands on it goes by itself', async () => {
      const w = await stacks();
      await w.remote.from('main').commit('Taken', { x: '1\n' }).write();
      await trunkGoesOn(w);
      const { commands } = await restacked(w);
      expect(commands.slice(0, 3)).toEqual(WHOLE);
    });

    test('two names of one commit are not taken for each other’s parents', async () => {
      const w = await stacks();
      await w.remote.from('c').branch('same').write();
      await w.track('same', 'c');
      await trunkGoesOn(w);
      const { moved } = await restacked(w);
      expect(moved).toEqual(['a', 'b', 'c', 'x', 'y', 'same']);
    });

    test('a subtree whose parent stays: what is below and beside it is not touched', async () => {
      const w = await stacks();
      await w.remote.from('a').commit('a goes on', { a2: '1\n' }).write();
      await trunkGoesOn(w);
      const { engine, commands } = await watched();
      const { plan } = await w.restack(engine, [
        { branch: 'b', onto: 'a' },
        { branch: 'c', onto: 'b' },
      ]);
      expect(plan.moves.map(({ branch }) => branch)).toEqual(['b', 'c']);
      expect(await commands()).toEqual(WHOLE);
    });
  });
});
