import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { makeRemote, type Remote } from '@/demo/remote';
import { type HttpRemotes, serveHttp } from '@/testing/http';
import { prepareClone } from '../clone/init';
import { GitError } from '../process/error';
import { fetchRemote } from './fetch';
import { remoteHead } from './ls-remote';
import { pushAtomic } from './push';
import { redirectTarget } from './redirect';
import { isPublic, reachable } from './remote-host';

/** Stands in for a name server, which tests do not have: what each name resolves to. */
const names: Record<string, string[]> = {};
vi.mock('node:dns/promises', async (original) => {
  const real = await original<typeof import('node:dns/promises')>();
  return {
    ...real,
    lookup: async (host: string, options: { all: true }) =>
      names[host]?.map((address) => ({ address })) ?? real.lookup(host, options),
  };
});

let dir: string;
let remote: Remote;
let http: HttpRemotes;
let clone: string;
const servers: Server[] = [];

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on TCP
}

beforeAll(async () => {
  process.env.SPICERACK_REMOTE_HOSTS = 'public';
  dir = await mkdtemp(join(tmpdir(), 'spicerack-host-'));
  remote = await makeRemote(join(dir, 'shop.git'));
  await remote.from('main').branch('main').commit('Start', { a: '1\n' }).write();
  http = await serveHttp(dir);
  clone = join(dir, 'clone.git');
});
afterAll(async () => {
  for (const server of servers) server.close().closeAllConnections();
  await http.close();
  await rm(dir, { recursive: true, force: true });
});

async function failureOf(work: Promise<unknown>): Promise<GitError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof GitError)) throw new Error('It did not fail as git does.', { cause: error });
  return error;
}

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])(
    'with status %i is not followed, and where it points is found',
    async (status) => {
      const asked: string[] = [];
      const other = await serve((request, response) => {
        asked.push(request.url ?? '');
        response.writeHead(404).end();
      });
      const url = await serve((request, response) => {
        response.writeHead(status, { location: `${other}/moved.git${request.url?.replace('/shop.git', '')}` }).end();
      });
      await prepareClone(clone, `${url}/shop.git`);
      for (const ask of [() => fetchRemote(clone), () => remoteHead(`${url}/shop.git`)])
        expect((await failureOf(ask())).kind).toBe('redirect');
      expect(await redirectTarget(clone)).toBe(`${other}/moved.git`);
      expect(asked).toEqual([]);
    },
  );

  test('in the middle of a push is not followed either', async () => {
    const asked: string[] = [];
    const other = await serve((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(404).end();
    });
    const url = await serve((request, response) => {
      if (request.method === 'POST') {
        request.resume();
        response.writeHead(307, { location: `${other}${request.url}` }).end();
        return;
      }
      void fetch(`${http.url}${request.url}`).then(async (answer) => {
        response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
        response.end(Buffer.from(await answer.arrayBuffer()));
      });
    });
    await prepareClone(clone, remote.dir);
    await fetchRemote(clone);
    await prepareClone(clone, `${url}/shop.git`);
    const after = await remote.tip('main');
    const result = await pushAtomic(clone, [{ ref: 'refs/heads/new', before: null, after }]);
    expect(result).toMatchObject({ kind: 'declined', error: { kind: 'redirect' } });
    expect(asked).toEqual([]);
    expect(Object.keys(await remote.tips())).toEqual(['main']);
  });

  test('that carries a login in its target does not show it', async () => {
    const url = await serve((_, response) => {
      response.writeHead(302, { location: 'https://ada:hunter2@elsewhere.example/shop.git/info/refs' }).end();
    });
    await prepareClone(clone, `${url}/shop.git`);
    expect(await redirectTarget(clone)).toBe('https://***@elsewhere.example/shop.git');
  });
});

test.each([
  ['93.184.216.34', true],
  ['8.8.8.8', true],
  ['172.32.0.1', true],
  ['2606:2800:220:1:248:1893:25c8:1946', true],
  ['127.0.0.1', false],
  ['127.8.9.10', false],
  ['0.0.0.0', false],
  ['10.1.2.3', false],
  ['100.64.0.1', false],
  ['169.254.169.254', false],
  ['172.16.0.1', false],
  ['172.31.255.255', false],
  ['192.168.1.1', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['::', false],
  ['::1', false],
  ['::ffff:127.0.0.1', false],
  ['::ffff:8.8.8.8', false],
  ['64:ff9b::7f00:1', false],
  ['2002:7f00:1::', false],
  ['2001:0:1::', false],
  ['fc00::1', false],
  ['fe80::1', false],
  ['fe80::1%eth0', false],
  ['ff02::1', false],
  ['not an address', false],
])('%s is on the public internet: %s', (address, expected) => {
  expect(isPublic(address)).toBe(expected);
});

describe('where remotes are kept to public addresses', () => {
  test.each([
    'http://127.0.0.1:8080/x.git',
    'http://localhost/x.git',
    'http://2130706433/x.git',
    'http://0x7f.1/x.git',
    'https://[::1]/x.git',
    'https://[::ffff:127.0.0.1]/x.git',
    'https://169.254.169.254/latest/meta-data',
    'ssh://git@10.0.0.1:2222/x.git',
    'ssh://git@[fe80::1]/x.git',
    'git@192.168.1.1:x.git',
    'git@[::1]:x.git',
    'localhost:x.git',
    'https://inside.example/x.git',
    'git@inside.example:x.git',
    'https://both.example/x.git',
    'ssh://git@a$(id)/x.git',
    "ssh://git@a'b/x.git",
  ])('%s is refused before anything is started', async (url) => {
    names['inside.example'] = ['10.0.0.7'];
    names['both.example'] = ['93.184.216.34', '10.0.0.7'];
    expect((await failureOf(reachable(url))).kind).toBe('private');
  });

  test('a name that does not resolve is not reachable, which may pass', async () => {
    names['nowhere.example'] = [];
    expect((await failureOf(reachable('https://nowhere.example/x.git'))).kind).toBe('unreachable');
  });

  test('git is bound to the addresses that were found', async () => {
    names['git.example'] = ['93.184.216.34', '2606:2800::1'];
    expect(await reachable('https://git.example/x.git')).toEqual({
      settings: [['http.curloptResolve', 'git.example:443:93.184.216.34,[2606:2800::1]']],
    });
    expect(await reachable('ssh://git@git.example:2222/x.git')).toEqual({
      env: {
        GIT_SSH_COMMAND: expect.stringMatching(/ -oHostName=93\.184\.216\.34 '-oHostKeyAlias=\[git\.example\]:2222'$/),
      },
    });
    expect(await reachable('git@git.example:x.git')).toEqual({
      env: { GIT_SSH_COMMAND: expect.stringMatching(/ '-oHostKeyAlias=git\.example'$/) },
    });
    expect(await reachable('/srv/shop.git')).toEqual({});
  });

  test('and does not ask for the name again', async () => {
    const { port } = new URL(http.url);
    const url = `http://rebound.example:${port}/shop.git`;
    const settings: Array<[string, string]> = [['http.curloptResolve', `rebound.example:${port}:127.0.0.1`]];
    expect(await remoteHead(url, { settings })).toMatchObject({ name: 'main' });
    expect((await failureOf(remoteHead(url))).kind).toBe('unreachable');
  });
});
