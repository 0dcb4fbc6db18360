import { describe, expect, it } from 'vitest';
import { readConfig } from './config';

describe('the GitHub servers of the settings', () => {
  const hosts = (env: Record<string, string>) => Object.fromEntries(readConfig(env).githubHosts);

  it('are github.com alone, without a token', () => {
    expect(hosts({})).toEqual({ 'github.com': { apiUrl: 'https://api.github.com/graphql', token: null } });
  });

  it('give GITHUB_TOKEN to github.com and to no other', () => {
    expect(hosts({ GITHUB_TOKEN: 'ours', SPICERACK_GITHUB_HOSTS: 'Git.Example.com' })).toEqual({
      'github.com': { apiUrl: 'https://api.github.com/graphql', token: 'ours' },
      'git.example.com': { apiUrl: 'https://git.example.com/api/graphql', token: null },
    });
  });

  it('give SPICERACK_GITHUB_TOKEN to all, at the addresses that are given', () => {
    expect(
      hosts({
        GITHUB_TOKEN: 'ours',
        SPICERACK_GITHUB_TOKEN: 'for-all',
        SPICERACK_GITHUB_HOSTS: 'one.example:8443, two.example=https://api.two.example/graphql',
      }),
    ).toEqual({
      'github.com': { apiUrl: 'https://api.github.com/graphql', token: 'for-all' },
      'one.example:8443': { apiUrl: 'https://one.example:8443/api/graphql', token: 'for-all' },
      'two.example': { apiUrl: 'https://api.two.example/graphql', token: 'for-all' },
    });
  });

  it.each(['https://git.example.com', 'git.example.com=api', 'a b', '=https://x.example'])('refuse %j', (given) => {
    expect(() => readConfig({ SPICERACK_GITHUB_HOSTS: given })).toThrow(/SPICERACK_GITHUB_HOSTS: write each as/);
  });

  it('take a token with a line break after it, and repeat no token that cannot be one', () => {
    expect(hosts({ GITHUB_TOKEN: 'ours\n' })['github.com']?.token).toBe('ours');
    expect(() => readConfig({ GITHUB_TOKEN: 'sesame\nopen' })).toThrow(/GITHUB_TOKEN: use the token alone/);
    expect(() => readConfig({ GITHUB_TOKEN: 'sesame\nopen' })).not.toThrow(/sesame|open/);
  });
});
