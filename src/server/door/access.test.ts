import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkAccess, landing, type Rules } from './access';

const local: Rules = {
  guarded: false,
  publicRead: false,
  hasProvider: false,
  guardsMetrics: false,
  names: () => new Set(['127.0.0.1']),
  allowedHosts: [],
  publicUrl: null,
  inngestSigns: false,
};
const shared: Rules = { ...local, guarded: true, names: () => new Set(['192.168.7.5', 'fe80::1', 'rack']) };
const ask = (headers: Record<string, string>, rules: Rules = local, url = '/', method = 'GET') =>
  checkAccess({ method, url, headers, hosts: 1, vouched: false }, rules);

describe('the Host', () => {
  it.each(['localhost:3000', 'LOCALHOST', '127.0.0.1:3000', '[::1]:3000'])('%s is ours', (host) => {
    expect(ask({ host }).kind).toBe('allowed');
    expect(ask({ host }, shared)).toMatchObject({ status: 401 });
  });

  it.each(['evil.example:3000', 'localhost.evil.example', 'localhost.', '127.0.0.2', '10.0.0.9'])(
    '%s is refused, behind a token too, and the answer says what to do',
    (host) => {
      for (const rules of [local, shared]) {
        expect(ask({ host }, rules)).toMatchObject({
          status: 403,
          message: expect.stringContaining('SPICERACK_ALLOWED_HOSTS'),
        });
      }
      expect(ask({ host }, shared, '/api/health')).toMatchObject({ status: 403 });
    },
  );

  it('may be an address or the name of this machine where others reach it', () => {
    for (const host of ['192.168.7.5:3000', '[fe80::1]:3000', 'rack']) {
      expect(ask({ host }, shared, '/api/health').kind).toBe('allowed');
    }
    expect(ask({ host: 'rack' })).toMatchObject({ status: 403 });
  });

  it('may be what the settings add, with any port or with that port', () => {
    const rules = { ...local, allowedHosts: ['box.lan', 'old.lan:8080'] };
    for (const host of ['box.lan', 'box.lan:99', 'old.lan:8080']) expect(ask({ host }, rules).kind).toBe('allowed');
    expect(ask({ host: 'old.lan:99' }, rules)).toMatchObject({ status: 403 });
  });

  it.each(['', ' ', '[', '[::1', 'localhost:x', 'localhost:99999999', 'a b', 'x@localhost', 'localhost/x'])(
    '%j is none',
    (host) => {
      expect(ask({ host })).toMatchObject({ status: 400 });
    },
  );

  it('comes once', () => {
    for (const hosts of [0, 2]) {
      expect(
        checkAccess({ method: 'GET', url: '/', headers: { host: 'localhost' }, vouched: false, hosts }, local),
      ).toMatchObject({
        status: 400,
      });
    }
  });
});

describe('behind a proxy', () => {
  const rules = { ...local, publicUrl: 'https://rack.example' };
  const origin = 'https://rack.example';

  it('that passes on no Host, our own pages are ours once the settings say where people reach them', () => {
    expect(ask({ host: '127.0.0.1:3000', origin }, rules, '/api/trpc/x', 'POST').kind).toBe('allowed');
    expect(ask({ host: 'rack.example', origin }, rules, '/api/trpc/x', 'POST').kind).toBe('allowed');
  });

  it('the refusal names both hosts, the setting, and the line that the proxy needs', () => {
    const refusal = ask({ host: '127.0.0.1:3000', origin }, local, '/api/trpc/x', 'POST');
    for (const words of [
      'from rack.example',
      'Host is 127.0.0.1:3000',
      'SPICERACK_PUBLIC_URL=https://rack.example',
      'proxy_set_header Host',
    ]) {
      expect(refusal).toMatchObject({ status: 403, message: expect.stringContaining(words) });
    }
  });

  it('other sites stay other sites, by name, by port and by protocol', () => {
    for (const other of ['https://evil.example', 'https://rack.example:8443', 'http://rack.example', 'null']) {
      expect(ask({ host: '127.0.0.1:3000', origin: other }, rules, '/api/trpc/x', 'POST')).toMatchObject({
        status: 403,
      });
    }
    expect(ask({ host: 'evil.example', origin }, rules)).toMatchObject({ status: 403 });
  });
});

it('refuses an Origin that is not the Host', () => {
  const host = 'localhost:3000';
  for (const origin of ['http://localhost:3000', 'https://localhost:3000']) {
    expect(ask({ host, origin }).kind).toBe('allowed');
  }
  for (const origin of [
    'http://evil.example',
    'http://localhost:3001',
    'tauri://localhost:3000',
    'null',
    '',
    'x',
    'http://[',
  ]) {
    expect(ask({ host, origin })).toMatchObject({ status: 403 });
  }
});

