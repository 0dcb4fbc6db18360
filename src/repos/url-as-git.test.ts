import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { git } from '@/git/process/run';
import { addressKey, checkRemoteUrl, partOfAddress } from './url';

/** Addresses as they are given, held against what git itself does with them and with what is stored of them. */

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-url-'));
  const ssh = join(dir, 'ssh');
  await writeFile(ssh, `#!/bin/sh\nprintf '%s\\n' "$@" >'${join(dir, 'said')}'\nexit 1\n`);
  await chmod(ssh, 0o755);
  vi.stubEnv('GIT_SSH_COMMAND', ssh);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(dir, { recursive: true, force: true });
});

/** Where git would go by ssh: user, host, port and path. Null where it would not go there. */
async function byGit(address: string): Promise<string | null> {
  const said = join(dir, 'said');
  await rm(said, { force: true });
  await git(['ls-remote', '--', address], { okCodes: [0, 1, 2, 128, 129], env: { GIT_SSH_VARIANT: 'ssh' } });
  const words = (await readFile(said, 'utf8').catch(() => '')).split('\n');
  const [command, host] = [words.at(-2), words.at(-3)];
  const port = words[words.indexOf('-p') + 1];
  if (!command || !host) return null;
  // A slash at the end is dropped by every server.
  const path = command.replace(/^git-upload-pack /, '').replace(/\/+'$/, "'");
  return `${host} ${words.includes('-p') ? port : ''} ${path}`;
}

const stored = (given: string) => {
  const answer = checkRemoteUrl(given, { allowLocal: true });
  return 'url' in answer ? answer.url : null;
};

describe('what is stored leads git by ssh to the same place as what was given', () => {
  it.each([
    'git@github.com:acme/shop.git',
    'git@GitHub.com:acme/shop',
    'git_work:acme/shop',
    'GitHub-Work:acme/shop.git',
    'host:shop',
    'host:/srv/git/shop',
    'host:~ada/shop',
    'host:~/shop',
    'host:./shop',
    'host:acme//shop',
    'host:acme/../shop',
    'host:acme/shop/',
    'host:acme/my shop',
    'host:acme/shop?x#y',
    'host:acme/shop%20x',
    'host:22/acme/shop',
    'host:C:/shop',
    'host.:acme/shop',
    'ada@corp@host:acme/shop',
    '[host]:acme/shop',
    'git@[host]:acme/shop',
    '[host:2222]:acme/shop',
    '[git@host:2222]:acme/shop',
    'git@[host:2222]:acme/shop',
    '[git@Git_Work:2222]:/srv/shop',
    '[::1]:acme/shop',
    'git@[::1]:acme/shop',
    '[git@::1]:acme/shop',
    'ssh://host/acme/shop',
    'ssh://git@Host:2222/acme/shop/',
    'ssh://git@host:22/acme/shop',
    'ssh://git@host:/acme/shop',
    'ssh://git_work/acme/shop',
    'ssh://GitHub-Work/acme/shop.git',
    'ssh://host/~ada/shop',
    'ssh://host/~/shop',
    'ssh://[::1]:2222/acme/shop',
    'ssh://[::1]/acme/shop',
    'ssh://host//acme/shop',
    'ssh://host/acme/my%20shop',
    'ssh://host/acme/my shop',
    'ssh://host/a:b/shop',
    'ssh://ada%40corp@host/acme/shop',
    'ssh://host/acme/shop.git/',
    'ssh://host/acme/caf\u00e9',
  ])('%s', async (given) => {
    const url = stored(given);
    expect(url).not.toBeNull();
    const place = await byGit(given);
    expect(place).not.toBeNull();
    expect(await byGit(url ?? '')).toBe(place);
    expect(stored(url ?? '')).toBe(url);
  });
});

describe('what git does not take, or takes for something that nobody means, is refused', () => {
  it.each([
    '-host:acme/shop',
    '[-host]:acme/shop',
    'ssh://-host/acme/shop',
    'ssh://host',
    'ssh://host/',
    'host:',
    'host:/',
    './host:acme/shop',
    'host/acme/shop',
    'host:acme/shop ',
    'a b:shop',
    'ssh://host:99999/acme/shop',
    'ssh://host:name/shop',
    'git@[host:2222:acme/shop',
    'a@[b@host]:shop',
  ])('%j', (given) => {
    expect(stored(given)).toBeNull();
  });
});

describe('what is stored leads git by http to the same place as what was given', () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.headers.host}${request.url}`);
    response.writeHead(404).end();
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  const place = async (address: string) => {
    asked.length = 0;
    await git(['ls-remote', '--', address], { okCodes: [0, 128] });
    return asked[0];
  };

  it.each([
    'http://localhost:PORT/acme/shop.git',
    'http://LocalHost:PORT/Acme/Shop',
    'http://localhost:PORT/acme/shop',
    'http://localhost:PORT/acme/my%20shop',
    'http://localhost:PORT/acme/a%2Fb',
    'http://localhost:PORT/acme//shop',
    'http://localhost:PORT/acme/../shop',
    'http://localhost:PORT/acme/caf%C3%A9',
    'http://localhost:PORT/~ada/shop.git',
    'http://ada@localhost:PORT/acme/shop',
  ])('%s', async (form) => {
    const given = form.replace('PORT', String((server.address() as AddressInfo).port));
    const url = stored(given);
    expect(url).not.toBeNull();
    // Git passes the host's case on; a host of http has none.
    expect(await place(url ?? '')).toBe((await place(given))?.replace(/^[^:]+/, (host) => host.toLowerCase()));
  });
});

describe('two addresses of one repository', () => {
  it.each([
    ['https://github.com/acme/shop', 'https://GitHub.com:443/acme/shop.git/'],
    ['git@github.com:acme/shop', 'git@GitHub.com:acme/shop.git'],
    ['git@github.com:acme/shop', '[git@github.com:22]:acme/shop'],
    ['ssh://git@github.com/acme/shop', 'ssh://git@github.com:22/acme/shop.git'],
    ['host:shop', '[host]:shop.git'],
  ])('are known as such: %s, %s', (a, b) => {
    const key = addressKey(stored(a) ?? 'a');
    expect(key).toBe(addressKey(stored(b) ?? 'b'));
    for (const each of [a, b]) expect(stored(each)).toContain(partOfAddress(key));
    expect(partOfAddress(key)).toBe('shop');
  });

  it.each([
    ['https://github.com/acme/shop', 'https://github.com/acme/Shop'],
    ['https://github.com/acme/shop', 'https://github.com/acme/shop.git2'],
    ['GitHub-Work:acme/shop', 'github-work:acme/shop'],
    ['ssh://host/acme/shop', 'ssh://host:2222/acme/shop'],
    ['host:acme/shop', 'host:/acme/shop'],
    ['git@host:acme/shop', 'ada@host:acme/shop'],
    ['/srv/shop', '/srv/shop.git'],
  ])('are not mistaken for such: %s, %s', (a, b) => {
    expect(addressKey(stored(a) ?? 'a')).not.toBe(addressKey(stored(b) ?? 'b'));
  });
});
