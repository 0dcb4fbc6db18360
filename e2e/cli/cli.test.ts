import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRemote, type Remote } from '@/demo/remote';
import { writeStack } from '@/testing/stack';
import { shellWord } from '@/text/shell';
import { holdPushes } from '../browser/pages/hold-pushes';
import { buildCli, type Cli } from '../support/cli';
import { startServer, type TestServer } from '../support/server';

const TOKEN = 'a-token-for-the-tests';
const run = promisify(execFile);

let dir: string;
let server: TestServer;
let cli: Cli;
let remote: Remote;
let clone: string;
/** In the clone, with the token. */
let here: { cwd: string; env: Record<string, string> };

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'spicerack-cli-'));
  [server, cli] = await Promise.all([
    startServer({ executor: 'inline', env: { SPICERACK_TOKEN: TOKEN } }),
    buildCli(dir),
  ]);
  remote = await makeRemote(join(dir, 'shop.git'));
  await writeStack(remote);
  clone = join(dir, 'clone');
  await run('git', ['clone', '--quiet', '--branch', 'b', remote.dir, clone]);
  here = {
    cwd: clone,
    env: { SPICERACK_URL: server.url, SPICERACK_TOKEN: TOKEN, XDG_CONFIG_HOME: join(dir, 'config') },
  };
}, 300_000);

afterAll(async () => {
  await server.dispose();
  rmSync(dir, { recursive: true, force: true });
});

const spicerack = (...args: string[]) => cli.run(args, here);
/** The one object of a run with `--json`. */
async function json(...args: string[]) {
  const { stdout, code } = await spicerack(...args, '--json');
  expect(stdout.trim().split('\n')).toHaveLength(1);
  return { code, value: JSON.parse(stdout) };
}
/** The trunk goes on, so that everything needs a restack. */
let commits = 0;
const trunkGoesOn = () =>
  remote
    .from('main')
    .branch('main')
    .commit(`Go on ${++commits}`, { [`on${commits}.txt`]: 'on\n' })
    .write();

