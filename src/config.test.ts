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

describe('a server that others reach', () => {
  it('is refused without a token, and the refusal has a fresh one to copy', () => {
    const offer = () => {
      try {
        readConfig({ HOST: '0.0.0.0' });
        return undefined;
      } catch (error) {
        return String(error).match(/SPICERACK_TOKEN=(\S+)$/)?.[1];
      }
    };
    const [one, other] = [offer(), offer()];
    expect(one).not.toBe(other);
    expect(readConfig({ HOST: '0.0.0.0', SPICERACK_TOKEN: one }).token).toBe(one);
    expect(one?.length).toBeGreaterThan(30);
  });

  it.each(['short', 'sixteen letters with spaces', 'sixteen-or-more-letters\n', 'sechzehn-Zeichen-für-uns'])(
    'is refused with the token %j, without repeating it',
    (token) => {
      expect(() => readConfig({ SPICERACK_TOKEN: token })).toThrow(/SPICERACK_TOKEN: use at least 16/);
      expect(() => readConfig({ SPICERACK_TOKEN: token })).not.toThrow(token);
    },
  );

  it.each(['1', 'true', 'http://localhost:8288'])(
    'is refused with INNGEST_DEV=%s, which checks no signatures',
    (dev) => {
      const env = { INNGEST_DEV: dev, INNGEST_BASE_URL: 'http://localhost:8288' };
      expect(() => readConfig({ ...env, HOST: '0.0.0.0', SPICERACK_TOKEN: 'sixteen-or-more-letters' })).toThrow(
        /INNGEST_DEV/,
      );
      expect(() => readConfig({ ...env, SPICERACK_TOKEN: 'sixteen-or-more-letters' })).toThrow(/INNGEST_DEV/);
      expect(readConfig(env).inngest).toMatchObject({ dev: true, signingKey: null });
    },
  );

  it('takes the keys of Inngest where dev mode is off', () => {
    const env = { INNGEST_DEV: '0', INNGEST_SIGNING_KEY: 'abcd', SPICERACK_TOKEN: 'sixteen-or-more-letters' };
    expect(readConfig(env).inngest).toMatchObject({ dev: false, signingKey: 'abcd' });
  });
});

describe('the address that people type', () => {
  it.each([
    ['https://rack.example', 'https://rack.example'],
    ['https://Rack.example:8443/', 'https://rack.example:8443'],
    ['http://rack.lan', 'http://rack.lan'],
  ])('%s', (given, origin) => {
    expect(readConfig({ SPICERACK_PUBLIC_URL: given }).publicUrl).toBe(origin);
  });

  it.each([
    ['https://tools.example/rack/', /at the root of a host and not below a path/],
    ['rack.example', /https:\/\/rack\.example\.com/],
    ['ftp://rack.example', /https:\/\/rack\.example\.com/],
    ['https://me:secret@rack.example', /leave out user and password/],
  ])('%s is refused with what to write', (given, words) => {
    expect(() => readConfig({ SPICERACK_PUBLIC_URL: given })).toThrow(words);
  });
});

describe('the signing key of Inngest', () => {
  it.each(['ab'.repeat(16), 'AB12', `signkey-prod-${'0f'.repeat(32)}`])('may be %s', (key) => {
    const env = { INNGEST_SIGNING_KEY: key, INNGEST_SIGNING_KEY_FALLBACK: key };
    expect(readConfig(env).inngest?.signingKey).toBe(key);
  });

  it.each(['sesame', 'abc', 'signkey-prod-', 'ab cd'])('is not %s, which no Inngest server takes', (key) => {
    for (const name of ['INNGEST_SIGNING_KEY', 'INNGEST_SIGNING_KEY_FALLBACK']) {
      const reading = () => readConfig({ [name]: key });
      expect(reading).toThrow(`${name}: write an even number of hexadecimal digits`);
      expect(reading).not.toThrow(key);
    }
  });
});

it('the address of Inngest has no login, which pages would show', () => {
  expect(() => readConfig({ INNGEST_BASE_URL: 'http://me:sesame@inngest.lan:8288' })).toThrow(
    /leave out user and pass/,
  );
  expect(() => readConfig({ INNGEST_BASE_URL: 'http://me:sesame@inngest.lan:8288' })).not.toThrow(/sesame/);
  expect(() => readConfig({ INNGEST_BASE_URL: 'inngest.lan' })).toThrow(/http:\/\/host:port/);
});

it('an Inngest server of another machine is told which address to call: 127.0.0.1 would be its own', () => {
  const INNGEST_BASE_URL = 'http://inngest.lan:8288';
  const token = { SPICERACK_TOKEN: 'x'.repeat(24) };
  for (const HOST of ['127.0.0.1', '0.0.0.0', '::']) {
    const env = { ...token, HOST, INNGEST_BASE_URL };
    expect(() => readConfig(env)).toThrow(/set INNGEST_SERVE_ORIGIN/);
    expect(readConfig({ ...env, SPICERACK_EXECUTOR: 'inline' }).executor).toBe('inline');
    expect(readConfig({ ...env, INNGEST_SERVE_ORIGIN: 'http://rack.lan:3000' }).inngest).not.toBeNull();
    expect(readConfig({ ...env, INNGEST_BASE_URL: 'http://127.0.0.1:8288' }).inngest).not.toBeNull();
  }
  // It has a name of its own.
  expect(readConfig({ ...token, HOST: '10.0.0.5', INNGEST_BASE_URL }).inngest?.serveOrigin).toBeNull();
});

