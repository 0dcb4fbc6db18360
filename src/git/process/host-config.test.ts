import { appendFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { hostConfig, hostConfigProblem, isNeeded } from './host-config';
import { gitText } from './run';

describe("of the host's configuration", () => {
  let dir: string;
  let path: string;
  const list = async () => (await gitText(['config', '--list', '--global'])).split('\n').filter(Boolean);
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'spicerack-host-config-'));
    process.env.SPICERACK_DATA_DIR = join(dir, 'data');
  });
  beforeEach(() => {
    path = join(dir, 'gitconfig');
    vi.stubEnv('GIT_CONFIG_GLOBAL', path);
    vi.stubEnv('GIT_CONFIG_SYSTEM', join(dir, 'system'));
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await rm(dir, { recursive: true, force: true });
  });

  it.each([
    'credential.helper',
    'credential.https://git.example.com.username',
    'core.sshcommand',
    'ssh.variant',
    'url.git@github.com:.insteadof',
    'url.ssh://x/.pushinsteadof',
    'user.name',
    'user.email',
    'safe.directory',
    'http.proxy',
    'http.sslcainfo',
    'http.sslverify',
    'http.https://git.example.com/.extraheader',
  ])('%s is what people need', (key) => expect(isNeeded(key)).toBe(true));

  it.each([
    'remote.origin.fetch',
    'remote.origin.pushurl',
    'push.followtags',
    'fetch.prunetags',
    'fetch.fsckobjects',
    'core.hookspath',
    'core.bare',
    'alias.fetch',
    'merge.renames',
    'diff.renames',
    'transfer.hiderefs',
    'http.followredirects',
    'http.curloptresolve',
    'user.signingkey',
    'include.path',
    'log.showsignature',
  ])('%s has no say', (key) => expect(isNeeded(key)).toBe(false));

  it('what people need reaches git as it is written, through includes, the system’s before the user’s', async () => {
    await writeFile(join(dir, 'system'), '[user]\n\tname = System\n\temail = s@example.com\n');
    await writeFile(join(dir, 'more'), '[http]\n\tproxy = http://proxy:8080\n');
    await writeFile(
      path,
      `[include]\n\tpath = ${join(dir, 'more')}\n[user]\n\tname = "Ada \\"the\\\\ \\tfirst\\" #1; "\n[alias]\n\tx = !rm -rf /
[credential "https://git.example.com"]\n\thelper =\n\thelper = "!f() { echo a; }; f"\n[url "ssh://h/"]\n\tinsteadOf = "a:"
[remote "origin"]\n\tfetch = +refs/pull/*/head:refs/remotes/origin/pr/*\n[http]\n\tsslVerify\n`,
    );
    expect(await gitText(['config', '--get', 'user.name'])).toBe('Ada "the\\ \tfirst" #1; ');
    expect(await gitText(['config', '--get', 'user.email'])).toBe('s@example.com');
    expect(await gitText(['config', '--get', '--bool', 'http.sslverify'])).toBe('true');
    expect((await list()).filter((entry) => !entry.startsWith('user.'))).toEqual([
      'http.proxy=http://proxy:8080',
      'credential.https://git.example.com.helper=',
      'credential.https://git.example.com.helper=!f() { echo a; }; f',
      'url.ssh://h/.insteadof=a:',
      'http.sslverify',
    ]);
    expect((await stat(hostConfig().env.GIT_CONFIG_GLOBAL)).mode & 0o077).toBe(0);
  });

  it('a change is seen by the next command, in a file that is included too', async () => {
    await writeFile(path, `[include]\n\tpath = ${join(dir, 'more')}\n`);
    await writeFile(join(dir, 'more'), '[user]\n\tname = One\n');
    expect(await list()).toContain('user.name=One');
    await appendFile(join(dir, 'more'), '\tname = Two\n');
    expect((await list()).at(-1)).toBe('user.name=Two');
    await rm(path);
    expect(await list()).not.toContain('user.name=Two');
  });

  it('a broken file is a problem that names it, and is left out; the other is not', async () => {
    await writeFile(join(dir, 'system'), '[user]\n\tname = System\n');
    await writeFile(path, '[user]\n\tname = Ada\n[alias\n');
    expect(await list()).toEqual(['user.name=System']);
    expect(hostConfigProblem()?.what).toContain(`bad config line 3 in file ${path}`);
    await writeFile(path, '[user]\n\tname = Ada\n');
    expect(hostConfigProblem()).toBeNull();
    expect(await gitText(['config', '--get', 'user.name'])).toBe('Ada');
  });
});
