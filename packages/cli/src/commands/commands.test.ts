import type { FeedMessage, Spicerack } from '@spicerack/client';
import { expect, test, vi } from 'vitest';
import type { Session } from '../context/session';
import { type Line, rendered } from '../out/line';
import { keep } from './act/branches';
import { doctor } from './doctor';
import { log } from './look/log';
import { status } from './look/status';
import { watch } from './look/watch';

/** Commands without a process and a server: their session is a fake one, whose client answers what a test says. */
function sessionOf(client: object): { session: Session; said: string[] } {
  const said: string[] = [];
  const say = (line: Line) => void said.push(rendered(line, false));
  const out = {
    isJson: false,
    canAsk: false,
    say,
    now: () => undefined,
    result: (_value: unknown, lines: () => Line[]) => lines().forEach(say),
    item(_value: unknown, line: () => Line | null) {
      const words = line();
      if (words !== null) say(words);
    },
  };
  const session = {
    ...{ out, env: {}, cwd: '.', signal: new AbortController().signal, clone: async () => null },
    client: () => client as Spicerack,
  };
  // Of its streams and its server nothing is asked here.
  return { session: session as unknown as Session, said };
}

const repo = { id: 'r', name: 'shop', url: '/srv/shop.git', trunk: 'main', counts: null, syncedAt: null };
const repos = { list: async () => ({ repos: [repo], cursor: 7 }) };
const JOB = '0198f0f0-0000-7000-8000-000000000000';
const left = (commit: string) => ({ branch: 'a', commit, subject: 'Left', on: null, replacedBy: null });
const job = {
  ...{ id: JOB, seq: 4, repoId: 'r', kind: 'restack_repo', branch: null, parent: null, status: 'running', message: '' },
  result: { heldBack: [], left: [left('a1'.repeat(20)), left('a1b'.padEnd(40, '2')), left('c3'.repeat(20))] },
};
const jobs = {
  get: async () => ({ job, steps: [], moves: [], undo: { possible: false, reason: '' }, feedCursor: 7 }),
  log: async () => ({ lines: [], more: false, feedCursor: 7 }),
};

/** The feed of a repository that is removed; what came after would be waited for for ever. */
async function* removed(): AsyncGenerator<FeedMessage> {
  const change = { seq: 8, at: '2026-01-01T00:00:00.000Z', repoId: 'r', type: 'repos', op: 'delete', row: { id: 'r' } };
  yield { kind: 'changes', events: [change], cursor: 8, now: change.at } as FeedMessage;
  await new Promise(() => undefined);
}

test('a watch ends with the repository that it is of', async () => {
  const { session } = sessionOf({ repos, watch: removed });
  await expect(watch(session, { repo: 'shop' })).rejects.toMatchObject({ exit: 5, message: 'shop was removed.' });
});

test('a log that is followed ends with the repository of its job', async () => {
  const { session } = sessionOf({ repos, jobs, watch: removed });
  await expect(log(session, { follow: true }, JOB)).rejects.toMatchObject({ exit: 5 });
});

test('status says HEAD of the branch of HEAD alone', async () => {
  const page = { repo, branches: [], jobs: [], restack: null, nextCursor: null };
  const { session, said } = sessionOf({ repos: { ...repos, overview: async () => page } });
  await status(session, { repo: 'shop', branch: 'gone' });
  expect(said.at(-1)).toBe('branch gone: not on the remote');
});

test('keep takes the first digits of a commit that the job took away, where they say which', async () => {
  const kept: unknown[] = [];
  const keepOf = async (input: object) => {
    kept.push(input);
    return { accepted: true, jobId: JOB, status: 'queued' };
  };
  const { session } = sessionOf({ jobs: { ...jobs, keep: keepOf } });
  expect(await keep(session, { noWait: true }, JOB, 'C3C3C3C', 'new')).toBe(0);
  expect(kept).toEqual([{ jobId: JOB, commit: 'c3'.repeat(20), branch: 'new' }]);
  await expect(keep(session, {}, JOB, 'abcdef1', 'new')).rejects.toMatchObject({ exit: 5 });
  await expect(keep(session, {}, JOB, 'a1', 'new')).rejects.toMatchObject({
    exit: 2,
    message: '2 commits begin with a1.',
  });
  expect(kept).toHaveLength(1);
});

test('doctor says what is wrong with a server whose jobs do not run, and does not wait for one', async () => {
  vi.stubGlobal('SPICERACK_VERSION', '0.1.0');
  const problem = { what: 'Inngest cannot be reached.', hint: 'Look whether it runs.', since: '' };
  const queued = { ...job, status: 'queued', finishedAt: null };
  const client = {
    system: {
      status: async () => ({
        ...{ now: new Date().toISOString(), problems: [problem], programs: [], disk: null },
        ...{ executor: { name: 'inngest', why: '' }, engine: { name: 'git', why: '' } },
      }),
    },
    repos,
    jobs: { run: async () => ({ jobId: JOB }), get: async () => ({ job: queued }) },
    waitForJob: (_id: string, { signal }: { signal: AbortSignal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  };
  const { session, said } = sessionOf(client);
  const server = () => ({ url: 'http://127.0.0.1:3000', token: null, from: 'a test' });
  expect(await doctor(Object.assign(session, { server }), { repo: 'shop' })).toBe(1);
  expect(said.join('\n')).toMatch(/problem +Inngest cannot be reached\.[\s\S]*remote +#4 waits in the queue/);
}, 30_000);