describe('one session in a clone', () => {
  test('a repository that nobody has added is told, with what to do', async () => {
    const { code, stdout, stderr } = await spicerack('stack');
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    expect(stderr).toContain('spicerack add');
  });

  test('add takes the address of the clone, says the number of its job before it waits, and ends with what it did', async () => {
    const { code, stdout, stderr } = await spicerack('add');
    expect(code).toBe(0);
    expect(stderr).toMatch(/Added shop\.\n#1 Sync: /);
    expect(stdout).toMatch(/^✓ #1 Sync: /);
  });

  test('register --suggested says the forecast first, and how old the picture is that it is made from', async () => {
    const { code, stderr, stdout } = await spicerack('register', '--suggested');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^forecast: 4 would be tracked, nothing would move \(as of the sync [^)]+\)\n#2 /);
    expect(stdout).toContain('✓ #2 Register all suggested: Registered');
  });

  test('stack draws who stands on whom, with the branch of HEAD marked', async () => {
    const { stdout } = await spicerack('stack');
    expect(stdout).toMatch(/^○ main [0-9a-f]{7}\n├─● fix .*in place\n└─● a .*\n {2}└─● b ← .*\n {4}└─● c /);
  });

  test('a dry run says what would be done and does nothing; restack takes the branch of HEAD and what is above it', async () => {
    await trunkGoesOn();
    await spicerack('sync');
    const before = await remote.tips();
    const dry = await spicerack('restack', 'a', '--dry-run');
    expect(dry).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^forecast: 3 would move \(as of the sync (just now|\d+ s ago)\)\n$/),
    });
    expect((await spicerack('forecast', 'restack', 'a')).stdout).toMatch(/^forecast: 3 would move \(as of the sync /);
    expect(await remote.tips()).toEqual(before);
    const { code, stdout } = await spicerack('restack', 'a');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Moved 3 branches\..*\n {2}→ a /);
    expect(await remote.contains('c', 'main')).toBe(true);
  });

  test('show has the commits and the files of a branch, and with -p what has changed in them', async () => {
    const { code, stdout } = await spicerack('show');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^b on a: in place, 1 commit, 1 file \+\d+ −0\n {2}[0-9a-f]{8} .+\n {2}A b\.txt +\+\d+ −0\n$/,
    );
    expect((await spicerack('show', '-p', 'b')).stdout).toMatch(/\nb\.txt\n@@ .* @@\n\+/);
    expect((await spicerack('show', 'nobody/has-it')).code).toBe(5);
    expect((await spicerack('show', 'main')).code).toBe(2);
    expect((await json('show', 'b')).value.changes.files).toMatchObject([{ path: 'b.txt', status: 'added' }]);
  });

  test('undo puts it back by its number, and --json is one object', async () => {
    const { value: listed } = await json('jobs');
    const restack = listed.jobs.find(({ job }: { job: { kind: string } }) => job.kind === 'restack_subtree');
    const { code, value } = await json('undo', `${restack.job.seq}`);
    expect(code).toBe(0);
    expect(value.job).toMatchObject({ kind: 'undo', status: 'completed' });
    expect(await remote.contains('c', 'main')).toBe(false);
  });

  test('what would conflict wants --yes without a terminal, and ends as held back with it', async () => {
    await remote.from('main').branch('main').commit('Another two', { 'app.txt': 'one\nzwei\nthree\n' }).write();
    await spicerack('sync');
    const refused = await spicerack('restack', '--all');
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain('✕ fix: conflicts in app.txt');
    expect(refused.stderr).toContain('give --yes');
    const done = await spicerack('restack', '--all', '--yes');
    expect(done.code).toBe(3);
    expect(done.stdout).toMatch(/Moved 3 branches; held back fix\./);
    expect((await spicerack('log', '-f')).code).toBe(3);
    expect((await spicerack('log')).code).toBe(0);
    const { value } = await json('jobs', '--status', 'completed', '--limit', '1');
    expect(value.jobs).toMatchObject([{ job: { kind: 'restack_repo', status: 'completed' } }]);
    // Again is an action as any other.
    expect(await spicerack('retry', `${value.jobs[0].job.seq}`)).toMatchObject({
      code: 6,
      stderr: expect.stringMatching(/^forecast: .*\n {2}✕ fix: conflicts[\s\S]*give --yes/),
    });
    expect((await json('jobs', '--status', 'queued')).value.jobs).toEqual([]);
    expect((await spicerack('jobs', '--status', 'done')).code).toBe(2);
  });

  test('what was pushed since the forecast is not acted on: it is told, looked at anew, and then done', async () => {
    await trunkGoesOn();
    await spicerack('sync');
    await remote.from('c').branch('c').commit('Pushed meanwhile', { 'late.txt': 'x\n' }).write();
    const { code, stdout, stderr } = await spicerack('restack', 'a');
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /forecast: .*\n#(\d+) [\s\S]*✕ #\1 .* DIVERGED: .*Moved since: c\.[\s\S]*as they are now:\nforecast: /,
    );
    expect(stdout).toMatch(/^✓ #\d+ .*Moved 3 branches\./);
    expect(await remote.subjects('c', 'main')).toContain('Pushed meanwhile');
  });

  test('what would fail by its forecast is not begun without a yes, and tried with it', async () => {
    const count = async () => (await json('jobs', '--limit', '1')).value.jobs[0].job.seq;
    const before = await count();
    const { code, stderr } = await spicerack('restack', 'nobody/has-it');
    expect(code).toBe(5);
    expect(stderr).toContain('by its forecast it would fail');
    expect((await spicerack('restack', 'nobody/has-it', '--dry-run')).code).toBe(5);
    expect(await count()).toBe(before);
    expect((await spicerack('restack', 'nobody/has-it', '--yes')).code).toBe(5);
    expect(await count()).toBe(before + 1);
    // A job that has failed after it looked at the remote leaves a picture that can be relied on.
    expect((await spicerack('settings', '--trunk', 'nobody/has-it')).code).toBe(5);
    expect((await spicerack('create', 'e', '--parent', 'nobody/has-it')).code).toBe(5);
    expect(await count()).toBe(before + 1);
  });

  test('open says the address where there is no terminal', async () => {
    expect((await spicerack('open', '1')).stdout).toMatch(new RegExp(`^${server.url}/jobs/[0-9a-f-]{36}\n$`));
  });

  test('doctor asks the remote by a job', async () => {
    const { code, value } = await json('doctor');
    expect(code).toBe(0);
    expect(value.checks).toContainEqual(expect.objectContaining({ name: 'remote', is: 'well' }));
  });

  test('doctor in a clone of something else finds the server well', async () => {
    const other = join(dir, 'other');
    await run('git', ['init', '--quiet', other]);
    await run('git', ['-C', other, 'remote', 'add', 'origin', 'https://example.com/other.git']);
    const { code, stdout } = await cli.run(['doctor', '--json'], { ...here, cwd: other });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).checks.at(-1)).toMatchObject({
      name: 'remote',
      is: 'wanted',
      mend: expect.stringContaining('spicerack add'),
    });
  });

  test('settings, long-lived branches and a rename are changed from here too', async () => {
    expect((await json('settings', '--auto-sync', '30', '--name', 'corner')).value.repo).toMatchObject({
      name: 'corner',
      autoSyncMinutes: 30,
    });
    expect((await spicerack('settings', '--auto-sync', 'off', '--auto-restack', 'maybe')).code).toBe(2);
    expect((await spicerack('settings', '--auto-sync', 'off')).stdout).toContain('auto-sync        off');
    expect((await spicerack('long-lived', 'c')).stdout).toBe('c is a long-lived branch: no action moves it.\n');
    expect((await spicerack('rebase', 'c')).code).toBe(6);
    expect((await spicerack('long-lived', 'c', '--off')).code).toBe(0);
    expect((await spicerack('accept-rename', 'c')).code).toBe(6);
    const removing = await spicerack('remove', 'corner');
    expect(removing).toMatchObject({ code: 6, stderr: expect.stringContaining('Give --yes to forget it.') });
  });

  test('create makes a branch on that of HEAD, with a task that is found by its branch', async () => {
    const { code, value } = await json('create', 'd');
    expect(code).toBe(0);
    expect(value.task).toMatchObject({ branch: 'd', title: 'd' });
    expect(await remote.tip('d')).toBe(await remote.tip('b'));
    expect((await spicerack('task', 'show', 'd')).stdout).toContain('branch d, attached');
    expect((await spicerack('task', 'archive', 'd')).stdout).toBe('Archived d.\n');
    const early = await spicerack('task', 'create', 'Later', '--branch', 'later/one');
    expect(early).toMatchObject({ code: 5, stderr: expect.stringContaining('It waits for a push of later/one') });
    expect((await spicerack('task', 'show', 'later/one')).stdout).toContain('It waits for a push of later/one');
    expect((await spicerack('task', 'archive', 'later/one')).code).toBe(0);
  });

  test('mcp speaks to an agent, and ends with its input', async () => {
    const ask = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'agent', version: '1' } },
    };
    const { code, stdout } = await cli.run(['mcp', '--read-only'], { ...here, input: `${JSON.stringify(ask)}\n` });
    expect(code).toBe(0);
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({
      id: 1,
      result: { serverInfo: { name: 'spicerack' } },
    });
  });

  test('completion knows the commands and the branches of the clone', async () => {
    expect((await spicerack('__complete', 're')).stdout.split('\n')).toEqual(
      expect.arrayContaining(['restack', 'reparent']),
    );
    expect((await spicerack('__complete', 'restack', '')).stdout.split('\n')).toEqual(
      expect.arrayContaining(['a', 'b', 'main']),
    );
    expect((await spicerack('completion', 'tcsh')).code).toBe(2);
  });

  /** What each shell is told to complete `spicerack` with these words after the script was read. */
  const SHELLS: Array<[shell: string, flags: string[], complete: string]> = [
    ['bash', ['--norc'], `COMP_WORDS=(spicerack "$@"); COMP_CWORD=$#; _spicerack; printf '%s\\n' "\${COMPREPLY[@]}"`],
    ['zsh', ['-f'], `compadd() { shift; print -l -- "$@"; }; words=(spicerack "$@"); CURRENT=\${#words}; _spicerack`],
    ['fish', ['--no-config'], 'complete -C "spicerack $argv"'],
  ];
  const isThere = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;
  describe.each(SHELLS.filter(([shell]) => isThere(shell)))('in %s', (shell, flags, complete) => {
    test('commands, flags and branches are completed', async () => {
      const script = join(dir, `completion.${shell}`);
      const before = shell === 'zsh' ? 'autoload -U compinit; compinit -u -D\n' : '';
      writeFileSync(script, `${before}${(await spicerack('completion', shell)).stdout}${complete}\n`);
      const bin = join(dir, 'bin');
      mkdirSync(bin, { recursive: true });
      writeFileSync(
        join(bin, 'spicerack'),
        `#!/bin/sh\nexec ${shellWord(process.execPath)} ${shellWord(cli.file)} "$@"\n`,
        {
          mode: 0o755,
        },
      );
      const words = async (...typed: string[]) => {
        const env = { ...process.env, ...here.env, PATH: `${bin}:${process.env.PATH}`, HOME: dir };
        const { stdout } = await run(shell, [...flags, script, ...typed], { cwd: clone, env });
        return stdout.split('\n').map((line) => line.split('\t')[0]);
      };
      expect(await words('rest')).toContain('restack');
      expect(await words('restack', '--a')).toContain('--all');
      expect(await words('restack', 'm')).toContain('main');
      expect(await words('task', 'cr')).toContain('create');
    });
  });
});

