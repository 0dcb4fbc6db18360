import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type Progress, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { createSpicerack } from '@spicerack/client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { makeRemote, type Remote } from '@/demo/remote';
import { addRepo } from '@/testing/api';
import { writeStack } from '@/testing/stack';
import { version } from '../../package.json';
import { holdPushes } from '../browser/pages/hold-pushes';
import { buildCli, type Cli } from '../support/cli';
import { startServer, type TestServer } from '../support/server';

/** Agents as they come: the official client, over both transports, in the version of the day and an older one. */

const TOKEN = 'a-token-for-this-test-alone';
const READING = ['list_repos', 'get_stack', 'get_branch', 'get_job', 'list_jobs', 'forecast', 'wait_for_job'];
const ALL = [
  ...['list_repos', 'get_stack', 'get_branch', 'get_job', 'list_jobs', 'forecast', 'run_action', 'wait_for_job'],
  ...['undo_job', 'cancel_job', 'register_branches', 'create_task'],
];

let dir: string;
let server: TestServer;
let cli: Cli;
let remotes = 0;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-mcp-'));
  [server, cli] = await Promise.all([
    startServer({ executor: 'inline', env: { SPICERACK_TOKEN: TOKEN, SPICERACK_ENGINE: 'git' } }),
    buildCli(dir),
  ]);
}, 300_000);
afterAll(async () => {
  await server?.dispose();
  await rm(dir, { recursive: true, force: true });
});

type Mode = 'auto' | 'legacy';

interface Opening {
  door: 'http' | 'stdio';
  mode?: Mode;
  readOnly?: boolean;
  /** What the person answers, where the client can ask one. */
  person?: boolean;
  token?: string;
}

/** An agent's client, connected. */
async function agent({ door, mode = 'auto', readOnly = false, person, token = TOKEN }: Opening) {
  const client = new Client(
    { name: 'test-agent', version: '7.1' },
    {
      versionNegotiation: { mode },
      capabilities: person === undefined ? {} : { elicitation: { form: {} } },
    },
  );
  if (person !== undefined) {
    client.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content: { confirm: person } }));
  }
  const headers = { authorization: `Bearer ${token}`, 'x-requested-by': 'Ada' };
  const transport =
    door === 'http'
      ? new StreamableHTTPClientTransport(new URL(`/api/mcp${readOnly ? '?read-only' : ''}`, server.url), {
          requestInit: { headers },
        })
      : new StdioClientTransport({
          command: process.execPath,
          args: [cli.file, 'mcp', ...(readOnly ? ['--read-only'] : [])],
          env: { PATH: process.env.PATH ?? '', HOME: dir, SPICERACK_URL: server.url, SPICERACK_TOKEN: token },
        });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return {
    client,
    async names() {
      return (await client.listTools()).tools.map(({ name }) => name);
    },
    /** Calls a tool that is expected to answer. */
    async call(name: string, args: Record<string, unknown>, onprogress?: (progress: Progress) => void) {
      const result = await client.callTool({ name, arguments: args }, onprogress ? { onprogress } : {});
      if (result.isError) throw new Error(textOf(result.content));
      return z.record(z.string(), z.any()).parse(result.structuredContent);
    },
    /** Calls a tool that is expected to refuse; what it says. */
    async refused(name: string, args: Record<string, unknown>) {
      const result = await client.callTool({ name, arguments: args });
      expect(result.isError).toBe(true);
      return textOf(result.content);
    },
  };
}

function textOf(content: unknown): string {
  return z.array(z.object({ text: z.string() })).parse(content)[0]?.text ?? '';
}

/** A repo with the usual stack, tracked; `fix` will conflict with what main does next. */
async function repo(): Promise<{ repoId: string; remote: Remote }> {
  const remote = await makeRemote(join(dir, `remote-${++remotes}.git`));
  await writeStack(remote);
  const { repoId } = await addRepo(createSpicerack({ url: server.url, token: TOKEN }), remote.dir);
  return { repoId, remote };
}

