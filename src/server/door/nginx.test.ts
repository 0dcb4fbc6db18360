import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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

  async function start(settings: Partial<DoorConfig>, lines = ''): Promise<string> {
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
        if (request.url !== '/api/stream') return void response.end('app');
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
       http { access_log off; ${temp} server { listen 127.0.0.1:${port};
         location / { proxy_pass http://127.0.0.1:${behind}; ${lines} } } }`,
    );
    nginx = spawn(NGINX ?? 'nginx', ['-p', dir, '-c', join(dir, 'nginx.conf')], { stdio: 'ignore' });
    const url = `http://127.0.0.1:${port}`;
    await vi.waitFor(async () => expect((await fetch(url)).status).toBe(200), { timeout: 5000, interval: 50 });
    return url;
  }

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
    const url = await start({ allowedHosts: ['127.0.0.1'] }, 'proxy_set_header Host $http_host;');
    expect((await act(url, url)).status).toBe(200);
  });
});