describe('in a terminal', () => {
  test('it has colours, unless NO_COLOR says no', async () => {
    const coloured = await cli.inTerminal(['stack'], here).ended;
    expect(coloured.stdout).toContain('\x1b[');
    const plain = await cli.inTerminal(['repos'], { ...here, env: { ...here.env, NO_COLOR: '1' } }).ended;
    expect(plain.stdout).not.toContain('\x1b[3');
  });

  test('it asks before something stays behind, and does nothing unless the answer is yes', async () => {
    await trunkGoesOn();
    await spicerack('sync');
    const before = await remote.tips();
    const asked = cli.inTerminal(['restack', '--all'], here);
    await asked.says('[y/N]');
    asked.type('\r');
    expect(await asked.ended).toMatchObject({ code: 130, stdout: expect.stringContaining('Nothing was done.') });
    const left = cli.inTerminal(['restack', '--all'], here);
    await left.says('[y/N]');
    left.type('\x03');
    expect(await left.ended).toMatchObject({ code: 130, stdout: expect.stringContaining('Nothing was done.') });
    expect(await remote.tips()).toEqual(before);
  });

  test('what is asked may be left unanswered: the input ends, and nothing was done', async () => {
    const asked = cli.inTerminal(['login', server.url], here);
    await asked.says('Token');
    asked.type('\x04');
    expect(await asked.ended).toMatchObject({ code: 130, stdout: expect.stringMatching(/interrupted/) });
  });
});