describe.each(['http', 'stdio'] as const)('over %s', (door) => {
  it('offers the twelve tools in their order, with schemas and hints, to clients of today and older ones', async () => {
    for (const mode of ['auto', 'legacy'] as const) {
      const { client, names } = await agent({ door, mode });
      expect(client.getNegotiatedProtocolVersion() === '2026-07-28').toBe(mode === 'auto');
      expect(client.getServerVersion()?.version).toBe(version);
      expect(await names()).toEqual(ALL);
      for (const tool of (await client.listTools()).tools) {
        expect(tool.annotations?.readOnlyHint, tool.name).toBe(READING.includes(tool.name));
        expect(tool.outputSchema, tool.name).toBeDefined();
      }
    }
  });

  it('has nothing that changes anything where it may only read', async () => {
    const { names, call, client } = await agent({ door, readOnly: true });
    expect(await names()).toEqual(READING);
    expect(await call('list_repos', {})).toHaveProperty('repos');
    await expect(client.callTool({ name: 'run_action', arguments: {} })).rejects.toThrow(/run_action/);
  });

  it('takes an agent through a session: look, register, forecast, restack with a conflict, undo, task, cancel', async () => {
    const { repoId, remote } = await repo();
    const { call, refused } = await agent({ door });
    const wait = async ({ jobId }: Record<string, unknown>) => call('wait_for_job', { jobId });

    expect((await call('list_repos', {})).repos).toContainEqual(
      expect.objectContaining({ repoId, trunk: 'main', branches: expect.objectContaining({ untracked: 4 }) }),
    );
    await wait(await call('register_branches', { repoId, suggested: true }));
    await remote.from('main').commit('Main moves', { 'app.txt': 'one\nzwei\nthree\n' }).write();
    const synced = await wait(await call('run_action', { repoId, kind: 'sync_repo' }));
    expect(synced.moved ?? []).toEqual([]);
    const stack = await call('get_stack', { repoId, filter: 'conflicts' });
    expect(stack.branches).toMatchObject([{ name: 'fix', wouldConflict: ['app.txt'] }]);
    expect(await call('get_branch', { repoId, branch: 'a' })).toMatchObject({
      branch: { parent: 'main' },
      ...{ above: ['b'], aboveCount: 1, nextFrom: null },
    });
    expect(await call('list_repos', { search: remote.dir.toUpperCase() })).toMatchObject({
      ...{ repos: [{ repoId }], count: 1, nextFrom: null },
    });

    const restack = { repoId, kind: 'restack_repo' };
    expect(await refused('run_action', restack)).toContain('Call forecast with the same fields first');
    const { expected, heldBack, nextFrom } = await call('forecast', restack);
    expect(nextFrom).toBeNull();
    expect(await call('forecast', { ...restack, from: 1 })).toMatchObject({
      ...{ expected, moves: [{ branch: 'b' }, { branch: 'c' }], moveCount: 3, heldBack: [], heldBackCount: 1 },
    });
    expect(heldBack).toMatchObject([{ branch: 'fix', conflicts: ['app.txt'] }]);
    expect(await refused('run_action', { ...restack, expected })).toContain('pass agreed: true');
    const other = { repoId, kind: 'rebase_branch', branch: 'a', expected };
    expect(await refused('run_action', other)).toContain('of the forecast of another action');
    expect(await refused('get_branch', { repoId, branch: 'main' })).toMatch(/main is the trunk.* On it: a, fix\./);
    const job = await wait(await call('run_action', { ...restack, expected, agreed: true }));
    expect(job).toMatchObject({ ended: true, status: 'completed', heldBack: [{ branch: 'fix' }], nextFrom: null });
    expect((await call('get_job', { jobId: job.jobId, from: 1 })).moved).toEqual(job.moved.slice(1));
    expect(job.moved.map(({ branch }: { branch: string }) => branch)).toEqual(['a', 'b', 'c']);
    expect(job.requestedBy).toMatch(
      door === 'http' ? /^server token via test-agent 7\.1 for Ada$/ : /^server token via test-agent 7\.1 for ./,
    );

    expect(await refused('run_action', { ...restack, expected, agreed: true })).toMatch(/Moved since: .*a, b, c/);
    expect(await call('get_job', { jobId: job.jobId })).toMatchObject({ canBeUndone: true });
    expect(await wait(await call('undo_job', { jobId: job.jobId }))).toMatchObject({ status: 'completed' });
    expect((await call('list_jobs', { repoId, limit: 2 })).jobs).toMatchObject([
      { kind: 'undo' },
      { kind: 'restack_repo' },
    ]);
    expect(await refused('cancel_job', { jobId: job.jobId })).toContain('has ended already');
    expect(await call('create_task', { repoId, title: 'New work' })).toMatchObject({ branchStatus: 'queued' });
  });
});

