import { createSpicerack, type Spicerack } from '@spicerack/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACTION_KINDS, type ActionKind } from '@/model/kinds';
import { startHangingServer } from '../support/hanging-server';

/** Calls of each kind; enough for a median. */
const CALLS = 21;
/** How many times slower than a call that does nothing: generous, since what matters is that nothing waits. */
const BOUND = 12;

const FIELDS: Record<ActionKind, { branch?: string; parent?: string }> = {
  sync_repo: {},
  restack_repo: {},
  restack_subtree: { branch: 'feat/a' },
  rebase_branch: { branch: 'feat/a' },
  reparent_branch: { branch: 'feat/a', parent: 'feat/b' },
  register_existing_branch: { branch: 'feat/new' },
};

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

describe('while every git hangs and the Inngest server never answers', () => {
  let hanging: Awaited<ReturnType<typeof startHangingServer>>;
  let client: Spicerack;
  let repoId: string;
  let serial = 0;

  beforeAll(async () => {
    hanging = await startHangingServer();
    client = createSpicerack({ url: hanging.server.url });
    const { repo } = await client.repos.add({ url: '/srv/git/hangs.git' });
    repoId = repo.id;
  }, 300_000);
  afterAll(() => hanging?.dispose());

  const cases: Array<[string, () => Promise<unknown>]> = [
    ...ACTION_KINDS.map((kind): [string, () => Promise<unknown>] => [
      `jobs.run ${kind}`,
      async () => {
        const answer = await client.jobs.run({ repoId, kind, ...FIELDS[kind] });
        expect(answer).toMatchObject({ accepted: true, status: 'queued' });
      },
    ]),
    [
      'forecast.get',
      async () => {
        const answer = await client.forecast.get({ repoId, kind: 'restack_subtree', branch: `feat/${++serial}` });
        expect(answer).toMatchObject({ status: 'pending', outline: null });
      },
    ],
    [
      'repos.add',
      async () => {
        const answer = await client.repos.add({ url: `/srv/git/hangs-${++serial}.git` });
        expect(answer).toMatchObject({ accepted: true, jobId: expect.any(String) });
      },
    ],
    [
      'tasks.create on an unknown branch',
      async () => {
        const task = await client.tasks.create({ repoId, title: 'A task', branch: `agent/${++serial}` });
        expect(task).toMatchObject({ branchStatus: 'queued', jobId: expect.any(String) });
      },
    ],
  ];

  it.each(cases)('%s answers as fast as a call that does nothing', async (_name, call) => {
    const times = { nothing: [] as number[], call: [] as number[] };
    const timed = async (into: number[], work: () => Promise<unknown>) => {
      const begun = performance.now();
      await work();
      into.push(performance.now() - begun);
    };
    for (let i = 0; i < CALLS; i++) {
      await timed(times.nothing, () => client.repos.update({ repoId }));
      await timed(times.call, call);
    }
    expect(median(times.call) / median(times.nothing)).toBeLessThan(BOUND);
  });

  it('has jobs that have begun and hang, so that the calls above had something not to wait for', async () => {
    await expect
      .poll(async () => (await client.jobs.list({ repoId, status: 'running' })).jobs.length, { timeout: 30_000 })
      .toBe(1);
  });
});