describe('bad input', () => {
  test('a wrong command line ends with 2, in JSON too where that is asked for', async () => {
    expect(await spicerack('restackk')).toMatchObject({ code: 2, stdout: '' });
    const { code, value } = await json('repos', '--nope');
    expect({ code, error: value.error.code }).toEqual({ code: 2, error: 'USAGE' });
  });

  test.each([
    [['create', 'two words']],
    [['restack', 'a..b']],
    [['create', 'e', '--title', '']],
    [['register', 'c', '--base', 'xyz']],
    [['settings', '--auto-sync', '0']],
    [['settings', '--engine', 'svn']],
    [['jobs', '--limit', '0']],
    [['add', 'ftp://host/x.git']],
  ])('%j is plainly wrong, and ends with 2', async (args) => {
    expect((await spicerack(...args)).code).toBe(2);
  });

  test('a slip of the fingers gets a suggestion, another word none', async () => {
    expect((await spicerack('restak')).stderr).toContain('restack');
    expect((await spicerack('deploy')).stderr).not.toMatch(/did you mean/i);
  });

  test('a trunk that the last sync has not found is refused', async () => {
    const { code, stderr } = await spicerack('settings', '--trunk', 'nope');
    expect(code).toBe(5);
    expect(stderr).toMatch(/has no branch nope \(as of the sync /);
  });

  test('what is not there ends with 5, what the server refuses with 6 and in its words', async () => {
    expect((await spicerack('job', '999')).code).toBe(5);
    const again = await json('add', remote.dir);
    expect(again.code).toBe(6);
    expect(again.value.error).toMatchObject({
      code: 'CONFLICT',
      field: 'url',
      message: expect.stringContaining('here already'),
    });
  });

  test('a token that is no longer taken ends with 4 and says how to give another one', async () => {
    const { code, stderr } = await cli.run(['repos'], {
      ...here,
      env: { ...here.env, SPICERACK_TOKEN: 'an-expired-token-of-old' },
    });
    expect(code).toBe(4);
    expect(stderr).toContain('spicerack login');
  });

  test('token create prints the token alone; it does what its role may, and nothing once it is revoked', async () => {
    const { code, stdout, stderr } = await spicerack('token', 'create', 'Mara', '--role', 'read', '--days', '7');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^spk_[\w-]{43}\n$/);
    expect(stderr).toContain('Mara may read with this token');
    const asMara = (...args: string[]) =>
      cli.run(args, { ...here, env: { ...here.env, SPICERACK_TOKEN: stdout.trim() } });
    expect((await asMara('stack')).code).toBe(0);
    expect(await asMara('sync')).toMatchObject({ code: 4, stderr: expect.stringContaining('Mara may only read') });
    expect((await spicerack('token', 'list')).stdout).toMatch(/^Mara +read +until 20.* used /m);
    expect((await json('token', 'create', 'Mara')).value.error).toMatchObject({ code: 'CONFLICT', field: 'name' });
    expect((await spicerack('token', 'revoke', 'Mara')).stdout).toBe('Revoked the token of Mara.\n');
    expect((await asMara('stack')).code).toBe(4);
    expect((await spicerack('token', 'revoke', 'Mara')).code).toBe(5);
    const limited = await spicerack('token', 'create', 'robot', '--only', 'corner');
    expect(limited.stderr).toContain('robot may act with this token in corner alone');
    expect((await spicerack('token', 'list')).stdout).toMatch(/^robot +act in corner /m);
    expect((await spicerack('token', 'create', 'other', '--only', 'nowhere')).code).toBe(5);
    expect((await spicerack('audit', '--action', 'access.revokeToken')).stdout).toMatch(/server token .*name=Mara/);
  });

  test('an address where nobody answers, or somebody else, ends with 7; one that is none with 2', async () => {
    const at = (url: string) => cli.run(['repos', '--json'], { ...here, env: { ...here.env, SPICERACK_URL: url } });
    const nobody = await at('http://127.0.0.1:9');
    expect(nobody.code).toBe(7);
    expect(JSON.parse(nobody.stdout).error).toMatchObject({ code: 'UNREACHABLE', retryable: true });
    const plain = await at(server.url.replace('http:', 'https:'));
    expect(plain.code).toBe(7);
    expect(JSON.parse(plain.stdout).error.message).toContain('No secure connection');
    expect((await at('nonsense')).code).toBe(2);
    const page = await at(`${server.url}/repos`);
    expect({ code: page.code, hint: JSON.parse(page.stdout).error.hint }).toEqual({
      code: 2,
      hint: expect.stringContaining(`Give it as ${server.url}`),
    });
  });

  test('login keeps what works in a file for its owner alone, and what is kept for one server goes to no other', async () => {
    const { SPICERACK_TOKEN: _, ...env } = here.env;
    const login = await cli.run(['login', server.url], { ...here, env, input: `${TOKEN}\n` });
    expect(login.code).toBe(0);
    expect(statSync(join(dir, 'config/spicerack/config.json')).mode & 0o777).toBe(0o600);
    expect((await cli.run(['repos'], { ...here, env })).code).toBe(0);
    const other = server.url.replace('127.0.0.1', 'localhost');
    expect((await cli.run(['repos'], { ...here, env: { ...env, SPICERACK_URL: other } })).code).toBe(4);
  });

  test('login takes the first line of a pipe that stays open, and Ctrl-C ends it before one has come', async () => {
    const waiting = cli.start(['login', server.url], { ...here, input: null });
    await waiting.says('from standard input');
    waiting.child.kill('SIGINT');
    expect((await waiting.ended).code).toBe(130);
    const given = cli.start(['login', server.url], { ...here, input: null });
    given.child.stdin?.write(`${TOKEN}\n`);
    expect((await given.ended).code).toBe(0);
  });

  test('what login cannot keep it says, with what to do instead', async () => {
    const env = { ...here.env, XDG_CONFIG_HOME: cli.file };
    const { code, stderr } = await cli.run(['login', server.url], { ...here, env, input: `${TOKEN}\n` });
    expect(code).toBe(1);
    expect(stderr).toContain('Set XDG_CONFIG_HOME to a folder of yours');
  });

  test.skipIf(process.platform !== 'linux')('results that cannot be written are no success', async () => {
    const full = `exec ${shellWord(process.execPath)} ${shellWord(cli.file)} repos > /dev/full`;
    await expect(run('sh', ['-c', full], { cwd: clone, env: { ...process.env, ...here.env } })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The output could not be written'),
    });
  });

  test('a name that would act on a terminal is shown, and so in JSON', async () => {
    await remote.from('main').branch('x/\u202etfel').commit('Left', { 'left.txt': '\n' }).write();
    await spicerack('sync');
    expect((await spicerack('stack')).stdout).toContain('x/<U+202E>tfel');
    const { stdout } = await spicerack('stack', '--json');
    expect(stdout).toContain('x/\\u202etfel');
    expect(stdout).not.toContain('\u202e');
  });

  test('a closed pipe ends a stream without a word', async () => {
    const watching = cli.start(['watch', '--json'], here);
    await watching.says('Watching');
    watching.child.stdout?.destroy();
    await spicerack('sync');
    expect(await watching.ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/^Watching[^\n]*\n$/) });
  });
});

