import { describe, expect, test } from 'vitest';
import { checkRemoteUrl } from './url';

const here = { allowLocal: true };
const away = { allowLocal: false };

describe('a URL that may be added is normalised and suggests a name', () => {
  test.each([
    ['https://github.com/acme/shop.git', 'https://github.com/acme/shop.git', 'acme/shop'],
    [' https://GitHub.com:443/acme/shop/ ', 'https://github.com/acme/shop', 'acme/shop'],
    ['https://git.example.com/group/sub/shop.git', 'https://git.example.com/group/sub/shop.git', 'sub/shop'],
    ['https://acme@dev.azure.com/acme/p/_git/shop', 'https://acme@dev.azure.com/acme/p/_git/shop', '_git/shop'],
    ['git@github.com:acme/shop.git', 'git@github.com:acme/shop.git', 'acme/shop'],
    ['host.example:shop', 'host.example:shop', 'shop'],
    ['git@[::1]:acme/shop.git', 'git@[::1]:acme/shop.git', 'acme/shop'],
    ['ssh://git@GitHub.com:22/acme/shop.git', 'ssh://git@GitHub.com:22/acme/shop.git', 'acme/shop'],
    ['git_work:acme/shop', 'git_work:acme/shop', 'acme/shop'],
    ['GitHub-Work:acme/shop.git', 'GitHub-Work:acme/shop.git', 'acme/shop'],
    ['[git@host:2222]:acme/shop', 'git@[host:2222]:acme/shop', 'acme/shop'],
    ['[host]:acme/shop', 'host:acme/shop', 'acme/shop'],
    ['ada@corp@host:acme/shop', 'ada@corp@host:acme/shop', 'acme/shop'],
    ['git@host.example:releases/shop@2.git', 'git@host.example:releases/shop@2.git', 'releases/shop@2'],
    [
      'https://host.example/acme/shop%E2%80%AEtig',
      'https://host.example/acme/shop%E2%80%AEtig',
      'acme/shop%E2%80%AEtig',
    ],
    ['ssh://git@host:2222/~ada/shop.git', 'ssh://git@host:2222/~ada/shop.git', '~ada/shop'],
  ])('%s', (given, url, name) => {
    expect(checkRemoteUrl(given, away)).toEqual({ url, name });
  });

  test.each([
    ['/srv/git/shop.git/', '/srv/git/shop.git', 'shop'],
    ['/srv/git/../git/shop/.git', '/srv/git/shop/.git', 'shop'],
    ['file:///srv/my%20shop.git', '/srv/my shop.git', 'my shop'],
    ['http://127.0.0.1:8080/shop.git', 'http://127.0.0.1:8080/shop.git', 'shop'],
  ])('%s, where local repositories are allowed', (given, url, name) => {
    expect(checkRemoteUrl(given, here)).toEqual({ url, name });
    expect(checkRemoteUrl(given, away)).toHaveProperty('problem');
  });
});

describe('a URL that may not be added says why and what to do', () => {
  test.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['https://github.com/a\n/b', 'control'],
    ['https://github.com/a/\u202etig.b', 'control'],
    ['/srv/\u0085b.git', 'control'],
    [`https://github.com/a/${'b'.repeat(2048)}`, 'characters'],
    ['--upload-pack=touch /tmp/x', 'starts with'],
    ['-oProxyCommand=x@host:path', 'starts with'],
    ['ext::sh -c touch% /tmp/x', '::'],
    ['fd::17', '::'],
    ['git://github.com/acme/shop', 'not allowed'],
    ['ftp://github.com/acme/shop', 'not allowed'],
    ['javascript://github.com/acme', 'not allowed'],
    ['ssh://-oProxyCommand=x/shop', 'no usable host'],
    ['https://github.com', 'names no repository'],
    ['https://github.com/acme/shop?private_token=1', '"?"'],
    ['https://', 'cannot be read'],
    ['file://host/shop', 'three slashes'],
    ['/', 'root folder'],
    ['host:/', 'names no repository'],
    ['host:acme/shop ', 'ends with a space'],
    ['/srv/shop ', 'ends with a space'],
    ['[-oProxyCommand=x]:shop', 'not an address'],
    ['[host:99999]:shop', 'not an address'],
    ['a b:shop', 'not an address'],
    ['../shop', 'not an address'],
    ['shop', 'not an address'],
    ['~/shop', 'not an address'],
  ])('%j', (given, word) => {
    const answer = checkRemoteUrl(given, here);
    expect(answer).toHaveProperty('hint');
    expect(answer).toHaveProperty('problem', expect.stringContaining(word));
  });

  test.each([
    'https://ada:hunter2hunter2@github.com/acme/shop.git',
    'https://ghp_hunter2hunter2@github.com/acme/shop.git',
    'https://oauth2:hunter2hunter2@gitlab.com/acme/shop.git',
    'https://:hunter2hunter2@gitlab.com/acme/shop.git',
    'http://ada:hunter2hunter2@127.0.0.1/shop.git',
    'ssh://git:hunter2hunter2@github.com/acme/shop.git',
    'ada:hunter2hunter2@github.com/acme/shop.git',
    'ada:hunter2/hunter2@github.com:acme/shop.git',
    'https://ada%3Ahunter2@github.com/acme/shop.git',
    'ada%3ahunter2@github.com:acme/shop.git',
    'ssh://git%3Ahunter2@github.com/acme/shop.git',
    'ghp_hunter2hunter2@github.com:acme/shop.git',
    'hunter2/hunter2@github.com',
  ])('a password or token is refused and not repeated: %s', (given) => {
    const answer = checkRemoteUrl(given, here);
    expect(answer).toHaveProperty('problem');
    expect(JSON.stringify(answer)).not.toContain('hunter2');
  });
});
