import { execFile } from 'node:child_process';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Remote } from '@/demo/remote';
import { type RealJobs, realJobs } from '@/testing/real-jobs';
import { type CommandsByHand, commandsByHand, linesByHand } from './by-hand';

const run = promisify(execFile);

let app: RealJobs;
beforeAll(async () => {
  app = await realJobs();
});
afterAll(() => app.close());

/** Somebody's clone with a work tree, in which the commands are run by a shell. */
async function clone(remote: Remote, name: string) {
  const dir = join(app.dir, name);
  await run('git', ['clone', '--quiet', remote.dir, dir]);
  for (const [key, value] of [
    ['user.name', 'Bo Ash'],
    ['user.email', 'bo@example.com'],
    ['core.editor', 'true'],
  ] as const) {
    await run('git', ['config', key, value], { cwd: dir });
  }
  const sh = async (command: string) => {
    try {
      return { ok: true, said: (await run('sh', ['-c', command], { cwd: dir })).stderr };
    } catch (error) {
      return { ok: false, said: error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error) };
    }
  };
  return { dir, sh };
}

/** What a terminal does with lines that are pasted: it runs each, whatever has become of the one before. */
const pasted = (lines: string[]) => lines.join('\n');

/** main ← a ← a branch that does not go onto the rewritten `a`; it has a name that a shell would take apart. */
async function conflicting(): Promise<{ remote: Remote; repoId: string; branch: string; commands: CommandsByHand }> {
  const branch = "feat/a'b";
  const remote = await app.remote();
  await remote.from('main').branch('main').commit('Start', { 'app.txt': 'one\n' }).write();
  const chain = remote.from('main').branch('a').commit('A', { 'a.txt': 'a\n' });
  await chain.branch(branch).commit('B', { 'app.txt': 'two\n' }).write();
  const repoId = await app.addRegistered(remote);
  // The parent was rewritten: what it was must not come back, and what it is conflicts.
  await remote.from('main').branch('a').commit('A anew', { 'app.txt': 'three\n' }).write();
  const { job } = await app.run({ repoId, kind: 'rebase_branch', branch });
  expect(job).toMatchObject({ status: 'error', errorCode: 'CONFLICT' });
  const reason = job.result?.heldBack[0]?.reason;
  if (reason?.kind !== 'conflict' || !reason.byHand) throw new Error('There is no conflict to solve.');
  const commands = commandsByHand(branch, reason.byHand);
  // What the job's page shows is what the hint says.
  expect(job.errorHint?.split('\n').slice(1)).toEqual(linesByHand(commands));
  return { remote, repoId, branch, commands };
}