test('an action whose output nobody reads is done, and ends as it would have', async () => {
  const command = [process.execPath, cli.file, 'forecast', 'restack', 'nobody/has-it'].map(shellWord).join(' ');
  const env = { ...process.env, ...here.env };
  const script = `${command} 2>&1 | true; exit \${PIPESTATUS[0]}`;
  await expect(run('bash', ['-c', script], { cwd: clone, env })).rejects.toMatchObject({ code: 5 });
});

describe('while a job is at work', () => {
  test('Ctrl-C says that it goes on and how to come back; a restart of the server is waited for', async () => {
    await trunkGoesOn();
    await spicerack('sync');
    const release = await holdPushes(remote);
    const acting = cli.start(['restack', 'a'], here);
    await acting.says(/#\d+ Restack a and above/);
    acting.child.kill('SIGINT');
    const left = await acting.ended;
    expect(left.code).toBe(130);
    const [, seq = ''] = left.stderr.match(/#(\d+) goes on without you/) ?? [];
    expect(left.stderr).toContain(`spicerack job ${seq} --wait`);

    const back = cli.start(['job', seq, '--wait'], here);
    await back.says(`#${seq}`);
    await server.kill9();
    await back.says('Lost the connection to the server, trying again…');
    await server.restart();
    await release();
    expect(await back.ended).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Moved 4 branches.'),
      stderr: expect.stringContaining('The server is back.'),
    });
    expect((await spicerack('log', '--follow', seq)).stdout).toContain('Pushing 4 branches');
  });

  test('a stream says each change on a line of JSON', async () => {
    const watching = cli.start(['watch', '--json'], here);
    await watching.says('Watching');
    await spicerack('sync');
    await watching.says('"type":"jobs"');
    watching.child.kill('SIGINT');
    const { code, stdout } = await watching.ended;
    expect(code).toBe(130);
    for (const line of stdout.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('seq');
  });
});