it('the address that Inngest is to call may not be loopback where the server is for others', () => {
  const env = { INNGEST_BASE_URL: 'http://inngest.lan:8288', INNGEST_SIGNING_KEY: 'a'.repeat(64) };
  const shared = { ...env, HOST: '0.0.0.0', SPICERACK_TOKEN: 'x'.repeat(24) };
  for (const host of ['localhost', '127.0.0.1', '[::1]']) {
    const INNGEST_SERVE_ORIGIN = `http://${host}:3000`;
    expect(() => readConfig({ ...shared, INNGEST_SERVE_ORIGIN })).toThrow(
      /INNGEST_SERVE_ORIGIN.*in front of all its nodes/,
    );
    expect(readConfig({ ...env, INNGEST_SERVE_ORIGIN }).inngest?.serveOrigin).toBe(INNGEST_SERVE_ORIGIN);
  }
  expect(readConfig({ ...shared, INNGEST_SERVE_ORIGIN: 'https://rack.example' }).inngest?.serveOrigin).toBe(
    'https://rack.example',
  );
});

describe('the address that Inngest is to call', () => {
  const served = (INNGEST_SERVE_ORIGIN: string, more = {}) =>
    readConfig({ INNGEST_DEV: '1', INNGEST_SERVE_ORIGIN, ...more });

  it.each([
    ['https://me:sesame@rack.example', /leave out user and password/],
    ['rack.example:3000', /write it as https:\/\/rack\.example\.com/],
    ['ftp://rack.example', /write it as https:\/\/rack\.example\.com/],
    ['https://rack.example/api/inngest', /at the root of a host/],
    ['http://0.0.0.0:3000', /is each machine's own/],
  ])('is not %s', (origin, words) => {
    expect(() => served(origin)).toThrow(words);
    expect(() => served(origin)).not.toThrow(/sesame/);
  });

  it('is of no matter where jobs run in this process, and loopback has many names', () => {
    const shared = { INNGEST_DEV: '0', HOST: '0.0.0.0', SPICERACK_TOKEN: 'x'.repeat(24) };
    for (const host of ['127.0.0.2', 'rack.localhost', 'LOCALHOST']) {
      expect(() => served(`http://${host}:3000`, shared)).toThrow(/is each machine's own/);
      expect(served(`http://${host}:3000`, { ...shared, SPICERACK_EXECUTOR: 'inline' }).executor).toBe('inline');
    }
    expect(readConfig({ INNGEST_BASE_URL: 'http://127.0.1.1:8288' }).inngest).not.toBeNull();
    expect(readConfig({ HOST: '127.0.0.2' }).loopback).toBe(true);
    expect(() => readConfig({ HOST: '128.0.0.1' })).toThrow('can be reached from other machines');
  });
});

describe('who may come in', () => {
  const vouched = {
    SPICERACK_PROXY_USER_HEADER: 'X-Forwarded-User',
    SPICERACK_TRUST_PROXY: '10.0.0.0/8, ::1',
    SPICERACK_ALLOW_ACT: 'Mara@example.com, @example.com, group:ops',
  };

  it('a proxy that says who somebody is wants its addresses named, and who may come in', () => {
    expect(readConfig({ ...vouched, HOST: '0.0.0.0' })).toMatchObject({
      guarded: true,
      token: null,
      proxyUser: { header: 'x-forwarded-user', groupsHeader: null },
      allow: { read: [], act: ['mara@example.com', '@example.com', 'group:ops'], administer: [] },
    });
    expect(() => readConfig({ ...vouched, SPICERACK_TRUST_PROXY: '' })).toThrow('SPICERACK_TRUST_PROXY');
    expect(() => readConfig({ ...vouched, SPICERACK_ALLOW_ACT: '' })).toThrow('Nobody could come in');
    expect(() => readConfig({ ...vouched, INNGEST_DEV: '1' })).toThrow('INNGEST_DEV');
  });

  it.each(['10.0.0.0/33', 'proxy.internal', '10.0.0', '10.0.0.0/8/8', '::1/129', '0x7f000001'])(
    'an address that is none (%s) is refused',
    (given) => {
      expect(() => readConfig({ ...vouched, SPICERACK_TRUST_PROXY: given })).toThrow('is no address and no network');
    },
  );

  it.each(['mara example.com', 'a@b@c', '@'])('a list that names nobody (%s) is refused', (given) => {
    expect(() => readConfig({ ...vouched, SPICERACK_ALLOW_ACT: given })).toThrow('SPICERACK_ALLOW_ACT');
  });

  it('a provider has an address of https, and a client of ours', () => {
    const oidc = {
      SPICERACK_OIDC_ISSUER: 'https://accounts.example.com',
      SPICERACK_OIDC_CLIENT_ID: 'spicerack',
      SPICERACK_ALLOW_READ: '*',
    };
    expect(readConfig(oidc)).toMatchObject({ guarded: true, oidc: { clientId: 'spicerack', nameClaim: 'email' } });
    expect(() => readConfig({ ...oidc, SPICERACK_OIDC_CLIENT_ID: '' })).toThrow('SPICERACK_OIDC_CLIENT_ID');
    expect(() => readConfig({ ...oidc, SPICERACK_OIDC_ISSUER: 'http://accounts.example.com' })).toThrow('https');
    expect(() => readConfig({ ...oidc, SPICERACK_ALLOW_READ: '' })).toThrow('Nobody could come in');
  });

  it('GitHub lets people sign in by an app that is whole, and not beside another provider', () => {
    const gitHub = {
      SPICERACK_GITHUB_SIGN_IN_ID: 'Ov23',
      SPICERACK_GITHUB_SIGN_IN_SECRET: 'planted',
      SPICERACK_ALLOW_READ: 'group:acme/platform, mara',
    };
    expect(readConfig(gitHub)).toMatchObject({
      guarded: true,
      gitHubSignIn: { url: 'https://github.com', clientId: 'Ov23', clientSecret: 'planted' },
    });
    const refused: Array<[Record<string, string>, string]> = [
      [{ SPICERACK_GITHUB_SIGN_IN_SECRET: '' }, 'go together'],
      [{ SPICERACK_GITHUB_SIGN_IN_ID: '' }, 'go together'],
      [{ SPICERACK_GITHUB_SIGN_IN_URL: 'http://git.example.com' }, 'https'],
      [{ SPICERACK_ALLOW_READ: '' }, 'Nobody could come in'],
      [{ SPICERACK_OIDC_ISSUER: 'https://accounts.example.com', SPICERACK_OIDC_CLIENT_ID: 'x' }, 'one provider'],
    ];
    for (const [other, words] of refused) expect(() => readConfig({ ...gitHub, ...other })).toThrow(words);
  });

  it('everybody may look only where somebody may see to it', () => {
    expect(() => readConfig({ SPICERACK_PUBLIC_READ: '1' })).toThrow('SPICERACK_TOKEN');
    expect(readConfig({ SPICERACK_PUBLIC_READ: '1', SPICERACK_TOKEN: 'x'.repeat(16) }).publicRead).toBe(true);
  });

  it('on this machine alone nobody is asked unless that is set', () => {
    expect(readConfig({})).toMatchObject({ guarded: false, publicRead: false, proxyUser: null });
  });
});

describe('a wrong setting is told with what to write', () => {
  it.each([
    ['PORT', '99999', 'use at most 65535'],
    ['SPICERACK_KEEP_DAYS', 'long', 'write a number'],
    ['SPICERACK_LEASE', '0', 'use more than 0'],
    ['SPICERACK_CONCURRENCY', '0', 'use at least 1'],
    ['SPICERACK_MAX_ATTEMPTS', '1.5', 'write a whole number'],
    ['SPICERACK_LOG', 'xml', 'write one of auto, json, text'],
    ['SPICERACK_ALLOW_LOCAL', 'yes', 'write one of 0, 1, true, false'],
    ['INNGEST_BASE_URL', 'here', 'write it as https://host or http://host:port'],
    ['SPICERACK_DATABASE_URL', 'mysql://db.example', 'write libsql://db.example.com for a database server'],
    ['SPICERACK_DATABASE_URL', 'libsql://me:hunter2@db.example', 'leave out user and password'],
  ])('%s=%s', (name, value, words) => {
    expect(() => readConfig({ [name]: value })).toThrow(`\n  ${name}: ${words}`);
    expect(() => readConfig({ [name]: value })).not.toThrow(/hunter2/);
  });

  it.each([
    ['SPICERACK_DATABASE_URL', 'libsql://db.example?authToken=x'],
    ['SPICERACK_DATABASE_URL', 'http://database:8080'],
    ['SPICERACK_DATABASE_URL', 'file:/srv/spicerack.db'],
    ['SPICERACK_DATABASE_URL', 'file:rack.db'],
  ])('%s=%s is taken', (name, value) => {
    expect(() => readConfig({ [name]: value })).not.toThrow();
  });

  it('the token of Prometheus is not that of the server', () => {
    const SPICERACK_TOKEN = 'sixteen-letters-or-more';
    const both = (SPICERACK_METRICS_TOKEN: string) => readConfig({ SPICERACK_TOKEN, SPICERACK_METRICS_TOKEN });
    expect(() => both(SPICERACK_TOKEN)).toThrow(/make it another one than SPICERACK_TOKEN/);
    expect(both('another-one-for-prometheus').metricsToken).not.toBeNull();
  });
});
