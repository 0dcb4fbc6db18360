import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeRemote, type Remote } from '@/demo/remote';
import { type HttpRemotes, serveHttp } from '@/testing/http';
import { prepareClone, removeClone } from '../clone/init';
import { maintainClone, needsMaintenance } from '../clone/maintenance';
import { git, gitText } from '../process/run';
import { fetchCommits, fetchRemote } from './fetch';
import { remoteHead, remoteRefs } from './ls-remote';
import { pushAtomic } from './push';

let dir: string;
let http: HttpRemotes;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-remote-'));
  http = await serveHttp(dir);
});
afterAll(async () => {
  await http.close();
  await rm(dir, { recursive: true, force: true });
});

let remote: Remote;
let clone: string;
let count = 0;
beforeEach(async () => {
  count += 1;
  remote = await makeRemote(join(dir, `r${count}.git`));
  clone = join(dir, 'clones', `c${count}.git`);
  await remote.from('main').commit('Start', { a: 'a\n' }).write();
  await remote
    .from('main')
    .branch('one')
    .commit('One', { one: '1\n' })
    .branch('two')
    .commit('Two', { two: '2\n' })
    .write();
  await remote
    .from('main')
    .branch('new/one')
    .commit('N1', { n: '1\n' })
    .branch('new/two')
    .commit('N2', { m: '2\n' })
    .write();
});

/** A clone of the current remote, fetched. */
async function cloned(url = remote.dir): Promise<Record<string, string>> {
  await prepareClone(clone, url);
  await fetchRemote(clone);
  return remote.tips();
}

async function cloneRefs(): Promise<string[]> {
  return (await gitText(['for-each-ref', '--format=%(refname)'], { gitDir: clone })).split('\n').filter(Boolean);
}

const at = (tips: Record<string, string>, name: string) => {
  const tip = tips[name];
  if (!tip) throw new Error(`no branch ${name}`);
  return tip;
};

describe('the clone is a cache', () => {
  test('it holds the branches of the remote as remote-tracking refs and nothing else', async () => {
    await git(['tag', 'v1', 'main'], { gitDir: remote.dir });
    await cloned();
    expect(await cloneRefs()).toEqual(
      ['main', 'new/one', 'new/two', 'one', 'two'].map((name) => `refs/remotes/origin/${name}`),
    );
    expect(existsSync(join(clone, 'FETCH_HEAD'))).toBe(false);
  });

  test('a fetch follows rewritten, deleted and renamed branches, a branch that became a folder included', async () => {
    await cloned();
    await remote.from('one~1').branch('one').commit('One, again', { one: '!\n' }).write();
    await remote.delete('two');
    await remote.from('main').branch('two/deep').commit('Deep').write();
    await remote.delete('new/one');
    await remote.delete('new/two');
    await remote.from('main').branch('new').commit('New').write();
    await fetchRemote(clone);
    const tips = await remote.tips();
    const seen = await gitText(['for-each-ref', '--format=%(refname:lstrip=3) %(objectname)'], { gitDir: clone });
    expect(Object.fromEntries(seen.split('\n').map((line) => line.split(' ')))).toEqual(tips);
  });

  test('preparing it again keeps what was fetched, follows a new address and removes the locks of the dead', async () => {
    await cloned();
    const locks = ['packed-refs.lock', 'refs/remotes/origin/one.lock', 'HEAD.lock', 'objects/pack/tmp_pack_x'];
    for (const lock of locks) await writeFile(join(clone, lock), '');
    const other = await makeRemote(join(dir, `other "${count}".git`));
    await other.from('main').commit('Other', { o: 'o\n' }).write();
    await prepareClone(clone, other.dir);
    expect(locks.filter((lock) => existsSync(join(clone, lock)))).toEqual([]);
    expect(await cloneRefs()).toHaveLength(5);
    await fetchRemote(clone);
    expect(await cloneRefs()).toEqual(['refs/remotes/origin/main']);
  });

  test.each(['HEAD', 'objects', 'refs'])('without its %s it is made anew', async (part) => {
    await cloned();
    await rm(join(clone, part), { recursive: true });
    await prepareClone(clone, remote.dir);
    await fetchRemote(clone);
    expect(await cloneRefs()).toHaveLength(5);
  });

  test('damage deeper down is an error of kind corrupt, and removing the clone mends it', async () => {
    const tips = await cloned();
    const object = at(tips, 'one');
    await writeFile(join(clone, 'refs/remotes/origin/one'), '\0\0\0');
    await rm(join(clone, 'objects', object.slice(0, 2), object.slice(2)), { force: true });
    await remote.from('one').commit('One more').write();
    await expect(fetchRemote(clone)).rejects.toMatchObject({ kind: 'corrupt' });
    await removeClone(clone);
    expect(existsSync(clone)).toBe(false);
    await prepareClone(clone, remote.dir);
    await fetchRemote(clone);
    expect(await cloneRefs()).toHaveLength(5);
  });

  test('maintenance packs it and loses nothing, not even what no ref holds', async () => {
    const tips = await cloned();
    await remote.from('main').branch('one').commit('Rewritten').write();
    await fetchRemote(clone);
    expect(await needsMaintenance(clone)).toBe(false);
    await maintainClone(clone);
    expect(await gitText(['cat-file', '-t', at(tips, 'one')], { gitDir: clone })).toBe('commit');
    expect(await gitText(['count-objects'], { gitDir: clone })).toMatch(/^0 objects/);
    await fetchRemote(clone);
    expect(await readFile(join(clone, 'packed-refs'), 'utf8')).toContain('refs/remotes/origin/two');
  });
});

