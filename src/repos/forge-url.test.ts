import { describe, expect, it } from 'vitest';
import { compareUrl, forgeOf } from './forge-url';

const hosts = new Map([
  ['github.com', { apiUrl: 'https://api.github.com/graphql' }],
  ['git.example.com:8443', { apiUrl: 'https://git.example.com:8443/api/graphql' }],
]);
const shop = {
  host: 'github.com',
  owner: 'acme',
  repo: 'shop.js',
  apiUrl: 'https://api.github.com/graphql',
  webUrl: 'https://github.com/acme/shop.js',
};

describe('forgeOf', () => {
  it.each([
    'https://github.com/acme/shop.js',
    'https://github.com/acme/shop.js.git',
    'https://ada@GitHub.com/acme/shop.js/',
    'http://www.github.com/acme/shop.js',
    'git@github.com:acme/shop.js.git',
    'github.com:/acme/shop.js',
    'ssh://git@github.com/acme/shop.js.git',
    'ssh://git@ssh.github.com:443/acme/shop.js.git',
  ])('knows %s', (url) => {
    expect(forgeOf(url, hosts)).toEqual(shop);
  });

  it('knows the hosts of the settings, with their port', () => {
    expect(forgeOf('https://git.example.com:8443/acme/shop', hosts)).toMatchObject({
      apiUrl: 'https://git.example.com:8443/api/graphql',
      webUrl: 'https://git.example.com:8443/acme/shop',
    });
    expect(forgeOf('https://git.example.com/acme/shop', hosts)).toBeNull();
  });

  it.each([
    '/srv/git/github.com/acme/shop.git',
    'file:///srv/acme/shop.git',
    'https://gitlab.com/acme/shop.git',
    'https://github.com.evil.example/acme/shop',
    'git@gitlab.com:github.com/acme.git',
    'https://github.com/acme',
    'https://github.com/acme/shop/tree/main',
    'https://github.com/acme/..',
    'git://github.com/acme/shop.git',
    'https://',
    '',
  ])('finds no forge in %j', (url) => {
    expect(forgeOf(url, hosts)).toBeNull();
  });
});

describe('compareUrl', () => {
  it('compares the two commits themselves', () => {
    expect(compareUrl(shop, 'aaa', 'bbb')).toBe('https://github.com/acme/shop.js/compare/aaa..bbb');
  });

  it('is null where there is no forge, or nothing to compare', () => {
    expect(compareUrl({ webUrl: null }, 'aaa', 'bbb')).toBeNull();
    expect(compareUrl(shop, null, 'bbb')).toBeNull();
    expect(compareUrl(shop, 'aaa', null)).toBeNull();
    expect(compareUrl(shop, 'aaa', 'aaa')).toBeNull();
  });
});
