import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { setProblem } from '@/db/problems';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'spicerack-health-'));
  writeFileSync(join(dir, 'spicerack.db'), 'This is no database. '.repeat(500));
  vi.stubEnv('SPICERACK_DATA_DIR', dir);
  vi.stubEnv('SPICERACK_EXECUTOR', 'inngest');
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true });
});

it('says what is wrong with the database, and not where it is', async () => {
  const { GET } = await import('./route');
  const answer = await GET();
  expect(answer.status).toBe(503);
  const text = await answer.text();
  expect(JSON.parse(text)).toEqual({
    ok: false,
    checks: { database: 'The database is no database.', git: 'ok', executor: 'ok', disk: 'ok' },
  });
  expect(text).not.toContain(dir);
});

it('says that the server lacks git, that its disk is full, or that Inngest takes no jobs; not that there is little room', async () => {
  const { GET } = await import('./route');
  const checks = async () => JSON.parse(await (await GET()).text()).checks;
  const problem = { what: `In ${dir}.`, hint: '' };
  setProblem('disk', problem);
  expect(await checks()).toMatchObject({ git: 'ok', executor: 'ok', disk: 'ok' });
  setProblem('disk', { ...problem, stopsJobs: true });
  setProblem('git_program', { ...problem, stopsJobs: true });
  setProblem('hand_over', problem);
  expect(await checks()).toMatchObject({
    git: 'No git 2.38 or later answers.',
    executor: 'Inngest takes no jobs.',
    disk: 'The data directory cannot be used.',
  });
  setProblem('hand_over', null);
  setProblem('registration', problem);
  expect(await checks()).toMatchObject({ executor: 'Inngest has not taken the registration of this server.' });
  setProblem('registration', null);
  // The calls that are wanting may come through a proxy that sends them to nobody who is not ready.
  setProblem('calls', problem);
  expect(await checks()).toMatchObject({ executor: 'ok' });
  setProblem('calls', null);
  for (const source of ['disk', 'git_program', 'hand_over'] as const) setProblem(source, null);
});