describe('the trunk of a remote', () => {
  test('is the branch that its HEAD names', async () => {
    await git(['symbolic-ref', 'HEAD', 'refs/heads/new/one'], { gitDir: remote.dir });
    const tip = await remote.tip('new/one');
    expect(await remoteHead(remote.dir)).toEqual({ kind: 'trunk', name: 'new/one', tip, by: 'head' });
    await prepareClone(clone, `${http.url}/r${count}.git`);
    expect(await remoteHead({ gitDir: clone })).toMatchObject({ name: 'new/one' });
  });

  test('where HEAD names a missing branch or none at all, main or master is taken', async () => {
    await git(['symbolic-ref', 'HEAD', 'refs/heads/master'], { gitDir: remote.dir });
    expect(await remoteHead(remote.dir)).toMatchObject({ kind: 'trunk', name: 'main', by: 'name' });
    await git(['update-ref', '--no-deref', 'HEAD', await remote.tip('two')], { gitDir: remote.dir });
    expect(await remoteHead(remote.dir)).toMatchObject({ kind: 'trunk', name: 'main', by: 'name' });
  });

  test('without either it has to be given: the branches are listed', async () => {
    await git(['symbolic-ref', 'HEAD', 'refs/heads/nowhere'], { gitDir: remote.dir });
    await remote.delete('main');
    const branches = ['new/one', 'new/two', 'one', 'two'];
    expect(await remoteHead(remote.dir)).toEqual({ kind: 'missing', branches });
    await git(['update-ref', '--no-deref', 'HEAD', await remote.tip('two')], { gitDir: remote.dir });
    expect(await remoteHead(remote.dir)).toEqual({ kind: 'detached', branches });
  });

  test('an empty remote says so', async () => {
    const empty = await makeRemote(join(dir, `empty${count}.git`));
    expect(await remoteHead(empty.dir)).toEqual({ kind: 'empty' });
    await prepareClone(clone, empty.dir);
    await fetchRemote(clone);
    expect(await remoteRefs(clone, ['refs/heads/main'])).toEqual(new Map());
  });

  test('refs are read by their full names', async () => {
    const tips = await cloned();
    expect(await remoteRefs(clone, ['refs/heads/one', 'refs/heads/none'])).toEqual(
      new Map([['refs/heads/one', at(tips, 'one')]]),
    );
  });
});

