import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { git, gitText } from '@/git/process/run';
import { serveHttp } from '@/testing/http';
import { makeRemote } from './remote';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-fixture-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('makeRemote', () => {
  test('writes a stack in one go and reads it back', async () => {
    const remote = await makeRemote(join(dir, 'stack.git'));
    await remote.from('main').commit('Start', { 'a.txt': 'a\n', 'old.txt': 'x\n' }).write();
    const tips = await remote
      .from('main')
      .branch('one')
      .commit('One\n\nWith a body.', { 'one.txt': '1\n', 'old.txt': null })
      .branch('two')
      .by('Bo Lind <bo@example.com>')
      .commit('Two', { 'dir/two words "é".txt': '2\n', run: { mode: '100755', content: '#!/bin/sh\n' } })
      .write();
    await remote.from('main').commit('Trunk goes on', { 'b.txt': 'b\n' }).write();

    expect(Object.keys(tips)).toEqual(['one', 'two']);
    expect(await remote.subjects('two', 'main')).toEqual(['One', 'Two']);
    expect(await remote.paths('two')).toEqual(['a.txt', 'dir/two words "é".txt', 'one.txt', 'run']);
    expect(await remote.file('two', 'dir/two words "é".txt')).toBe('2\n');
    expect(await remote.file('two', 'old.txt')).toBeNull();
    expect(await remote.contains('two', 'one')).toBe(true);
    expect(await remote.contains('two', 'main')).toBe(false);
    expect(await gitText(['log', '-1', '--format=%an', 'two'], { gitDir: remote.dir })).toBe('Bo Lind');
  });

  test('merges, squashes, rewrites and deletes', async () => {
    const remote = await makeRemote(join(dir, 'life.git'), { trunk: 'trunk' });
    await remote.from('trunk').commit('Start', { 'a.txt': 'a\n' }).write();
    await remote.from('trunk').branch('m').commit('M', { m: 'm\n' }).write();
    await remote.from('trunk').branch('s').commit('S1', { s: '1\n' }).commit('S2', { s: '2\n' }).write();
    await remote.merge('m', 'merge');
    await remote.merge('s', 'squash');
    expect(await remote.contains('trunk', 'm')).toBe(true);
    expect(await remote.contains('trunk', 's')).toBe(false);
    expect(await remote.file('trunk', 's')).toBe('2\n');

    await remote.from('s~1').branch('s').commit('S2, better', { s: '3\n' }).write();
    expect(await remote.subjects('s', 'm~1')).toEqual(['S1', 'S2, better']);
    await remote.delete('m');
    expect(Object.keys(await remote.tips())).toEqual(['s', 'trunk']);
  });

  test('the same calls give the same commit ids', async () => {
    const build = async (name: string) => {
      const remote = await makeRemote(join(dir, name));
      await remote.from('main').commit('Start', { a: 'a\n' }).branch('x').commit('X', { x: 'x\n' }).write();
      await remote.merge('x', 'merge');
      return remote.tips();
    };
    expect(await build('first.git')).toEqual(await build('second.git'));
  });
});

describe('serveHttp', () => {
  test('fetches and pushes with the login, and refuses without', async () => {
    const remote = await makeRemote(join(dir, 'web', 'shop.git'));
    const { main } = await remote.from('main').commit('Start', { a: 'a\n' }).write();
    const server = await serveHttp(join(dir, 'web'), { user: 'ada', password: 'secret' });
    try {
      const url = server.url.replace('//', '//ada:secret@');
      await git(['push', '--quiet', `${url}/shop.git`, `${main}:refs/heads/other`], { gitDir: remote.dir });
      expect(await gitText(['ls-remote', `${url}/shop.git`, 'refs/heads/other'])).toContain(main);
      await expect(git(['ls-remote', `${server.url}/shop.git`])).rejects.toMatchObject({ kind: 'auth' });
      await expect(git(['ls-remote', `${url}/none.git`])).rejects.toMatchObject({ kind: 'not_found' });
      server.hang('all');
      await expect(git(['ls-remote', `${url}/shop.git`], { timeoutMs: 300 })).rejects.toMatchObject({
        kind: 'timeout',
      });
    } finally {
      await server.close();
    }
  });
});
