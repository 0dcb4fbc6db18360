import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'spicerack-health-'));
  writeFileSync(join(dir, 'spicerack.db'), 'This is no database. '.repeat(500));
  vi.stubEnv('SPICERACK_DATA_DIR', dir);
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
  expect(JSON.parse(text)).toEqual({ ok: false, problem: 'The database is no database.' });
  expect(text).not.toContain(dir);
});