describe.each(['path', 'http'])('a push over %s', (way) => {
  let tips: Record<string, string>;
  beforeEach(async () => {
    tips = await cloned(way === 'path' ? remote.dir : `${http.url}/r${count}.git`);
  });
  const move = (branch: string, to: string | null, from: string | null = at(tips, branch)) => ({
    ref: `refs/heads/${branch}`,
    before: from,
    after: to && at(tips, to),
  });

  test('moves nothing where the clone lacks one of the commits', async () => {
    const lacking = { ...move('two', 'one'), after: '1'.repeat(40) };
    await expect(pushAtomic(clone, [move('one', 'new/one'), lacking])).rejects.toMatchObject({ kind: 'corrupt' });
    expect(await remote.tips()).toEqual(tips);
  });

  test('moves, makes and deletes refs at once, and succeeds again when the remote has them already', async () => {
    const moves = [move('one', 'new/one'), move('two', null), move('fresh', 'new/two', null)];
    for (let time = 0; time < 2; time++) {
      expect(await pushAtomic(clone, moves)).toEqual({ kind: 'pushed' });
      const { one, two, fresh } = await remote.tips();
      expect([one, two, fresh]).toEqual([tips['new/one'], undefined, tips['new/two']]);
    }
  });

  test('moves nothing when one ref is no longer where it was, and names that one alone', async () => {
    await remote.from('two').commit('Somebody else').write();
    const moved = await remote.tips();
    const result = await pushAtomic(clone, [move('one', 'new/one'), move('two', 'new/two'), move('f', 'one', null)]);
    expect(result).toMatchObject({ kind: 'refused', blamed: true, refs: [{ ref: 'refs/heads/two', reason: 'stale' }] });
    expect(await remote.tips()).toEqual(moved);
  });

  test('does not take over a new ref that somebody made meanwhile, nor delete one that has moved', async () => {
    await remote.from('two').commit('Somebody else').write();
    const result = await pushAtomic(clone, [move('one', 'new/one', null), move('two', null)]);
    expect(result).toMatchObject({
      kind: 'refused',
      refs: [
        { ref: 'refs/heads/one', reason: 'stale' },
        { ref: 'refs/heads/two', reason: 'stale' },
      ],
    });
  });

  test('a ref that an update hook protects is named with the words of the remote', async () => {
    await remote.protect('two', 'two is frozen until Monday');
    const result = await pushAtomic(clone, [move('one', 'new/one'), move('two', 'new/two')]);
    expect(result).toEqual({
      kind: 'refused',
      blamed: true,
      words: expect.stringContaining('remote: two is frozen until Monday'),
      refs: [{ ref: 'refs/heads/two', reason: 'protected', message: 'two is frozen until Monday' }],
    });
    expect(await remote.tips()).toEqual(tips);
  });

  test('a pre-receive hook is told apart as far as its words go', async () => {
    const moves = [move('one', 'new/one'), move('two', 'new/two')];
    await remote.hook('pre-receive', 'echo "You may not push to one." >&2; exit 1');
    expect(await pushAtomic(clone, moves)).toMatchObject({
      blamed: true,
      refs: [{ ref: 'refs/heads/one', reason: 'protected', message: 'You may not push to one.' }],
    });
    await remote.hook('pre-receive', 'echo "Not today." >&2; exit 1');
    expect(await pushAtomic(clone, moves)).toMatchObject({ blamed: false, refs: [{}, {}] });
    expect(await pushAtomic(clone, moves.slice(1))).toMatchObject({
      blamed: true,
      refs: [{ ref: 'refs/heads/two', reason: 'protected', message: 'Not today.' }],
    });
  });

  test('the settings receive.denyDeletes and denyNonFastForwards are protection, too', async () => {
    await remote.config('receive.denyNonFastForwards', 'true');
    await remote.config('receive.denyDeletes', 'true');
    for (const denied of [move('two', 'new/two'), move('two', null)]) {
      expect(await pushAtomic(clone, [move('fresh', 'one', null), denied])).toMatchObject({
        refs: [{ ref: 'refs/heads/two', reason: 'protected' }],
      });
    }
  });

  test('a ref that moves in the middle of the push is stale, and nothing else moves', async () => {
    await remote.hook('pre-receive', `unset GIT_QUARANTINE_PATH; git update-ref refs/heads/one ${at(tips, 'new/two')}`);
    const result = await pushAtomic(clone, [move('one', 'new/one'), move('two', 'new/two')]);
    expect(result).toMatchObject({ kind: 'refused', refs: [{ ref: 'refs/heads/one', reason: 'stale' }] });
    expect(await remote.tip('two')).toBe(tips.two);
  });

  test('a name that another ref stands in the way of is named', async () => {
    const result = await pushAtomic(clone, [move('one/deep', 'one', null), move('two', 'new/two')]);
    expect(result).toMatchObject({
      refs: [
        { ref: 'refs/heads/one/deep', reason: 'other', message: expect.stringContaining("'refs/heads/one' exists") },
      ],
    });
  });

  test('a remote that knows no atomic push says so, and one by one is possible', async () => {
    await remote.config('receive.advertiseAtomic', 'false');
    await remote.protect('two');
    const moves = [move('one', 'new/one'), move('two', 'new/two')];
    expect(await pushAtomic(clone, moves)).toEqual({ kind: 'atomic_unsupported' });
    expect(await remote.tips()).toEqual(tips);
    expect(await pushAtomic(clone, moves, { atomic: false })).toMatchObject({
      kind: 'refused',
      refs: [{ ref: 'refs/heads/two', reason: 'protected' }],
    });
    expect(await remote.tip('one')).toBe(tips['new/one']);
  });
});