describe.each(['http', 'stdio'] as const)('a job at work, over %s', (door) => {
  it('is waited for as long as was said, tells its progress to who asks for it, and is cancelled before its push', async () => {
    const { repoId, remote } = await repo();
    const { call, client } = await agent({ door });
    await call('wait_for_job', await picked(call('register_branches', { repoId, suggested: true })));
    await remote.from('main').commit('Main moves', { 'on.txt': 'x\n' }).write();
    await call('wait_for_job', await picked(call('run_action', { repoId, kind: 'sync_repo' })));
    const restack = { repoId, kind: 'restack_repo' };
    const { expected } = await call('forecast', restack);

    const told: string[] = [];
    const begun = await picked(call('run_action', { ...restack, expected }));
    // A second one of the same repo waits for the first.
    const queued = await picked(call('run_action', { repoId, kind: 'sync_repo' }));
    const done = await call('wait_for_job', begun, ({ message }) => told.push(message ?? ''));
    expect(done).toMatchObject({ ended: true, status: 'completed' });
    expect(told.length).toBeGreaterThan(1);
    expect(told.at(-1)).toBe(`#${done.number} completed: ${done.message}`);
    await call('wait_for_job', queued);

    const release = await holdPushes(remote);
    await remote.from('main').commit('Main moves on', { 'on2.txt': 'x\n' }).write();
    await call('wait_for_job', await picked(call('run_action', { repoId, kind: 'sync_repo' })));
    const { expected: now } = await call('forecast', restack);
    const held = await picked(call('run_action', { ...restack, expected: now }));
    const behind = await picked(call('run_action', { repoId, kind: 'sync_repo' }));
    expect(await call('wait_for_job', { ...held, seconds: 0.3 })).toMatchObject({ ended: false });
    // Who no longer wants to wait says so; the job goes on.
    const left = client.callTool({ name: 'wait_for_job', arguments: held }, { signal: AbortSignal.timeout(200) });
    await expect(left).rejects.toThrow();
    expect(await call('cancel_job', behind)).toMatchObject({ status: 'cancelled' });
    expect(await call('wait_for_job', behind)).toMatchObject({ ended: true, status: 'cancelled' });
    await release();
    expect(await call('wait_for_job', held)).toMatchObject({ ended: true, status: 'completed' });
  });
});

it('an agent whose token may only read has no tool that changes anything', async () => {
  const { access } = createSpicerack({ url: server.url, token: TOKEN });
  const { secret: token } = await access.createToken({ name: 'reading agent', role: 'read' });
  const { names, call } = await agent({ door: 'http', token });
  expect(await names()).toEqual(READING);
  expect(await call('list_repos', {})).toHaveProperty('repos');
  // By standard input and output the tools are there, and the API refuses them.
  const { repoId } = await repo();
  const byPipe = await agent({ door: 'stdio', token });
  expect(await byPipe.refused('register_branches', { repoId, suggested: true })).toContain(
    'reading agent may only read',
  );
});

describe('what a forecast holds back', () => {
  it.each([true, false])('is asked of the person where the client can (%s)', async (person) => {
    const { repoId, remote } = await repo();
    const { call, refused } = await agent({ door: 'http', person });
    await call('wait_for_job', await picked(call('register_branches', { repoId, suggested: true })));
    await remote.from('main').commit('Main moves', { 'app.txt': 'one\nzwei\nthree\n' }).write();
    await call('wait_for_job', await picked(call('run_action', { repoId, kind: 'sync_repo' })));
    const restack = { repoId, kind: 'restack_repo' };
    const { expected } = await call('forecast', restack);
    if (person) expect(await call('run_action', { ...restack, expected })).toMatchObject({ status: 'queued' });
    else expect(await refused('run_action', { ...restack, expected })).toContain('nothing was queued');
  });
});

const picked = async (answer: Promise<Record<string, unknown>>) => ({ jobId: (await answer).jobId });

describe('bad input', () => {
  it('is answered with what to do, as a result', async () => {
    const { refused } = await agent({ door: 'http' });
    const none = '0198f0f0-0000-7000-8000-000000000000';
    expect(await refused('get_job', { jobId: none })).toContain(`There is no job ${none}. List them with list_jobs.`);
    expect(await refused('get_stack', { repoId: 'x' })).toContain('call list_repos');
    const words = await refused('list_jobs', { limit: '5', status: 'done', more: 1 });
    expect(words).toContain('Give a number.');
    expect(words).toContain('Choose one of queued, running, completed, error, cancelled.');
    expect(words).toContain('There is no field "more" here. Leave it out.');
    expect(words).not.toMatch(/expected|received|Invalid option|Unrecognized/);
    const { repoId } = await repo();
    expect(await refused('list_jobs', { repoId, cursor: -1 })).toContain('Give the nextCursor of the page before');
    expect(await refused('list_repos', { from: -1 })).toContain('Give the nextFrom of the answer before');
    expect(await refused('forecast', { repoId, kind: 'reparent_branch', branch: 'a' })).toContain(
      'needs the field "parent"',
    );
  });

  it.each([
    ['no token', {}, 401],
    ['another site', { authorization: `Bearer ${TOKEN}`, origin: 'https://evil.example' }, 403],
  ])('%s is refused at the door', async (_, headers, status) => {
    const answer = await fetch(`${server.url}/api/mcp`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(answer.status).toBe(status);
  });
});
