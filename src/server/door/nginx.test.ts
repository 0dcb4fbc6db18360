import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readAsker } from '@/access/asker';
import { freePorts } from '../ports';
import { createDoor, type DoorConfig } from './door';

const NGINX = ['/usr/sbin/nginx', 'nginx'].find((program) => spawnSync(program, ['-v']).status === 0);

/** A real nginx in front of a door, with nothing in its settings but the address behind it, unless more is given. */
describe.runIf(NGINX)('behind nginx', () => {
  let dir: string;
  let server: Server;
  let nginx: ChildProcess;
  let ticks: NodeJS.Timeout | undefined;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'spicerack-nginx-'));
  });
  afterEach(async () => {
    clearInterval(ticks);
    const ended = once(nginx, 'exit');
    nginx.kill('SIGTERM');
    await ended;
    server.closeAllConnections();
    server.close();
    rmSync(dir, { recursive: true, force: true });
  });

  /** @param site what stands in nginx's `http`, for these two ports of this machine */
  async function start(
    settings: Partial<DoorConfig>,
    site: (port: number, behind: number) => string = withLines(''),
    answers: (port: number) => Promise<unknown> = (port) => fetch(`http://127.0.0.1:${port}`),
  ): Promise<string> {
    const config: DoorConfig = {
      host: '127.0.0.1',
      loopback: true,
      allowedHosts: [],
      publicUrl: null,
      publicRead: false,
      guarded: false,
      allow: { read: [], act: [], administer: [] },
      trustedProxies: null,
      proxyUser: null,
      token: null,
      metricsToken: null,
      inngest: null,
    };
    const sessions = { begin: async () => 'x', find: async () => null, end: async () => undefined };
    const tokens = { find: async () => null };
    const note = async () => undefined;
    const door = createDoor({
      config: { ...config, ...settings },
      sessions,
      tokens,
      provider: null,
      note,
      takesUpgrades: false,
    });
    door.open({
      inngestSigns: false,
      handle: async (request, response) => {
        const asker = readAsker({ get: (name) => request.headers[name]?.toString() ?? null });
        if (request.url === '/slow') return;
        if (request.url === '/api/inngest') await sleep(700);
        if (request.url !== '/api/stream') return void response.end(JSON.stringify(asker));
        response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
        ticks = setInterval(() => response.write('data: tick\n\n'), 50);
      },
    });
    server = createServer(door.answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const behind = address && typeof address === 'object' ? address.port : 0;
    const port = await freePorts(1);
    const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((name) => `${name}_temp_path ${dir}/${name};`)
      .join(' ');
    writeFileSync(
      join(dir, 'nginx.conf'),
      `daemon off; pid ${dir}/pid; error_log ${dir}/error.log; events {}
       http { access_log off; ${temp} ${site(port, behind)} }`,
    );
    nginx = spawn(NGINX ?? 'nginx', ['-p', dir, '-c', join(dir, 'nginx.conf')], { stdio: 'ignore' });
    const url = `http://127.0.0.1:${port}`;
    await vi.waitFor(() => answers(port), { timeout: 5000, interval: 50 });
    return url;
  }

  const withLines = (lines: string) => (port: number, behind: number) =>
    `server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${behind}; ${lines} } }`;

  const act = (url: string, origin: string) =>
    fetch(`${url}/api/trpc/jobs.run`, { method: 'POST', headers: { origin }, body: '{}' });

  it('with its defaults, an action is refused with what to set', async () => {
    const url = await start({});
    const refused = await act(url, 'https://rack.example');
    expect([refused.status, await refused.text()]).toEqual([
      403,
      expect.stringContaining('SPICERACK_PUBLIC_URL=https://rack.example'),
    ]);
  });

  it('with its defaults and SPICERACK_PUBLIC_URL, actions are taken and streams flow; other sites are refused', async () => {
    const url = await start({ publicUrl: 'https://rack.example' });
    expect((await act(url, 'https://rack.example')).status).toBe(200);
    expect((await act(url, 'https://evil.example')).status).toBe(403);
    const stream = await fetch(`${url}/api/stream`);
    const { value } = (await stream.body?.getReader().read()) ?? {};
    expect(new TextDecoder().decode(value)).toContain('data: tick');
  });

  it('that passes on Host, the name is one to be known, and no other setting is needed', async () => {
    const url = await start({ allowedHosts: ['127.0.0.1'] }, withLines('proxy_set_header Host $http_host;'));
    expect((await act(url, url)).status).toBe(200);
  });

  it('as deploy/nginx.conf has it, over HTTPS: pages and actions of its name come in, cookies are secure, and each client has an address of its own', async () => {
    const [key, certificate] = [join(dir, 'key.pem'), join(dir, 'certificate.pem')];
    const selfSigned = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=rack.example.com'];
    execFileSync('openssl', [...selfSigned, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    const token = 'the-token-of-this-server';
    const ask = (port: number, path: string, method = 'GET', headers: Record<string, string> = {}, body = '') =>
      new Promise<{ status: number | undefined; cookie: string; text: string }>((resolve, reject) => {
        const to = { host: '127.0.0.1', port, path, method, rejectUnauthorized: false };
        const request = httpsRequest({ ...to, headers: { host: 'rack.example.com', ...headers } }, (response) => {
          const [status, cookie] = [response.statusCode, response.headers['set-cookie']?.join() ?? ''];
          const whole = response.setEncoding('utf8').toArray();
          whole.then((parts) => resolve({ status, cookie, text: parts.join('') }), reject);
        });
        request.on('error', reject).end(body);
      });
    const example = readFileSync('deploy/nginx.conf', 'utf8');
    const url = await start(
      { publicUrl: 'https://rack.example.com', token, guarded: true },
      (port, behind) =>
        example
          .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
          .replace('/etc/ssl/rack.example.com.pem', certificate)
          .replace('/etc/ssl/rack.example.com.key', key)
          .replace('127.0.0.1:3000', `127.0.0.1:${behind}`),
      (port) => ask(port, '/'),
    );
    const port = Number(new URL(url).port);
    const bearer = { authorization: `Bearer ${token}` };
    const run = (origin: string) => ask(port, '/api/trpc/jobs.run', 'POST', { ...bearer, origin }, '{}');
    expect((await run('https://rack.example.com')).status).toBe(200);
    expect((await run('https://evil.example')).status).toBe(403);
    const origin = { origin: 'https://rack.example.com' };
    const signedIn = await ask(port, '/api/sign-in', 'POST', origin, `token=${token}`);
    expect(signedIn).toMatchObject({ status: 303, cookie: expect.stringMatching(/; Secure/) });
    // The app is told whose request it is: whoever connects, whatever a client says of itself.
    const { text } = await ask(port, '/', 'GET', { ...bearer, 'x-forwarded-for': '192.0.2.1' });
    expect(JSON.parse(text)).toMatchObject({ address: '127.0.0.1' });
  });

  // nginx's own minute is shortened here.
  const nodes = (example: string) => (port: number, behind: number) =>
    `proxy_read_timeout 300ms; ${example
      .replace('listen 443 ssl', `listen 127.0.0.1:${port}`)
      .replace(/^ *ssl_.*$/gm, '')
      .replace(/10\.0\.0\.\d:3000/g, `127.0.0.1:${behind}`)}`;
  const example = readFileSync('deploy/nginx-nodes.conf', 'utf8');

  it('as deploy/nginx-nodes.conf has it, Inngest is waited for, and what is slow once is asked again', async () => {
    const url = await start({ publicUrl: 'https://rack.example.com' }, nodes(example));
    expect((await fetch(`${url}/api/inngest`, { method: 'POST' })).status).toBe(200);
    expect((await fetch(`${url}/slow`)).status).toBe(504);
    expect((await fetch(url)).status).toBe(200);
  });

  it('without what it has more, one slow answer keeps everybody out', async () => {
    const without = example.replaceAll(' max_fails=0', '').replace('proxy_read_timeout 15m;', '');
    const url = await start({ publicUrl: 'https://rack.example.com' }, nodes(without));
    expect((await fetch(`${url}/api/inngest`, { method: 'POST' })).status).toBe(504);
    expect((await fetch(`${url}/slow`)).status).not.toBe(200);
    expect((await fetch(url)).status).toBe(502);
  });
});