describe('a push of more moves than a command line holds', () => {
  /** Makes `count` branches of the remote, all at one commit, whose names alone fill most of a command line. */
  async function longNames(count: number): Promise<{ refs: string[]; tip: string }> {
    const tip = await remote.tip('one');
    // Long folders are shared, so that it is only their names that are many.
    const folder = Array.from({ length: 15 }, () => 'n'.repeat(190)).join('/');
    const refs = Array.from({ length: count }, (_, i) => `refs/heads/${folder}/${i}`);
    // The disk's own pace is not the matter.
    await remote.config('core.fsync', 'none');
    await git(['update-ref', '--stdin'], {
      gitDir: remote.dir,
      input: refs.map((ref) => `create ${ref} ${tip}\n`).join(''),
    });
    await git(['pack-refs', '--all'], { gitDir: remote.dir });
    await cloned();
    return { refs, tip };
  }

  test('goes as one, each ref by its own lease', async () => {
    const { refs, tip } = await longNames(400);
    const after = await remote.tip('two');
    expect(refs.join('').length * 2).toBeGreaterThan(2 * 1024 * 1024);
    const moves = refs.map((ref) => ({ ref, before: tip, after }));
    const [, second = moves[0]] = moves;
    await git(['update-ref', second?.ref ?? '', await remote.tip('main')], { gitDir: remote.dir });
    const refused = await pushAtomic(clone, moves);
    expect(refused).toMatchObject({ kind: 'refused', blamed: true, refs: [{ ref: second?.ref, reason: 'stale' }] });
    expect((await remoteRefs(clone, [refs[0] ?? ''])).get(refs[0] ?? '')).toBe(tip);

    expect(
      await pushAtomic(
        clone,
        moves.filter((move) => move !== second),
      ),
    ).toEqual({ kind: 'pushed' });
    const now = await remoteRefs(clone, refs);
    expect([...now.values()].filter((id) => id === after)).toHaveLength(refs.length - 1);
  }, 120_000);

  test('over http git itself has a bound, beyond which nothing is sent and that is said', async () => {
    const { refs, tip } = await longNames(800);
    await prepareClone(clone, `${http.url}/r${count}.git`);
    const after = await remote.tip('two');
    const moves = refs.map((ref) => ({ ref, before: tip, after }));
    expect(await pushAtomic(clone, moves)).toEqual({ kind: 'too_many' });
    expect(new Set((await remoteRefs(clone, refs)).values())).toEqual(new Set([tip]));
    expect(await pushAtomic(clone, moves.slice(0, 400))).toEqual({ kind: 'pushed' });
  }, 120_000);
});

test('commits to fetch may be as many as there are', async () => {
  await cloned();
  const tip = await remote.tip('two');
  const commits = Array.from({ length: 51_200 }, () => tip);
  await expect(fetchCommits(clone, commits)).resolves.toBeUndefined();
});

test('ssh works by either form of address, and its refusals are told apart', async () => {
  // Stands in for ssh: the last argument is the command that the host would run.
  const ssh = join(dir, `ssh${count}`);
  await writeFile(ssh, '#!/bin/sh\nfor command; do :; done\neval "$command"\n');
  await chmod(ssh, 0o755);
  vi.stubEnv('GIT_SSH_COMMAND', ssh);
  vi.stubEnv('GIT_SSH_VARIANT', 'ssh');
  try {
    for (const url of [`git@host.example:${remote.dir}`, `ssh://git@host.example${remote.dir}`]) {
      const tips = await cloned(url);
      expect(await remoteHead({ gitDir: clone })).toMatchObject({ name: 'main' });
      const moves = [{ ref: 'refs/heads/one', before: at(tips, 'one'), after: at(tips, 'new/one') }];
      expect(await pushAtomic(clone, moves)).toEqual({ kind: 'pushed' });
      await remote.move('one', at(tips, 'one'));
    }
    await writeFile(ssh, '#!/bin/sh\necho "git@host.example: Permission denied (publickey)." >&2\nexit 255\n');
    await expect(fetchRemote(clone)).rejects.toMatchObject({ kind: 'auth' });
    await writeFile(ssh, '#!/bin/sh\nexec sleep 60\n');
    await expect(fetchRemote(clone, { timeoutMs: 300 })).rejects.toMatchObject({ kind: 'timeout' });
  } finally {
    vi.unstubAllEnvs();
  }
});