describe('the commands that solve a conflict by hand', () => {
  it('put the branch where the job could not, with its own commits alone, whatever the local one is at', async () => {
    const { remote, repoId, branch, commands } = await conflicting();
    const { dir, sh } = await clone(remote, 'solver');
    const [fetch = '', start = '', rebase = ''] = commands.begin;
    // A local branch of that name with work of somebody's own: it is not touched, and not pushed.
    await sh(`git switch --quiet -c "${branch}" origin/main && git commit --quiet --allow-empty -m Private`);
    expect(await sh(fetch)).toMatchObject({ ok: true });
    expect(await sh(start)).toMatchObject({ ok: true });
    expect(await sh(rebase)).toMatchObject({ ok: false });
    await writeFile(join(dir, 'app.txt'), 'two and three\n');
    expect(await sh('git add app.txt && git rebase --continue')).toMatchObject({ ok: true });
    expect(await sh(pasted(commands.push))).toMatchObject({ ok: true });
    expect(await remote.subjects(branch, 'main')).toEqual(['A anew', 'B']);
    expect(await remote.file(branch, 'a.txt')).toBeNull();
    await app.run({ repoId, kind: 'sync_repo' });
    expect((await app.rows(repoId)).get(branch)).toMatchObject({
      needsRestack: false,
      ahead: 1,
      base: await remote.tip('a'),
    });
  });

  it('push nothing over the commits that somebody has pushed meanwhile', async () => {
    const { remote, branch, commands } = await conflicting();
    const { dir, sh } = await clone(remote, 'late');
    await remote.from(branch).commit('Of a colleague', { 'b.txt': 'b\n' }).write();
    const theirs = await remote.tip(branch);
    await sh(pasted(commands.begin));
    await appendFile(join(dir, 'app.txt'), 'x\n');
    await sh('git add app.txt && git rebase --continue');
    expect(await sh(pasted(commands.push))).toMatchObject({
      ok: false,
      said: expect.stringContaining('stale info'),
    });
    expect(await remote.tip(branch)).toBe(theirs);
  });

  it.each<[string, (at: Awaited<ReturnType<typeof clone>>) => Promise<unknown>]>([
    ['in a fresh clone, where the rebase waits at the conflict', async () => undefined],
    [
      'with changes that are not committed, where the rebase is refused',
      ({ dir }) => appendFile(join(dir, 'app.txt'), 'mine\n'),
    ],
    [
      'while another rebase waits',
      async ({ sh }) => {
        await sh('git switch --quiet -c mine origin/main && echo mine >app.txt && git commit --quiet -am Mine');
        expect(await sh('git rebase origin/a')).toMatchObject({ ok: false });
      },
    ],
    ['on a branch of somebody’s own', ({ sh }) => sh('git switch --quiet -c mine && git commit --allow-empty -m Mine')],
    [
      'in a clone that has not fetched the parent',
      ({ sh }) =>
        sh(
          'git config remote.origin.fetch +refs/heads/main:refs/remotes/origin/main && git update-ref -d refs/remotes/origin/a',
        ),
    ],
  ])('leave the branch where it is when all is pasted at once, twice: %s', async (_, before) => {
    const { remote, repoId, branch, commands } = await conflicting();
    const tip = await remote.tip(branch);
    const at = await clone(remote, `pasted-${repoId}`);
    await before(at);
    for (let times = 0; times < 2; times += 1) {
      for (const lines of [linesByHand(commands), [...commands.begin, ...commands.push]]) {
        await at.sh(pasted(lines));
        expect(await remote.tip(branch)).toBe(tip);
      }
    }
  });

  it('push what was solved where all is pasted once more after that', async () => {
    const { remote, branch, commands } = await conflicting();
    const { dir, sh } = await clone(remote, 'again');
    await sh(pasted(linesByHand(commands)));
    await writeFile(join(dir, 'app.txt'), 'two and three\n');
    expect(await sh('git add app.txt && git rebase --continue')).toMatchObject({ ok: true });
    await sh(pasted([...commands.begin, ...commands.push]));
    expect(await remote.subjects(branch, 'main')).toEqual(['A anew', 'B']);
    expect(await remote.file(branch, 'app.txt')).toBe('two and three\n');
  });

  it('show what the merge commits of the branch have changed themselves, and push nothing before that is there', async () => {
    const remote = await app.remote();
    await remote.from('main').branch('main').commit('Start', { 'app.txt': 'one\n' }).write();
    await remote.from('main').branch('b').commit('B', { 'b.txt': 'b\n' }).write();
    const base = await remote.tip('main');
    const tip = await remote.tip('b');
    await remote.from('main').commit('Main', { 'main.txt': 'm\n' }).write();
    // Nothing stops this rebase, which would leave out what a merge has changed.
    const commands = commandsByHand('b', { parent: 'main', tip, base, merges: [tip] });
    expect(commands.begin.at(-1)).toBe(`git show --remerge-diff ${tip}`);
    expect(commands.solve).toContain('commit that again');
    const { sh } = await clone(remote, 'merges');
    for (const lines of [linesByHand(commands), [...commands.begin, ...commands.push]]) {
      await sh(pasted(lines));
      expect(await remote.tip('b')).toBe(tip);
    }
    await sh(/git branch solved-\w+/.exec(commands.solve)?.[0] ?? 'false');
    await sh(pasted(commands.push));
    expect(await remote.subjects('b', 'main')).toEqual(['B']);
    expect(await remote.contains('b', 'main')).toBe(true);
  });
});