it('takes no method but those that pages and the API have', () => {
  const host = 'localhost';
  for (const rules of [local, shared]) {
    for (const url of ['/', '/status', '/_next/static/x.js', '/api', '/apix']) {
      for (const method of ['POST', 'PUT', 'OPTIONS', 'DELETE', 'TRACE', 'get']) {
        expect(ask({ host }, rules, url, method), `${method} ${url}`).toMatchObject({ status: 405 });
      }
    }
    for (const method of ['PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'QUERY', '']) {
      expect(ask({ host }, rules, '/api/trpc/repos.list', method), method).toMatchObject({ status: 405 });
    }
  }
  for (const method of ['GET', 'HEAD']) expect(ask({ host }, local, '/status', method).kind).toBe('allowed');
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'OPTIONS']) {
    expect(ask({ host }, local, '/api/inngest', method).kind).toBe('allowed');
  }
});

describe('behind a token', () => {
  const host = 'rack';

  it('asks for it, and passes on what is presented', () => {
    expect(ask({ host }, shared)).toMatchObject({ kind: 'refused', status: 401 });
    expect(ask({ host, authorization: 'Basic abc' }, shared)).toMatchObject({ status: 401 });
    expect(ask({ host, authorization: 'Bearer abc' }, shared)).toEqual({
      kind: 'check',
      credential: { kind: 'bearer', token: 'abc', opens: 'all' },
    });
    expect(ask({ host, cookie: 'a=b; spicerack_session=%; spicerack_session=abc' }, shared)).toEqual({
      kind: 'check',
      credential: { kind: 'session', id: 'abc' },
    });
  });

  it.each(['spicerack_session=%', 'spicerack_session=', 'spicerack_session', '=', ';;', '%', 'spicerack_session=a b'])(
    'takes the cookie %j for none',
    (cookie) => {
      expect(ask({ host, cookie }, shared)).toMatchObject({ status: 401 });
    },
  );

  it.each([
    ['/?token=abc', '/'],
    ['/repos/x?a=1&token=abc&b=%2F%2Fevil', '/repos/x?a=1&b=%2F%2Fevil'],
    ['/?token=abc&token=def', '/'],
    ['/?a=//evil.example&token=abc', '/?a=%2F%2Fevil.example'],
  ])('keeps the token of %s and goes on to %s', (url, location) => {
    expect(ask({ host }, shared, url)).toEqual({
      kind: 'check',
      credential: { kind: 'sign_in', token: 'abc', location },
    });
  });

  it.each(['/.//evil.example/x', '//evil.example/x', '/\\evil.example/x', '/%2f/evil.example', '/%5cevil.example'])(
    'never goes on to %s',
    (path) => {
      expect(ask({ host }, shared, `${path}?token=abc`)).toMatchObject({ status: 400 });
    },
  );

  it('goes on after the form only to a path of ours, without the token', () => {
    expect(landing('/repos/x?a=1')).toBe('/repos/x?a=1');
    expect(landing('/repos/x?token=abc')).toBe('/repos/x');
    for (const to of [
      null,
      '',
      '//evil.example',
      '/.//evil.example',
      'http://evil.example',
      '/\\evil.example',
      'javascript:x',
    ]) {
      expect(landing(to)).toBe('/');
    }
  });

  it('takes no token in the address of what is posted', () => {
    expect(ask({ host }, shared, '/api/trpc/x?token=abc', 'POST')).toMatchObject({ status: 401 });
  });

  it('leaves exactly two paths open, that of Inngest while its signatures are checked', () => {
    const signs = { ...shared, inngestSigns: true };
    expect(ask({ host }, shared, '/api/health').kind).toBe('allowed');
    expect(ask({ host }, signs, '/api/inngest?fnId=x').kind).toBe('allowed');
    expect(ask({ host }, shared, '/api/inngest')).toMatchObject({ status: 401 });
    for (const url of ['/api/health/', '/api/inngest/', '/api/inngest/x', '/API/health', '/api/%68ealth', '/api']) {
      expect(ask({ host }, signs, url)).toMatchObject({ status: 401 });
    }
  });
});

it('decides on every request without a throw, and lets in none without a credential', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string());
  const path = fc.oneof(
    text,
    fc
      .array(fc.constantFrom('/', '.', '..', '%2e', '%', '\\', ';', 'api', 'health', 'inngest', 'trpc', '?', '#', '['))
      .map((parts) => `/${parts.join('')}`),
  );
  fc.assert(
    fc.property(path, text, text, text, text, fc.boolean(), (url, host, cookie, origin, authorization, signs) => {
      const headers = { host, cookie, ...(origin && { origin }), authorization };
      const rules = { ...shared, inngestSigns: signs };
      const access = checkAccess({ method: 'GET', url, headers, hosts: 1, vouched: false }, rules);
      const exempt = ['/api/health', '/api/ready', '/api/inngest'].includes(url.split('?')[0] ?? '');
      if (access.kind === 'allowed') expect(exempt).toBe(true);
      const known = checkAccess(
        { method: 'GET', url, headers: { host: 'localhost', cookie, authorization }, hosts: 1, vouched: false },
        rules,
      );
      if (known.kind === 'allowed') expect(exempt).toBe(true);
      if (known.kind === 'check' && known.credential.kind === 'sign_in') {
        expect(new URL(known.credential.location, 'http://localhost').origin).toBe('http://localhost');
      }
    }),
    { numRuns: 2000 },
  );
});