describe('a remote that fails says how', () => {
  /** What reading from the URL ends with. */
  const kindOf = async (url: string) => {
    await prepareClone(clone, url);
    const errors = await Promise.all(
      [fetchRemote(clone, { timeoutMs: 5000 }), remoteHead(url, { timeoutMs: 5000 })].map((work) =>
        work.then(
          () => 'no error',
          (error: { kind: string }) => error.kind,
        ),
      ),
    );
    expect(new Set(errors).size).toBe(1);
    return errors[0];
  };

  test('no such path', async () => expect(await kindOf(join(dir, 'nowhere.git'))).toBe('not_found'));
  test('a folder that is no repository', async () => {
    await mkdir(join(dir, `folder${count}`));
    expect(await kindOf(join(dir, `folder${count}`))).toBe('not_found');
  });
  test('no such file URL', async () => expect(await kindOf(`file://${dir}/nowhere.git`)).toBe('not_found'));
  test('no such repository over http', async () => expect(await kindOf(`${http.url}/nowhere.git`)).toBe('not_found'));
  test('a name that does not resolve', async () =>
    expect(await kindOf('https://nowhere.invalid/x.git')).toBe('unreachable'));
  test('nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    await new Promise((resolve) => server.close(resolve));
    const port = typeof address === 'object' ? address?.port : 0;
    expect(await kindOf(`http://127.0.0.1:${port}/x.git`)).toBe('unreachable');
    expect(await kindOf(`ssh://git@127.0.0.1:${port}/x.git`)).toBe('unreachable');
  });
  test('an answer that is no git server', async () => {
    const server = createServer((socket) => socket.end('HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    try {
      expect(await kindOf(`http://127.0.0.1:${port}/x.git`)).toBe('unreachable');
    } finally {
      server.close();
    }
  });
  test('a forbidden protocol', async () => expect(await kindOf('ext::sh -c true')).toBe('protocol'));

  test('a login is demanded, for reading and for pushing', async () => {
    const locked = await serveHttp(dir, { user: 'ada', password: 'secret' });
    try {
      const tips = await cloned();
      expect(await kindOf(`${locked.url}/r${count}.git`)).toBe('auth');
      expect(await kindOf(`${locked.url.replace('//', '//ada:wrong@')}/r${count}.git`)).toBe('auth');
      const push = pushAtomic(clone, [{ ref: 'refs/heads/x', before: null, after: at(tips, 'one') }]);
      const result = await push;
      expect(result).toMatchObject({ kind: 'declined', error: { kind: 'auth' } });
      expect(JSON.stringify(result)).not.toContain('wrong');
    } finally {
      await locked.close();
    }
  });

  test('a remote that never answers ends at the time limit, a hanging push too', async () => {
    const hanging = await serveHttp(dir, { hang: 'push' });
    try {
      const tips = await cloned(`${hanging.url}/r${count}.git`);
      const push = pushAtomic(clone, [{ ref: 'refs/heads/x', before: null, after: at(tips, 'one') }], {
        timeoutMs: 1500,
      });
      await expect(push).rejects.toMatchObject({ kind: 'timeout' });
      hanging.hang('all');
      await expect(fetchRemote(clone, { timeoutMs: 300 })).rejects.toMatchObject({ kind: 'timeout' });
      const abort = new AbortController();
      const fetch = fetchRemote(clone, { signal: abort.signal });
      abort.abort(new Error('cancelled'));
      await expect(fetch).rejects.toThrow('cancelled');
      hanging.hang('nothing');
      await fetchRemote(clone);
    } finally {
      await hanging.close();
    }
  });
});
