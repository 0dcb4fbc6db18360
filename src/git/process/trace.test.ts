import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRemote, type Remote } from '@/demo/remote';
import { GitError } from './error';
import { git, gitText } from './run';
import { whoSaid } from './said';
import { readTrace } from './trace';

describe('what fails in a conversation with a remote', () => {
  let dir: string;
  let remote: Remote;
  let clone: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'spicerack-trace-'));
    remote = await makeRemote(join(dir, 'r.git'));
    await remote.from('main').branch('main').commit('Start', { a: '1\n' }).write();
    clone = join(dir, 'c.git');
    await git(['clone', '--quiet', '--bare', remote.dir, clone]);
    await remote.from('main').commit('On', { a: '2\n' }).write();
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  /** As over ssh: the far side's command is this script, whose error text comes to ours as it is. */
  async function failure(script: string): Promise<GitError> {
    const path = join(dir, 'far');
    await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const fetch = git(['fetch', '--quiet', `--upload-pack=${path}`, 'origin', '+refs/heads/*:refs/heads/*'], {
      gitDir: clone,
    });
    const error: unknown = await fetch.then(
      () => null,
      (thrown) => thrown,
    );
    if (!(error instanceof GitError)) throw new Error('git did not fail');
    return error;
  }

  it.each([
    'fatal: bad tree object 0f1e2d',
    'error: object file objects/0f/1e2d is empty',
    "fatal: not a git repository: '/srv/shop.git'",
    'fatal: write error: No space left on device',
    'fatal: Out of memory, malloc failed',
  ])('is not ours where the far side says it without a mark: %s', async (words) => {
    const error = await failure(`echo "${words}" >&2; exit 128`);
    expect(['corrupt', 'disk_full', 'too_large']).not.toContain(error.kind);
    expect(error.own).not.toContain(words);
    expect(error.stderr).toContain(words);
  });

  it('is not ours where the git of a remote that is a path says it', async () => {
    const error = await failure('rm -rf "$1/objects"; exec git upload-pack "$1"');
    expect(error.kind).not.toBe('corrupt');
    expect(error.stderr).toContain('a git repository');
    expect(error.own).not.toContain('a git repository');
  });

  it('is ours where our git says it, whatever the far side says besides', async () => {
    const other = await makeRemote(join(dir, 'whole.git'));
    await other.from('main').branch('main').commit('Start', { a: '1\n' }).write();
    await git(['remote', 'set-url', 'origin', other.dir], { gitDir: clone });
    await writeFile(join(clone, 'packed-refs'), 'no refs at all\n');
    const error = await failure('echo "Welcome to the shop" >&2; exec git upload-pack "$1"');
    expect(error.kind).toBe('corrupt');
    expect(error.own).toContain('packed-refs');
  });
});

describe('a trace', () => {
  it('that does not go to its end proves nothing, and marks tell then', async () => {
    const start = '{"event":"start","sid":"a"}\n';
    expect(readTrace('')).toBeNull();
    expect(readTrace(`${start}{"event":"error","sid":"a","ms`)).toBeNull();
    expect(readTrace(`${start}{"event":"exit","sid":"a/b","code":1}\n`)).toBeNull();
    expect(readTrace(`${start}{"event":"exit","sid":"a","code":1}\n`)).toEqual({ said: new Set(['']), metGit: false });
    expect(whoSaid('fatal: bad object\nremote: no', null)).toMatchObject({
      own: 'fatal: bad object',
      far: 'remote: no',
    });
  });

  it('is no part of commands that speak to nobody', async () => {
    expect((await git(['version'])).metGit).toBeNull();
    expect(await gitText(['version'])).toContain('git version');
  });
});
