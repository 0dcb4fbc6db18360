import { describe, expect, it } from 'vitest';
import { checkAccess } from './access';

const local = { host: '127.0.0.1', loopback: true, allowedHosts: [], token: null };
const shared = { host: '0.0.0.0', loopback: false, allowedHosts: [], token: 'sixteen-or-more-letters' };
const ask = (headers: Record<string, string>, config: Parameters<typeof checkAccess>[1] = local, url = '/') =>
  checkAccess({ url, headers }, config);

describe('access', () => {
  it('lets loopback names in and refuses every other name on loopback', () => {
    for (const host of ['localhost:3000', '127.0.0.1:3000', '[::1]:3000']) expect(ask({ host }).kind).toBe('allowed');
    expect(ask({ host: 'evil.example:3000' })).toMatchObject({ kind: 'refused', status: 403 });
    expect(ask({ host: 'box.lan' }, { ...local, allowedHosts: ['box.lan'] }).kind).toBe('allowed');
  });

  it('refuses an Origin that is not the Host', () => {
    expect(ask({ host: 'localhost:3000', origin: 'http://localhost:3000' }).kind).toBe('allowed');
    expect(ask({ host: 'localhost:3000', origin: 'http://evil.example' })).toMatchObject({ status: 403 });
    expect(ask({ host: 'localhost:3000', origin: 'null' })).toMatchObject({ status: 403 });
  });

  it('asks for the token, takes it as header or cookie, and turns one in the address into a cookie', () => {
    const host = 'rack.example';
    expect(ask({ host }, shared)).toMatchObject({ kind: 'refused', status: 401 });
    expect(ask({ host, authorization: 'Bearer wrong' }, shared)).toMatchObject({ status: 401 });
    expect(ask({ host, authorization: `Bearer ${shared.token}` }, shared).kind).toBe('allowed');
    expect(ask({ host, cookie: `a=b; spicerack_token=${shared.token}` }, shared).kind).toBe('allowed');
    expect(ask({ host }, shared, `/repos?x=1&token=${shared.token}`)).toMatchObject({
      kind: 'signed_in',
      location: '/repos?x=1',
    });
    expect(ask({ host }, shared, '/api/health').kind).toBe('allowed');
  });
});
