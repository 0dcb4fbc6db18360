import { describe, expect, test } from 'vitest';
import { matching, withoutLogin } from './match';

const https = { url: 'https://github.com/acme/web.git' };
const ssh = { url: 'git@github.com:acme/api.git' };
const path = { url: '/srv/git/shop.git' };
const repos = [https, ssh, path];

describe('a remote of a clone is the repository', () => {
  test('of the same address, whatever login stands in it', () => {
    expect(matching(repos, 'https://me:secret@github.com/acme/web')).toEqual([https]);
    expect(matching(repos, 'https://ghp_0123456789@GitHub.com/acme/web.git/')).toEqual([https]);
  });

  test('of the same host and path, by ssh or by https', () => {
    expect(matching(repos, 'git@github.com:acme/web.git')).toEqual([https]);
    expect(matching(repos, 'ssh://git@github.com:22/acme/api')).toEqual([ssh]);
    expect(matching(repos, 'https://github.com/acme/api')).toEqual([ssh]);
  });

  test('of the same path on this machine', () => {
    expect(matching(repos, 'file:///srv/git/shop.git')).toEqual([path]);
  });

  test('and of no other one', () => {
    for (const other of [
      'https://github.com/acme/web2',
      'https://gitlab.com/acme/web.git',
      '/srv/git/shop',
      'nonsense',
    ]) {
      expect(matching(repos, other)).toEqual([]);
    }
  });

  test('by the very address where two share host and path', () => {
    const twin = { url: 'git@github.com:acme/web.git' };
    expect(matching([https, twin], 'git@github.com:acme/web.git')).toEqual([twin]);
    expect(matching([https, twin], 'ssh://me@github.com/acme/web.git')).toEqual([https, twin]);
  });
});

test('a login in an address is never repeated', () => {
  expect(withoutLogin('https://me:secret@host/a/b.git')).toBe('https://host/a/b.git');
  expect(withoutLogin('ssh://git:secret@host/a/b.git')).toBe('ssh://git@host/a/b.git');
  expect(withoutLogin('git@host:a/b.git')).toBe('git@host:a/b.git');
});
